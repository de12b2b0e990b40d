"""States of the panels: all that they can do, without any widget.

A script can do with the states alone whatever a visitor of a page can do.
"""
