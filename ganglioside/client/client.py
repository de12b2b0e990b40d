"""`Client`: a history on a server, with verbs of `History`."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, Final, Literal, Unpack, cast

import pandas as pd

from ganglioside.client.answers import (
    Job,
    ServerVersion,
    events_of,
    explanation_of,
    frame_of,
    job_of,
    overrides_of,
    sessions_frame,
    version_of,
)
from ganglioside.client.transport import Transport
from ganglioside.columns import Verdict
from ganglioside.errors import ExportError, ServerError
from ganglioside.exporting.document import Document, read_json, table_of
from ganglioside.exporting.files import chosen_format
from ganglioside.exporting.formats import YOUR_FILE, Format, format_of, require_ending
from ganglioside.history.sharing import Shared
from ganglioside.progress import ProgressCallback, ProgressEvent
from ganglioside.questions.explanation import Explanation
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_with
from ganglioside.reading.options import ReadingKeywords, ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.support.text_columns import several
from ganglioside.support.whole_files import write_whole
from ganglioside.verdicts.overrides import Overrides

#: Sessions asked for at once.
_PAGE: Final = 500

#: Features asked for at once.
_MOST_ROWS: Final = 100_000

#: What can be sent: a file, a table that was read, a DataFrame, or a list of them as a study.
Table = str | PathLike[str] | FeatureTable | Source | pd.DataFrame | list[Any]


def connect(url: str, token: str, *, patience: float = 120.0, verify: bool | str = True) -> Client:
    """Client of a server.

    Parameters
    ----------
    url
        Address, as `ganglioside serve` prints it, or that of a Jupyter server that has the API.
    token
        Token, as `ganglioside tokens add` prints it, or that of the Jupyter server.
    patience
        Seconds to wait where the server says that a request comes too early.
    verify
        Whether to check its certificate, or a file (PEM) with the certificates to trust.

    Returns
    -------
    Client

    Raises
    ------
    ServerError
        If nothing answers there, or the token is refused.

    Examples
    --------
    >>> import tempfile, threading
    >>> import ganglioside as gg
    >>> from ganglioside.server import RunningServer, ServeOptions
    >>> folder = tempfile.TemporaryDirectory()
    >>> history = gg.History.open(f"{folder.name}/history.duckdb")
    >>> server = RunningServer(history, ServeOptions(port=0))
    >>> thread = threading.Thread(target=server.run)
    >>> thread.start()
    >>> client = gg.connect(server.url, history.tokens.add("R. Franklin", "write"))
    >>> client.session(client.run(gg.example()))["status"]
    'completed'
    >>> client.close()
    >>> server.stop()
    >>> thread.join()
    >>> folder.cleanup()
    """
    client = Client(Transport(url, token, patience, verify))
    client.version()
    return client


class Client:
    """A history on a server; sessions are named by their whole ids.

    Attributes
    ----------
    jobs : RemoteJobs
        Jobs: list, follow, cancel, retry.
    tokens : RemoteTokens
        Who may call the server; for administrators.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.jobs = RemoteJobs(transport)
        self.tokens = RemoteTokens(transport)

    def __repr__(self) -> str:
        return f"Client({self._transport.url!r})"

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._transport.close()

    def version(self) -> ServerVersion:
        """Version of the server, and who you are to it."""
        return version_of(self._transport.json("GET", "version"))

    def sessions(
        self,
        limit: int | None = None,
        *,
        status: str | None = None,
        author: str | None = None,
        text: str | None = None,
        sort: str = "created",
        order: Literal["asc", "desc"] = "desc",
    ) -> pd.DataFrame:
        """Sessions, the newest first, as a frame with the columns of `History.sessions`.

        Parameters
        ----------
        limit
            Number of sessions at most; all where None.
        status, author, text
            Sessions of one status or author, or with words in their name or file; all where None.
        sort, order
            `created`, `name`, `status`, `author` or `file_name`; `asc` or `desc`.
        """
        query = {"status": status, "author": author, "text": text, "sort": sort, "order": order}
        rows: list[dict[str, Any]] = []
        after: str | None = None
        while limit is None or len(rows) < limit:
            most = _PAGE if limit is None else min(_PAGE, limit - len(rows))
            page = self._transport.json(
                "GET", "sessions", query={**query, "limit": most, "after": after}
            )
            rows += page["sessions"]
            after = page["next"]
            if after is None or not page["sessions"]:
                break
        return sessions_frame(rows)

    def session(self, sid: str) -> pd.Series[Any]:
        """Row of one session, with the columns of `sessions`."""
        return sessions_frame([self._transport.json("GET", f"sessions/{sid}")]).iloc[0]

    def run(
        self,
        table: Table,
        settings: Settings | None = None,
        name: str | None = None,
        progress: ProgressCallback | None = None,
        **reading: Unpack[ReadingKeywords],
    ) -> str:
        """Analyse a table on the server, as a session of its history, and return the id.

        Parameters
        ----------
        table
            Path of a file, a table that was read, a DataFrame, or a list of them: one study.
        settings
            Defaults where None.
        name
            Name shown in lists; the input's name where None.
        progress
            Called with each event, while the analysis goes on as a job.
        **reading
            How the table is read: `columns`, `sheet`, `unit`, `header` of `read_features`.

        Raises
        ------
        ServerError
            If the table is refused, or the analysis fails.
        """
        if progress is None:
            made = self._upload(table, "now", settings, name, reading)
            return str(made["id"])
        started = self._upload(table, "job", settings, name, reading)
        for event in self.follow(started["session"]):
            progress(event)
        self._require_completed(started["session"])
        return str(started["session"])

    def start(
        self,
        table: Table,
        settings: Settings | None = None,
        name: str | None = None,
        **reading: Unpack[ReadingKeywords],
    ) -> tuple[str, str]:
        """Start to analyse a table on the server, and return at once; see `run`.

        Returns
        -------
        sid, job : str
            Follow them with `follow` and `jobs.follow`.
        """
        started = self._upload(table, "job", settings, name, reading)
        return started["session"], started["job"]

    def rerun(self, sid: str, settings: Settings | None = None) -> str:
        """Analyse the input of a session again, as a new session, and return its id."""
        wish = {"settings": None if settings is None else settings.to_dict()}
        return str(self._transport.json("POST", f"sessions/{sid}/rerun", json=wish)["id"])

    def load(self, sid: str) -> Document:
        """Features, models, findings, problems and summary of a completed session."""
        return read_json(self._transport.content(f"sessions/{sid}/exports/json"))

    def features(self, sid: str, verdict: Verdict | None = None) -> pd.DataFrame:
        """Features of a session: all of them, or those of one verdict."""
        query: dict[str, Any] = {"verdict": verdict, "types": True, "limit": _MOST_ROWS}
        path = f"sessions/{sid}/features"
        page = self._transport.json("GET", path, query=query)
        rows = page["features"]
        while page["features"] and len(rows) < page["total"]:
            page = self._transport.json("GET", path, query={**query, "offset": len(rows)})
            rows += page["features"]
        return table_of(rows, page["types"])

    def findings(self, sid: str) -> pd.DataFrame:
        """What the analyst should know about a session, with advice."""
        return self._table(sid, "findings")

    def models(self, sid: str) -> pd.DataFrame:
        """Lines of each series of a session, and how well they fit."""
        return self._table(sid, "models")

    def consensus(self, sid: str) -> pd.DataFrame:
        """Each shared peak over all samples; empty where there is one sample."""
        return frame_of(self._transport.json("GET", f"sessions/{sid}/consensus")["consensus"])

    def explain(self, sid: str, feature_id: int) -> Explanation:
        """Every hypothesis on one feature, with probabilities and numbers."""
        path = f"sessions/{sid}/features/{feature_id}/explanation"
        return explanation_of(self._transport.json("GET", path))

    def suggest(self, sid: str, feature_id: int, n: int = 5) -> pd.DataFrame:
        """Names of the mass of a feature that are expected at its RT, the best first."""
        path = f"sessions/{sid}/features/{feature_id}/suggestions"
        return frame_of(self._transport.json("GET", path, query={"limit": n})["suggestions"])

    def predict(self, sid: str, names: str | Sequence[str]) -> pd.DataFrame:
        """Predicted RT of one name or several, with 95 % intervals."""
        wish = {"names": several(names)}
        answer = self._transport.json("POST", f"sessions/{sid}/predictions", json=wish)
        return frame_of(answer["predictions"])

    def export(self, sid: str, path: str | PathLike[str], format: Format | None = None) -> Path:
        """Write a session to a file, in the format of its ending where None is given.

        Raises
        ------
        ServerError
            If it is no format, the ending is that of another kind of file, or the server refuses.
        """
        target = Path(path).expanduser()
        try:
            wanted = chosen_format(target, format)
            if wanted != YOUR_FILE:  # whose kind the server knows
                require_ending(target, format_of(wanted).ending)
        except ExportError as error:
            raise ServerError(str(error)) from error
        return write_whole(target, self._transport.content(f"sessions/{sid}/exports/{wanted}"))

    def source(self, sid: str) -> bytes:
        """Input of a session, byte for byte as it was received."""
        return self._transport.content(f"sessions/{sid}/input")

    def settings(self, sid: str) -> Settings:
        """Thresholds and other settings of a session."""
        return Settings.from_dict(self._transport.json("GET", f"sessions/{sid}/settings"))

    def rename(self, sid: str, name: str) -> None:
        """Give a session another name."""
        self._transport.json("PATCH", f"sessions/{sid}", json={"name": name})

    def keep(self, sid: str, kept: bool = True) -> None:
        """Exclude a session from every cleanup, or include it again."""
        self._transport.json("PATCH", f"sessions/{sid}", json={"keep": kept})

    def share(self, sid: str, shared: Shared, group: str = "") -> None:
        """Share a session with nobody (`own`), a `group` or `everybody`.

        Parameters
        ----------
        sid, shared
        group
            The group, where you belong to several.
        """
        wish = {"shared": shared, "group": group}
        self._transport.json("PATCH", f"sessions/{sid}", json=wish)

    def delete(self, sid: str) -> None:
        """Delete a session with all that it holds, permanently."""
        self._transport.json("DELETE", f"sessions/{sid}")

    def cancel(self, sid: str) -> None:
        """Request the end of an analysis."""
        self._transport.json("POST", f"sessions/{sid}/cancel")

    def events(self, sid: str, after: int = 0) -> list[ProgressEvent]:
        """Events of a session in order, without the first `after`."""
        answer = self._transport.json("GET", f"sessions/{sid}/events", query={"after": after - 1})
        return events_of(answer["events"])

    def follow(self, sid: str, after: int = 0) -> Iterator[ProgressEvent]:
        """Yield the events of a session in order, as they come, until it has ended."""
        for event in self._transport.follow(f"sessions/{sid}/events", after - 1):
            yield from events_of([event])

    def overrides(self, sid: str) -> Overrides:
        """Overrides of a session that are in effect."""
        return overrides_of(self._transport.json("GET", f"sessions/{sid}/overrides"))

    def override(
        self,
        sid: str,
        feature_id: int,
        verdict: Verdict | None = None,
        *,
        anchor: bool | None = None,
        note: str = "",
        name: str | None = None,
        later: bool = False,
    ) -> Overrides:
        """Override the verdict, name or anchor mark of a feature, and return all overrides."""
        wish = {"verdict": verdict, "anchor": anchor, "note": note, "name": name, "later": later}
        path = f"sessions/{sid}/overrides/{feature_id}"
        return overrides_of(self._transport.json("PUT", path, json=wish))

    def confirm_override(
        self, sid: str, feature_id: int, *, time: datetime | None = None
    ) -> Overrides:
        """Confirm what another person decided on a feature, and return all overrides.

        With the `time` of the override that was read, no other decision is confirmed.
        """
        path = f"sessions/{sid}/overrides/{feature_id}/confirm"
        read = {"time": None if time is None else time.isoformat()}
        return overrides_of(self._transport.json("POST", path, query=read))

    def undo_override(self, sid: str, feature_id: int) -> Overrides:
        """Undo the override of a feature, and return those that are left."""
        return overrides_of(
            self._transport.json("DELETE", f"sessions/{sid}/overrides/{feature_id}")
        )

    def batch(
        self,
        paths: str | PathLike[str] | Sequence[str | PathLike[str]],
        settings: Settings | None = None,
    ) -> str:
        """Start to judge many tables, and return the id of the job; `jobs.follow` follows it."""
        if isinstance(paths, str | PathLike):
            paths = [paths]
        if not paths:
            raise ServerError("A batch needs tables: name one or more files.")
        files = [("files", _file(path)) for path in paths]
        data = {"settings": json.dumps((settings or Settings()).to_dict())}
        return str(self._transport.json("POST", "batches", data=data, files=files)["job"])

    def batch_results(self, job: str, path: str | PathLike[str]) -> Path:
        """Write all results of a batch that is done to a ZIP file."""
        return write_whole(
            Path(path).expanduser(), self._transport.content(f"batches/{job}/results")
        )

    def _table(self, sid: str, name: str) -> pd.DataFrame:
        answer = self._transport.json("GET", f"sessions/{sid}/{name}", query={"types": True})
        return table_of(answer[name], answer["types"])

    def _upload(
        self, table: Table, mode: str, settings: Settings | None, name: str | None,
        reading: ReadingKeywords,
    ) -> dict[str, Any]:  # fmt: skip
        said = ReadingOptions.of(**reading)
        if isinstance(table, list | FeatureTable):
            # A study is put together here; what was read before takes no options any more.
            table, said = read_with(table, settings or Settings(), said).source, ReadingOptions()
        file, content = _file(table)
        options = _options(table, said)
        data = {
            "mode": mode,
            "name": name or "",
            "settings": json.dumps((settings or Settings()).to_dict()),
            "columns": json.dumps(options.named),
            "sheet": "" if options.sheet is None else str(options.sheet),
            "unit": options.unit or "",
            "header": json.dumps(options.header),
        }
        answer = self._transport.json(
            "POST", "sessions", data=data, files=[("file", (file, content))]
        )
        return cast(dict[str, Any], answer)

    def _require_completed(self, sid: str) -> None:
        session = self.session(sid)
        if session["status"] != "completed":
            raise ServerError(f"Session {sid} is {session['status']}: {session['error'] or ''}")


