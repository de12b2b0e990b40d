"""Observations: a feature table as arrays, with what its rows share."""
