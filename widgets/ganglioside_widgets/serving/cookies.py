"""Cookies of the pages: signed with a key that no visitor knows, who all know the token."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from ganglioside.history.job_seals import key_path
from ganglioside.history.private_keys import PrivateKey

#: Names another file for the key.
VARIABLE: Final = "GANGLIOSIDE_COOKIE_KEY"


def cookie_secret() -> bytes:
    """Key with which cookies are signed: it is kept, so that they last over a restart.

    It is in the file of `GANGLIOSIDE_COOKIE_KEY`, else beside the key for jobs.

    Raises
    ------
    JobError
        If it cannot be made, or others can read it.
    """
    named = os.environ.get(VARIABLE, "").strip()
    path = Path(named).expanduser() if named else key_path().with_name("cookies.key")
    key = PrivateKey(
        path, "key for cookies", maker="the next start",
        loss="Visitors must sign in again then.", variable=VARIABLE,
    )  # fmt: skip
    return key.read_or_make()
