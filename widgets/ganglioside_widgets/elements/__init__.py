"""Page elements that ipywidgets lacks: one Python class beside one plain ES module each.

The browser sends requests (a feature, a column to sort by, pieces of a file), never code.
"""
