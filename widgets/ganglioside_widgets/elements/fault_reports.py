"""Reports of errors in the kernel of a page, where they are wanted; see `support.error_reports`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ganglioside.support.error_reports import capture, report_errors


def report_faults(shell: Any) -> None:
    """Report each error that a kernel shows, from now on."""
    if shell is None or getattr(shell.showtraceback, "reports", False) or not report_errors():
        return
    shell.showtraceback = _reporting(shell.showtraceback)


def _reporting(show: Callable[..., Any]) -> Callable[..., Any]:
    def shown(exc_tuple: Any = None, *more: Any, **named: Any) -> Any:
        error = exc_tuple[1] if exc_tuple else sys.exc_info()[1]
        if isinstance(error, Exception):
            capture(error, "page")
        return show(exc_tuple, *more, **named)

    shown.reports = True  # type: ignore[attr-defined]
    return shown
