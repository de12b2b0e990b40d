"""A PostgreSQL of the tests' own: started where it is wanted, with a clean database for each test.

It is Debian's package, as `.ci/programs` installs it. Where it is missing, tests of it are skipped
and say so; in CI they fail.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Final

import psycopg
import pytest
from effort import until
from psycopg import sql

from ganglioside.history.storage import catalog

USER: Final = "ganglioside"

#: A user who has to give a password.
LOCKED: Final = "locked"
PASSWORD: Final = "se%3Acret/β"

#: Nobody reaches it but by its socket.
_QUIET: Final = ("-c", "listen_addresses=")

#: Nothing has to outlive the tests, so nobody waits for a disk.
_FAST: Final = (
    *_QUIET,
    *("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"),
    *("-c", "autovacuum=off", "-c", "shared_buffers=16MB"),
)


def binaries() -> Path | None:
    """Folder with PostgreSQL's programs, the newest where there are several."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    found = shutil.which("initdb")
    if debian:
        return debian[-1].parent
    return Path(found).resolve().parent if found else None


def _version(program: Path) -> int:
    name = program.parents[1].name
    return int(name) if name.isdigit() else 0


class Server:
    """A server that listens at a socket in a folder of its own, and ends with this process."""

    def __init__(self, programs: Path, *, safe: bool = False) -> None:
        self._settings = _QUIET if safe else _FAST
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        self._programs = programs
        self._data = self.folder / "data"
        self._used: list[str] = []
        self._made = 0
        if os.geteuid() == 0:  # whom PostgreSQL refuses
            shutil.chown(self.folder, "postgres", "postgres")
        subprocess.run(
            [*_as_user(), self._programs / "initdb", "--no-sync", "-D", self._data, "-A", "trust",
             "-U", USER, "--encoding=UTF8", "--locale=C"],
            check=True, capture_output=True, cwd=self.folder,
        )  # fmt: skip
        (self._data / "pg_hba.conf").write_text(
            f"local all {LOCKED} scram-sha-256\nlocal all all trust\n"
        )
        self.start()
        atexit.register(self.remove)

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*_as_user(), self._programs / "postgres", "-D", self._data, "-k", self.folder,
                 *self._settings],
                stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        until(self._answers, "a connection")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop the server: at once where it is killed by `SIGQUIT`."""
        self._process.send_signal(how)
        self._process.wait()

    def remove(self) -> None:
        """Stop the server and remove what it kept."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str, user: str = USER) -> str:
        """URL of a database."""
        return f"postgresql://{user}@/{database}?host={self.folder}"

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Carry out statements."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(sql.SQL(statement))  # type: ignore[arg-type]

    @contextmanager
    def database(self) -> Iterator[str]:
        """URL of a database that holds no row."""
        while self._used:
            name = self._used.pop()
            if self._empty(name):
                break
        else:
            self._made += 1
            name = f"history{self._made}"
            self.execute(f"CREATE DATABASE {name}")
        yield self.url(name)
        self._used.append(name)

    def _empty(self, name: str) -> bool:
        """Empty a database that was used; return whether it still has all its tables."""
        with psycopg.connect(self.url(name)) as connection:
            rows = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'ganglioside'"
            ).fetchall()
            is_sound = sorted(name for (name,) in rows) == catalog.table_names()
            if is_sound:
                connection.execute(sql.SQL(_emptying()))
        return is_sound

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres")).close()
        except psycopg.OperationalError:
            return False
        return True


@cache
def _emptying() -> str:
    """Statement that takes all rows out of a history, but for the version of its schema."""
    tables = [table for table in catalog.table_names() if table != "schema_version"]
    return "; ".join(f"DELETE FROM ganglioside.{table}" for table in tables)


def _as_user() -> list[str]:
    """Command by which root starts a program as PostgreSQL's user; it ends with this process."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
            "--pdeathsig=QUIT"]  # fmt: skip


@cache
def server(*, safe: bool = False) -> Server:
    """The server of this process; skips the test where there can be none.

    With `safe` it keeps what was stored when the machine fails, as one that is not for tests.
    """
    programs = binaries()
    why = "PostgreSQL is not installed" if programs is None else _why_not_as_root()
    if programs is None or why:
        if os.environ.get("CI"):
            pytest.fail(f"{why}: sh .ci/programs")
        pytest.skip(f"{why}: install Debian's postgresql to run the tests of it")
    return Server(programs, safe=safe)


def _why_not_as_root() -> str:
    """Reason why root cannot start it; empty where it can, or is somebody else."""
    if os.geteuid() != 0:
        return ""
    import pwd  # not on Windows, where no PostgreSQL is found above

    known = {entry.pw_name for entry in pwd.getpwall()}
    return "" if "postgres" in known else "There is no user postgres"
