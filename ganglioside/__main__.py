"""Program `ganglioside`, also as `python -m ganglioside`."""

from __future__ import annotations

import io
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _quiet_interrupts() -> Iterator[None]:
    """Let Ctrl-C end the process at once and without a message, while no work is in progress."""
    before = signal.getsignal(signal.SIGINT)
    if before is not signal.default_int_handler:  # ignored, as behind nohup
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGINT, before)


def _print_anything() -> None:
    """Let what the encoding of standard output lacks be printed as its code, and not end a command.

    Windows pipes, and terminals of an old locale, know no minus sign; a file may be named anyhow.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def main() -> None:
    """Run the command line; Ctrl-C prints no traceback, even while Python loads it or ends."""
    with _quiet_interrupts():
        _print_anything()
        from ganglioside.support.garbage import look_seldom

        look_seldom()
        from ganglioside.cli import app
    try:
        app()
    finally:
        if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            signal.signal(signal.SIGINT, signal.SIG_DFL)


if __name__ == "__main__":
    main()
