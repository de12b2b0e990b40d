"""The token of whoever starts a server: of the API or of the web pages."""

from __future__ import annotations

import os
import re
from typing import Final

from ganglioside.errors import TokenError
from ganglioside.support.secret_files import ENDING, secret_of

#: The environment variable with the token; with the ending _FILE it names the token's file.
VARIABLE: Final = "GANGLIOSIDE_TOKEN"

#: Tokens that nobody guesses, and that can be part of an address.
_SAFE: Final = re.compile(r"[A-Za-z0-9._~-]{16,}")


def take_token() -> str:
    """Token of the environment or of its file, neither of which a job or kernel inherits; or "".

    Raises
    ------
    SettingsError
        If its file cannot be read.
    TokenError
        If it can be guessed or cannot be part of an address.
    """
    try:
        token = secret_of(VARIABLE)
    finally:
        for name in (VARIABLE, VARIABLE + ENDING):
            os.environ.pop(name, None)
    if token and _SAFE.fullmatch(token) is None:
        raise TokenError(
            f"The token of {VARIABLE} has {len(token)} characters: give at least 16 letters, "
            "digits or ._~- and nothing else, for example from `openssl rand -hex 24`."
        )
    return token
