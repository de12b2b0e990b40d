"""Source text of the ES modules beside the Python classes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).resolve().parent


def source(name: str, **constants: Any) -> str:
    """Source text of an ES module in this folder, after constants that it uses (as JSON)."""
    given = "".join(f"const {key} = {json.dumps(value)};\n" for key, value in constants.items())
    return given + (_FOLDER / name).read_text(encoding="utf-8")
