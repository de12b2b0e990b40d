"""Source text of the ES modules beside the Python classes."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_FOLDER: Final = Path(__file__).resolve().parent


def source(name: str) -> str:
    """Source text of an ES module in this folder, by file name."""
    return (_FOLDER / name).read_text(encoding="utf-8")
