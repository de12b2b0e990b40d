"""Text that would run a script if it became markup."""

from __future__ import annotations

from typing import Final

EVIL: Final = "<img src=x onerror=alert(1)>"
