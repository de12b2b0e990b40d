"""Keys of a user: random bytes in files that nobody else can read, made where they are missing."""

from __future__ import annotations

import os
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ganglioside.errors import JobError

_LENGTH: Final = 32  # bytes


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """A key in a file of this user.

    Attributes
    ----------
    path : pathlib.Path
    what : str
        Its name in messages, as in "key for jobs".
    maker : str
        What makes a new one, as in "the next job".
    loss : str
        What a new one costs: a sentence.
    variable : str
        The variable of the environment that names another file.
    """

    path: Path
    what: str
    maker: str
    loss: str
    variable: str

    def read(self) -> bytes | None:
        """Read the key; None if there is none.

        Raises
        ------
        JobError
            If it cannot be read, others can read it, or it is no key.
        """
        try:
            with self.path.open("rb") as file:
                self._require_private(os.fstat(file.fileno()))
                content = file.read(_LENGTH + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise JobError(
                f"Your {self.what}, {self.path}, cannot be read ({error.strerror}): change its "
                f"permissions, or name another file in {self.variable}."
            ) from error
        if len(content) != _LENGTH:
            raise JobError(
                f"{self.path} is no {self.what}: remove it, and {self.maker} makes a new one. "
                f"{self.loss}"
            )
        return content

    def read_or_make(self) -> bytes:
        """Read the key; a missing one is made.

        Raises
        ------
        JobError
            If it cannot be made, or others can read it.
        """
        return self.read() or self._new()

    def _require_private(self, found: os.stat_result) -> None:
        """Raise `JobError` if somebody else could have read or written the key."""
        if not hasattr(os, "geteuid"):
            return
        if found.st_uid != os.geteuid() or stat.S_IMODE(found.st_mode) & 0o077:
            raise JobError(
                f"Your {self.what}, {self.path}, is open to others: remove it, and {self.maker} "
                "makes a new one."
            )

    def _new(self) -> bytes:
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123
                file.write(secrets.token_bytes(_LENGTH))
            _settle(draft, self.path)
        except OSError as error:
            raise JobError(
                f"Your {self.what}, {self.path}, cannot be written ({error.strerror}): name a file "
                f"that only you can read in {self.variable}."
            ) from error
        made = self.read()
        if made is None:
            raise JobError(f"Your {self.what}, {self.path}, has disappeared: start again.")
        return made


def _settle(draft: Path, path: Path) -> None:
    """Rename the draft to `path`, unless another process has written its key there first."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
