"""The version: one place holds it, and its form is that of the changelog."""

from __future__ import annotations

import re
from importlib.metadata import version

import ganglioside
from ganglioside.version import __version__


def test_the_package_shows_the_version_that_was_installed() -> None:
    assert ganglioside.__version__ == __version__ == version("ganglioside")
    assert re.fullmatch(r"\d+\.\d+\.\d+", __version__)
