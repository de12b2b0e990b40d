"""The doctor: looks at all that a server needs, and names a cure for whatever it finds."""

from __future__ import annotations

import json
import os
import platform
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from ssl import SSLCertVerificationError
from typing import Any, Final, Literal
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.history.job_seals import key_path
from ganglioside.history.location import URLS, VARIABLE
from ganglioside.history.opening import environment
from ganglioside.history.storage.catalog import migrations
from ganglioside.history.storage.store import utc_now
from ganglioside.jobs.launcher import left_to_workers
from ganglioside.notify import config_path, is_open_to_others, read_config
from ganglioside.support.formatting import counted
from ganglioside.support.hosts import is_loopback
from ganglioside.support.requests import request_id
from ganglioside.version import __version__
from ganglioside.watching.state import CLEAN_UP, State, look

Rank = Literal["good", "note", "bad"]

#: Seconds to wait for an answer of the server.
_PATIENCE: Final = 10.0

#: Difference of two clocks from which leases are not safe, s.
_SKEW: Final = 5.0

#: Codes of OpenSSL for certificates whose authority is not known here: their own, or none.
_OWN_AUTHORITY: Final = frozenset({18, 19, 20, 21})

#: Age of the last backup that is noted.
_OLD: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the doctor has found.

    Attributes
    ----------
    about : str
    rank : {"good", "note", "bad"}
    words : str
    cure : str
        What to do; empty where all is well.
    """

    about: str
    rank: Rank
    words: str
    cure: str = ""


def examine(url: str = "") -> list[Finding]:
    """Findings about this installation and its history, and about a server where `url` names one.

    Parameters
    ----------
    url
        Address of the server as its callers use it, through the proxy.
    """
    found = [_versions(), _permissions(), _notifications(), _reports()]
    try:
        history = History.open()
        state = look(history)
    except GangliosideError as error:
        cure = "Restore a backup, or ask who keeps the database: see the runbook."
        found.append(Finding("store", "bad", str(error), cure))
    else:
        found += [_store(history), _lock(history), _clock(history), _batches(history)]
        found += [check(state) for check in _OF_STATE]
    if url:
        found += list(_server(url.rstrip("/")))
    return found


def _versions() -> Finding:
    facts = {"Ganglioside": __version__, "Python": platform.python_version(), **environment()}
    del facts["python"]
    words = ", ".join(f"{name} {version}" for name, version in facts.items())
    return Finding("versions", "good", f"{words}, schema {migrations()[-1].version}")


def _store(history: History) -> Finding:
    kind = "PostgreSQL" if history.address.startswith(URLS) else "a file"
    words = f"{history.name} opens: {kind}, {history.size() / 1e6:.1f} MB"
    if VARIABLE not in os.environ:
        return Finding("store", "note", f"{words}, at its usual place",
                       f"A server should name its history: {VARIABLE}.")  # fmt: skip
    return Finding("store", "good", words)


def _lock(history: History) -> Finding:
    """Whether the history is there to be changed within a moment."""
    before = utc_now()
    try:
        history.alarms.change("doctor", is_there=True)
        history.alarms.change("doctor", is_there=False)
    except GangliosideError as error:
        return Finding("lock", "bad", str(error), "End the process that holds it, or wait.")
    took = (utc_now() - before).total_seconds()
    if took > _SKEW:
        return Finding("lock", "note", f"Two changes took {took:.1f} s: many wait for the history",
                       "Use PostgreSQL where many write: ganglioside history move.")  # fmt: skip
    return Finding("lock", "good", f"Two changes took {took:.2f} s")


def _clock(history: History) -> Finding:
    """Whether the clock of the database is that of this machine."""
    if not history.address.startswith(URLS):
        return Finding("clock", "good", "The history is a file: one clock counts")
    before = utc_now()
    there = history.query("SELECT now() AT TIME ZONE 'UTC' AS now")["now"].iloc[0]
    here = before + (utc_now() - before) / 2
    skew = abs((there.to_pydatetime() - here).total_seconds())
    words = f"The clocks of this machine and of the database differ by {skew:.2f} s"
    if skew > _SKEW:
        return Finding("clock", "bad", words, "Let both follow a time server (chrony, "
                       "systemd-timesyncd): workers lose jobs otherwise.")  # fmt: skip
    return Finding("clock", "good", words)


def _batches(history: History) -> Finding:
    """Whether folders of batches were left that nothing needs."""
    left = history.care.leftovers()
    if not left:
        return Finding("batches", "good", "No folder of a deleted batch is left")
    words = f"{left[0].parent} holds folders of deleted batches: {len(left):,}"
    return Finding("batches", "note", words,
                   "The next deletion or cleanup removes them; if they stay, look whose they "
                   "are.")  # fmt: skip


def _disk(state: State) -> Finding:
    disk = state.disk
    words = f"{disk.words} at {disk.folder}"
    if disk.is_nearly_full:
        return Finding("disk", "bad", words, f"Make room: {CLEAN_UP}, and ganglioside history "
                       "vacuum gives the room back; or a larger disk.")  # fmt: skip
    return Finding("disk", "good", words)


def _backup(state: State) -> Finding:
    last = state.last_backup
    words = "There is no backup" if last is None else f"The last backup is of {last:%F %R} UTC"
    if state.backup_is_late:
        return Finding("backup", "bad", f"{words}: it is late",
                       "Look why the jobs of the kind backup fail: ganglioside jobs.")  # fmt: skip
    if last is None or (state.backups is None and state.now - last > _OLD):
        return Finding("backup", "bad", words, "Make one: ganglioside history backup FOLDER; or "
                       "let workers do it: ganglioside workers backup --into FOLDER. Units and "
                       "containers make one every night, the first is still to come.")  # fmt: skip
    return Finding("backup", "good", words)


def _workers(state: State) -> Finding:
    states = state.worker_states
    words = ", ".join(f"{number} {name}" for name, number in sorted(states.items())) or "none"
    waiting = state.jobs.get("pending", 0)
    words = f"Workers: {words}; {counted(waiting, 'job waits', 'jobs wait')}"
    if state.lacks_worker:
        return Finding("workers", "bad", words, "Jobs are left to workers here: start one, "
                       "ganglioside worker.")  # fmt: skip
    if state.lost_workers:
        return Finding("workers", "note", words, "Look at the logs of those that are lost, and "
                       "start others.")  # fmt: skip
    if state.given_up:
        return Finding("workers", "note", f"{words}; {state.given_up:,} were given up",
                       "Their reasons: ganglioside jobs.")  # fmt: skip
    how = "" if left_to_workers() else "; this process starts jobs itself"
    return Finding("workers", "good", words + how)


_OF_STATE: Final[tuple[Callable[[State], Finding], ...]] = (_disk, _backup, _workers)


def _permissions() -> Finding:
    """Whether others can read what is secret here."""
    secrets = [key_path(), *([Path(found)] if (found := os.environ.get("PGPASSFILE")) else [])]
    for path in secrets:
        if path.is_file() and stat.S_IMODE(path.stat().st_mode) & 0o077 and os.name == "posix":
            return Finding("permissions", "bad", f"{path} is open to others", f"chmod 600 {path}")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        return Finding("permissions", "note", "This runs as root",
                       "Run the server as a user of its own.")  # fmt: skip
    return Finding("permissions", "good", "What is secret is readable by its user only")


def _notifications() -> Finding:
    try:
        channels = read_config()
    except GangliosideError as error:
        return Finding("alarms", "bad", str(error), "Mend the file: ganglioside jobs notify "
                       "sends a test.")  # fmt: skip
    if is_open_to_others(file := config_path()):
        return Finding("alarms", "bad", f"{file} holds a secret, and everybody can read it",
                       f"chmod 640 {file}, and renew the secret.")  # fmt: skip
    if channels.email is None and channels.webhook is None:
        return Finding("alarms", "note", "Nobody is told of alarms", "Set up notify.toml, and try "
                       "it: ganglioside jobs notify.")  # fmt: skip
    return Finding("alarms", "good", "Somebody is told of alarms")


def _reports() -> Finding:
    from ganglioside.support.error_reports import VARIABLE as ADDRESS
    from ganglioside.support.error_reports import report_errors

    try:
        on = report_errors()
    except GangliosideError as error:
        return Finding("error reports", "bad", str(error), f"Mend or unset {ADDRESS}.")
    return Finding("error reports", "good", "They are sent" if on else "They are off")


def _server(url: str) -> Iterator[Finding]:
    """Yield findings about a server and the proxy before it."""
    request = request_id()
    try:
        headers = _asked(f"{url}/health", request)
    except (URLError, OSError, ValueError) as error:
        yield _silent(url, getattr(error, "reason", error))
        return
    yield Finding("server", "good", f"{url} answers")
    if headers.get("x-request-id") != request:
        yield Finding("proxy", "bad", "The id of a request does not come back",
                      "Let the proxy hand on X-Request-Id.")  # fmt: skip
    elif url.startswith("https:") and "strict-transport-security" not in headers:
        yield Finding("proxy", "bad", "The server does not know that its callers use TLS",
                      "Let the proxy set X-Forwarded-Proto, and name it: --trust-proxy "
                      "ADDRESS.")  # fmt: skip
    elif url.startswith("http:") and not is_loopback(urlsplit(url).hostname or ""):
        yield Finding("proxy", "bad", "Callers use no TLS", "Put a proxy with TLS before it.")
    else:
        yield Finding("proxy", "good", "Headers pass as they should")
    yield _readiness(url)


def _silent(url: str, reason: object) -> Finding:
    """Why nothing can be said about a server: it does not answer, or its certificate is unknown."""
    if not isinstance(reason, SSLCertVerificationError):
        return Finding("server", "bad", f"{url} does not answer: {reason}",
                       "Look whether server and proxy run, and where the proxy leads.")  # fmt: skip
    words = f"{url} has a certificate that is not believed here: {reason.verify_message}"
    if reason.verify_code in _OWN_AUTHORITY:
        return Finding("server", "note", words,
                       "One that the installation made is so; look with the browser, or give "
                       "the server a certificate of your own.")  # fmt: skip
    return Finding("server", "bad", words, "Renew it, or call the server by the name in it.")


def _readiness(url: str) -> Finding:
    try:
        _asked(f"{url}/ready", request_id())
    except HTTPError as error:
        try:
            told = json.loads(error.read(10_000))["detail"]
        except (ValueError, KeyError, TypeError):
            told = f"it answers {error.code}"
        return Finding("ready", "bad", f"The server takes no work: {told}", "See its log.")
    except OSError as error:
        return Finding("ready", "bad", f"The server takes no work: {error}", "See its log.")
    return Finding("ready", "good", "The server takes work")


def _asked(url: str, request: str) -> dict[str, Any]:
    """Headers of an answer, by their names in lower case."""
    if not url.startswith(("http://", "https://")):
        raise ValueError("an address of http or https is needed")
    with urlopen(Request(url, headers={"X-Request-Id": request}), timeout=_PATIENCE) as answer:
        return {name.lower(): value for name, value in answer.headers.items()}
