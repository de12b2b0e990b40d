"""Paths that tests share."""

from __future__ import annotations

from pathlib import Path
from typing import Final

TESTS: Final = Path(__file__).resolve().parent
ROOT: Final = TESTS.parent

#: Real tables beside the project; tests of them skip where they are absent.
SHARED_DATA: Final = ROOT.parent / "shared" / "data"
PORCINE: Final = SHARED_DATA / "porcine_features.csv"