class RemoteJobs:
    """Jobs of a server."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def all(self, status: str | None = None, limit: int = 50) -> list[Job]:
        """Jobs, the newest first: all of them, or those of one status."""
        query = {"status": status, "limit": limit}
        return [job_of(job) for job in self._transport.json("GET", "jobs", query=query)["jobs"]]

    def get(self, job: str) -> Job:
        """One job."""
        return job_of(self._transport.json("GET", f"jobs/{job}"))

    def cancel(self, job: str) -> Job:
        """Request the end of a job."""
        return job_of(self._transport.json("POST", f"jobs/{job}/cancel"))

    def retry(self, job: str) -> str:
        """Start a job again that has ended, and return the id of the new one."""
        return str(self._transport.json("POST", f"jobs/{job}/retry")["job"])

    def follow(self, job: str, after: int = 0) -> Iterator[ProgressEvent]:
        """Yield the events of a job in order, as they come, until it has ended."""
        for event in self._transport.follow(f"jobs/{job}/events", after - 1):
            yield from events_of([event])


class RemoteTokens:
    """Tokens of a server; for administrators."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self,
        person: str,
        scope: str = "read",
        *,
        label: str = "",
        days: float | None = 365,
        groups: Sequence[str] = (),
    ) -> str:
        """Secret of a new token."""
        wish = {
            "person": person, "scope": scope, "label": label, "days": days, "groups": [*groups],
        }  # fmt: skip
        return str(self._transport.json("POST", "tokens", json=wish)["secret"])

    def all(self) -> pd.DataFrame:
        """Tokens, the oldest first, without their secrets."""
        return frame_of(self._transport.json("GET", "tokens")["tokens"])

    def rotate(self, token: str) -> str:
        """Secret of a new token in the place of one that is revoked."""
        return str(self._transport.json("POST", f"tokens/{token}/rotate")["secret"])

    def revoke(self, token: str) -> None:
        """Let nobody in with a token any more."""
        self._transport.json("DELETE", f"tokens/{token}")


def _options(table: Table, said: ReadingOptions) -> ReadingOptions:
    """How what is sent is read: as is said now, or as it was read before."""
    return table.options if isinstance(table, Source) and said == ReadingOptions() else said


def _file(table: Table) -> tuple[str, bytes]:
    """Name and content of what is sent."""
    if isinstance(table, pd.DataFrame):
        table = Source.from_frame("table.csv", table)
    if isinstance(table, Source):
        return table.name, table.content
    if not isinstance(table, str | PathLike):
        raise ServerError(
            f"A {type(table).__name__} is no table: give a path, a DataFrame, or what "
            "read_features gives."
        )
    path = Path(table).expanduser()
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise ServerError(f"{path} cannot be read ({error.strerror}).") from error
