"""Amounts: areas of accepted species, their shares, and differences between groups of samples."""
