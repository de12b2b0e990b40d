"""How often a program of ours looks for garbage."""

from __future__ import annotations

import gc
from typing import Final

#: New objects after which garbage is looked for. What a command loads stays: to look through it as
#: often as Python does of itself (700) takes a tenth of the time of a short command.
EVERY: Final = 10_000


def look_seldom() -> None:
    """Look for garbage less often from now on, in a process of our own."""
    gc.set_threshold(EVERY)
