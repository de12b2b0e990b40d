"""Panels for JupyterLab and Voila on top of the `ganglioside` package."""
