"""Address of a history in PostgreSQL: a URL, whose password is never shown."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psycopg
from platformdirs import user_data_path
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ganglioside.errors import HistoryError
from ganglioside.support.secret_files import secret_of

#: The password where the URL has none; with the ending _FILE it names the password's file.
PASSWORD: Final = "PGPASSWORD"

#: Where the tables are, in the database that the URL names.
SCHEMA: Final = "ganglioside"

#: How each connection begins: all of it is sent with the first packet.
_SETTINGS: Final = f"-c search_path={SCHEMA} -c timezone=UTC -c datestyle=ISO"

#: Seconds after which a silent connection is asked whether it is alive, and between two questions.
_SILENT: Final = 20
_ASKED_AGAIN: Final = 10

#: Seconds after which a connection is dead, at least, to whose server nothing comes through: the
#: system itself gives up after a quarter of an hour. Never less than twice the wait for a lock, in
#: which a server that lives may read nothing.
_DEAD: Final = 60

_UNSAFE: Final = re.compile(r"[^A-Za-z0-9.-]+")


@dataclass(frozen=True, slots=True)
class Address:
    """Address of a database.

    Attributes
    ----------
    url : str
        As given, with the password.
    name : str
        The same for people: server and database, nothing else.
    """

    url: str = field(repr=False)
    name: str

    @classmethod
    def of(cls, url: str) -> Address:
        """Address that a URL gives.

        Raises
        ------
        HistoryError
            If it is no URL of PostgreSQL. The message does not repeat it.
        """
        try:
            parts = conninfo_to_dict(url)
        except (psycopg.Error, ValueError):
            # What libpq says would repeat the URL, and with it the password.
            raise HistoryError(
                "The URL of the history cannot be read. It is written as "
                "postgresql://user:password@server:5432/database?sslmode=verify-full, with each "
                "special character of the password as its percent code."
            ) from None
        server = str(parts.get("host") or parts.get("hostaddr") or "localhost")
        database = str(parts.get("dbname") or parts.get("user") or "")
        port = f":{parts['port']}" if parts.get("port") else ""
        if server.startswith("/"):  # the folder of a socket
            port = f"&port={parts['port']}" if parts.get("port") else ""
            return cls(url, f"postgresql:///{database}?host={server}{port}")
        return cls(url, f"postgresql://{server}{port}/{database}")

    @property
    def folder(self) -> Path:
        """Folder of this user for what stands beside the history: logs of jobs, heads, files."""
        name = self.name.replace("&port=", ":")  # as when the first of these folders were made
        short = _UNSAFE.sub("-", name.partition("://")[2]).strip("-")[:60]
        key = hashlib.sha256(name.encode()).hexdigest()[:8]
        folder = user_data_path("ganglioside", appauthor=False) / "postgresql" / f"{short}-{key}"
        return Path(folder)

    def conninfo(self, timeout: float) -> str:
        """What libpq needs to connect; whoever waits for a lock gives up after `timeout`, s.

        A connection that was cut off without a word fails after a while, unless the URL says when.
        """
        given = conninfo_to_dict(self.url)
        password = given.get("password") or secret_of(PASSWORD)
        ours = f"{_SETTINGS} -c lock_timeout={max(1, round(timeout * 1000))}"
        dead = max(_DEAD, round(2 * timeout))
        guards = {
            "keepalives_idle": _SILENT,
            "keepalives_interval": _ASKED_AGAIN,
            "keepalives_count": round(dead / _ASKED_AGAIN),
            "tcp_user_timeout": 1000 * dead,
        }
        return make_conninfo(
            self.url,
            **{name: str(value) for name, value in guards.items() if name not in given},
            **({"password": password} if password else {}),
            options=" ".join(filter(None, (str(given.get("options") or ""), ours))),
            connect_timeout=str(given.get("connect_timeout") or max(2, round(timeout))),
            application_name="ganglioside",
            client_encoding="UTF8",
        )
