"""Secrets that are given in the environment, or in a file that it names.

Containers and units hand secrets over as files, which no list of processes shows.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ganglioside.errors import SettingsError

#: Ending of the variable that names the file of a secret.
ENDING: Final = "_FILE"

#: Longest secret, characters: a file that is longer is another one.
_LONGEST: Final = 10_000


def secret_of(variable: str) -> str:
    """Secret of an environment variable, else of the file that `<variable>_FILE` names, else "".

    The line break at the end of a file is no part of its secret.

    Raises
    ------
    SettingsError
        If both are given, or the file cannot be read.
    """
    given, file = os.environ.get(variable, ""), os.environ.get(variable + ENDING, "")
    if given and file:
        raise SettingsError(f"{variable} and {variable}{ENDING} are both set: keep one of them.")
    return _content(file, variable + ENDING) if file else given


def _content(file: str, variable: str) -> str:
    """Secret in a file."""
    try:
        with Path(file).open(encoding="utf-8") as opened:
            content = opened.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no text"
        raise SettingsError(f"The file {file} of {variable} cannot be read: {reason}.") from None
    secret = content.removesuffix("\n").removesuffix("\r")
    if not secret or len(content) > _LONGEST:
        raise SettingsError(f"The file {file} of {variable} holds no secret: write one line.")
    return secret
