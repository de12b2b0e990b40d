"""Parts of a page that ipywidgets does not have: a class beside one plain ES module each.

The browser sends wishes (a feature, a column to sort by, pieces of a file), never code.
"""
