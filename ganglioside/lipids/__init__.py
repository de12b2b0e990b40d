"""Lipids: elements, compositions, head groups, ceramides, names, adducts and masses."""
