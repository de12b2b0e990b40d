"""Reads the ES module that stands beside a class."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent


def source(name: str) -> str:
    """Return the text of a module of this folder."""
    return (_FOLDER / name).read_text(encoding="utf-8")
