"""Root command: version, help, and the exit code of errors."""

from __future__ import annotations

import errno
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ganglioside.cli.output import error, safe
from ganglioside.errors import NO_MEMORY, Cancelled, GangliosideError
from ganglioside.support.whole_files import FULL
from ganglioside.version import __version__

REFUSED: Final = 1
INTERRUPTED: Final = 130  # what shells report of a process ended by Ctrl-C

#: Base of typer's errors about wrong arguments; its module differs between versions.
_WrongUsage: Final[type[Exception]] = typer.BadParameter.__mro__[2]


#: What typer says of a wrong value in the words of its checker, and what is said instead.
_PLAIN: Final = (
    (r"Input should be a valid number\b.*", "a number is needed"),
    (r"Input should be a valid integer\b.*", "a whole number is needed"),
    (r"Input should be greater than or equal to (\S+)", r"at least \1 is needed"),
    (r"Input should be less than or equal to (\S+)", r"at most \1 is needed"),
    (r"Value error, ", ""),
)


def plain(message: str) -> str:
    """Message about a wrong value, as a person would say it.

    Examples
    --------
    >>> plain("Input should be less than or equal to 65535")
    'at most 65535 is needed'
    """
    for said, better in _PLAIN:
        message = re.sub(said, better, message)
    return message


@contextmanager
def _safe_messages() -> Iterator[None]:
    """Say what is wrong with arguments plainly, without characters that control a terminal."""
    try:
        yield
    except _WrongUsage as refusal:
        refusal.message = safe(plain(refusal.message))  # type: ignore[attr-defined]
        raise


def _let_go_of_output() -> None:
    """Send what is left of the output nowhere: Python would try it again when it ends."""
    with suppress(OSError):  # it has no file, as where another program runs the commands
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Commands(TyperGroup):
    """Turns refused input into a message and exit code 1, an interruption into 130."""

    def make_context(self, *args: Any, **more: Any) -> Any:
        """Read the arguments; messages about them are safe to print."""
        with _safe_messages():
            return super().make_context(*args, **more)

    def invoke(self, ctx: Any) -> Any:
        """Run the chosen command."""
        try:
            with _safe_messages():
                return super().invoke(ctx)
        except GangliosideError as refusal:
            error(str(refusal))
            raise typer.Exit(REFUSED) from None
        except OSError as refusal:
            if refusal.filename is None:
                if refusal.errno not in (*FULL, errno.EIO):
                    raise  # as where whoever read the output has ended: typer ends quietly
                _let_go_of_output()
                error(f"The output cannot be written: {refusal.strerror or refusal}.")
                raise typer.Exit(REFUSED) from None
            error(f"{refusal.filename}: {refusal.strerror}")
            raise typer.Exit(REFUSED) from None
        except MemoryError:
            error(NO_MEMORY)
            raise typer.Exit(REFUSED) from None
        except (KeyboardInterrupt, Cancelled):
            error("Interrupted.")
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Commands,
    no_args_is_help=True,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
)


def _version(wanted: bool) -> None:
    """Print the version and end, if wanted."""
    if wanted:
        typer.echo(f"ganglioside {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Judge the names of gangliosides in LC-MS feature tables, and explain each verdict."""
