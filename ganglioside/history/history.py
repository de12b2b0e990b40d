"""Sessions of the history: kept, listed, opened and run again."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from os import PathLike
from pathlib import Path
from typing import Any, Unpack

import duckdb
import pandas as pd

from ganglioside.analysis import Analysis, analyze
from ganglioside.columns import Verdict
from ganglioside.errors import (
    EndedError,
    HistoryError,
    QueryError,
    SharingError,
)
from ganglioside.history import audit_log
from ganglioside.history.alarms import Alarms
from ganglioside.history.author import current_author
from ganglioside.history.care import backup
from ganglioside.history.care.cleanup import remove
from ganglioside.history.care.operations import Care, bring_up_to_date
from ganglioside.history.care.salvage import Salvaged, salvage
from ganglioside.history.care.sent_folders import remove_leftovers
from ganglioside.history.claims import Claim, ClaimedStore, claim_of
from ganglioside.history.decisions import Decisions, decisions
from ganglioside.history.events import insert_events, read_events
from ganglioside.history.jobs import Jobs, jobs_about
from ganglioside.history.listing import Page, SessionQuery, find_page, headlines, listed, listing
from ganglioside.history.location import TIMEOUT, file_at, resolved, store_at
from ganglioside.history.opening import Opening, require_printed
from ganglioside.history.overrides import (
    current,
    note_overrides,
    read_overrides,
    require_features,
    require_kept,
    require_own,
)
from ganglioside.history.record import Packed
from ganglioside.history.row_hashes import (
    NO_EVENTS,
    Table,
    changing,
    event_hashes,
    row_hashes,
)
from ganglioside.history.running import Running, last_events
from ganglioside.history.runs import SessionRuns
from ganglioside.history.session_rows import (
    Stored,
    delete_session,
    insert_completed,
    read_analysis,
    read_source,
)
from ganglioside.history.sharing import (
    ActingStore,
    Person,
    Shared,
    Sharing,
    WholeStore,
    administered,
    chosen_group,
    person_here,
    reviewer,
    sharing_of,
    whole,
)
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.tasks import Tasks
from ganglioside.history.tokens import Tokens
from ganglioside.history.workers import Workers
from ganglioside.progress import ProgressCallback, ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import TableSource, read_features, read_with
from ganglioside.reading.options import ReadingKeywords, ReadingOptions
from ganglioside.reading.raw_table import Source
from ganglioside.reading.validation import check_judgeable
from ganglioside.settings import Settings
from ganglioside.support.on_demand import ShownAsCard
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import confirm


class History(ShownAsCard, Running):
    """All sessions in one file, which any number of processes may share.

    Every call is one transaction: it waits for its turn, and lets go of the file at its end. After
    a call that returned, all of it is stored; after one that raised, nothing of it is. Sessions
    are named by their id, or by the beginning of an id if only one begins so.

    Attributes
    ----------
    jobs : Jobs
        Jobs of the history: add, start, cancel, follow.
    tokens : Tokens
        Who may call a server of the history.
    workers : Workers
        Processes that carry out the jobs.
    tasks : Tasks
        What workers do by themselves, again and again.
    alarms : Alarms
        Troubles that whoever keeps the server was told of.
    care : Care
        Checks, cleanup, copies and transfer of the history, and its log.

    Notes
    -----
    In the examples of the methods, `history` is an open history, and `sid` the id of a session of
    the bundled example in it.

    Examples
    --------
    >>> import tempfile
    >>> import ganglioside as gg
    >>> folder = tempfile.TemporaryDirectory()
    >>> history = gg.History.open(f"{folder.name}/history.duckdb")
    >>> sid = history.save(gg.analyze(gg.example()), name="mouse brain")
    >>> history.sessions()[["name", "status"]].values.tolist()
    [['mouse brain', 'completed']]
    >>> history.load(sid).source.name
    'example.csv'
    >>> folder.cleanup()
    """

    def __init__(self, store: HistoryStore) -> None:
        self._store = store
        self.jobs = Jobs(store)
        self.runs = SessionRuns(store)
        self.tokens = Tokens(administered(store))
        self.care = Care(administered(store))
        self.workers = Workers(administered(store))
        self.alarms = Alarms(administered(store))
        self.tasks = Tasks(administered(store))

    def __repr__(self) -> str:
        """Place of the history, and the person as whom it acts."""
        acting = "" if self.person is None else f", as {self.person.name}"
        return f"History({self.name!r}{acting})"

    @classmethod
    def open(cls, path: str | PathLike[str] | None = None, timeout: float = TIMEOUT) -> History:
        """Open a history; a missing file is created.

        Sessions and jobs whose process has died are marked failed, with the reason. The history
        acts as the person of this process, if there is one (`GANGLIOSIDE_PERSON`, which a server
        sets for its pages); else it shows everything.

        Parameters
        ----------
        path
            DuckDB file, whose folder must exist; or the URL of a database of PostgreSQL,
            `postgresql://user@server/database`, for a lab. `GANGLIOSIDE_HISTORY` names either
            where None, else it is a file in the user's data folder, which is made.
        timeout
            Seconds to wait for other processes, here and in every call.

        Returns
        -------
        History

        Raises
        ------
        HistoryError
            If the file is not a history, is newer than this program, stays in use, or cannot
            be written.

        Examples
        --------
        >>> import tempfile
        >>> import ganglioside as gg
        >>> folder = tempfile.TemporaryDirectory()
        >>> len(gg.History.open(f"{folder.name}/history.duckdb").sessions())
        0
        >>> folder.cleanup()
        """
        store = store_at(path, timeout)
        person = person_here()
        bring_up_to_date(store)
        history = cls(WholeStore(store))
        return history if person is None else history.acting_as(person)

    def acting_as(self, person: Person) -> History:
        """Same history for one person: it shows and changes only what that person may.

        What is not seen is as if it were not there. `care`, `tokens` and `query` are for
        administrators then.

        Parameters
        ----------
        person

        Returns
        -------
        History

        Examples
        --------
        >>> import tempfile
        >>> import ganglioside as gg
        >>> from ganglioside.history.sharing import Person
        >>> folder = tempfile.TemporaryDirectory()
        >>> history = gg.History.open(f"{folder.name}/history.duckdb")
        >>> ann = history.acting_as(Person("Ann", shares="own"))
        >>> bob = history.acting_as(Person("Bob"))
        >>> sid = ann.save(gg.analyze(gg.example()))
        >>> len(ann.sessions()), len(bob.sessions()), len(history.sessions())
        (1, 0, 1)
        >>> folder.cleanup()
        """
        return History(ActingStore(whole(self._store), person))

    def sharing(self, shared: Shared, group: str = "") -> History:
        """Same history, whose new sessions and jobs are shared so.

        Parameters
        ----------
        shared
            `own`, `group` or `everybody`.
        group
            The group, where the person belongs to several.

        Returns
        -------
        History

        Raises
        ------
        SharingError
            If it is not a group of the person's, or no person acts.

        Examples
        --------
        >>> from ganglioside.history.sharing import Person
        >>> ann = history.acting_as(Person("Ann", groups=("lipids",))).sharing("group")
        >>> ann.person.name
        'Ann'
        """
        if self.person is None:
            raise SharingError(
                "Nobody has signed in here, and new sessions are everybody's: share them one by "
                "one with history.share()."
            )
        return self.acting_as(self.person.sharing(shared, group))

    def claimed(self, claim: Claim) -> History:
        """Same history for a worker: it changes things only while the claim on its job holds.

        Returns
        -------
        History

        Examples
        --------
        >>> history.claimed(claim)  # doctest: +SKIP
        History('history.duckdb')
        """
        return History(ClaimedStore(whole(self._store), claim))

    @property
    def person(self) -> Person | None:
        """Person as whom it acts; None where it shows everything."""
        return self._store.person if isinstance(self._store, ActingStore) else None

    @property
    def path(self) -> Path:
        """Path of the history's file.

        A history in a database has none: it is a path in the user's data folder then, beside
        which the logs of the user's jobs are.
        """
        return self._store.path

    @property
    def name(self) -> str:
        """File of the history, or its server and database; never with a password."""
        return self._store.name

    @property
    def address(self) -> str:
        """What `open` takes: for processes that this one starts.

        It holds the password, if the URL of the database does: never show it.
        """
        return self._store.address

    def refresh(self) -> None:
        """Mark what has died as failed, and clean up where that is due, as `open` does.

        Examples
        --------
        >>> history.refresh()
        """
        bring_up_to_date(self._store)

    def wait(self, seconds: float) -> None:
        """Wait, at most until any process has written, where a database tells of it.

        Examples
        --------
        >>> history.wait(0.01)
        """
        self._store.wait(seconds)

    def size(self) -> int:
        """Size of the file, or of the tables in a database, bytes.

        Returns
        -------
        int

        Examples
        --------
        >>> history.size() > 0
        True
        """
        return self._store.size()

    def state(self) -> tuple[int, ...] | None:
        """Value that differs after any process has written to the history.

        Returns
        -------
        tuple of int or None
            None where that is not known: what was read before may be old.

        Examples
        --------
        >>> before = history.state()
        >>> history.rename(sid, "another name")
        >>> history.state() == before
        False
        """
        return self._store.state()

    @contextmanager
    def connected(self) -> Iterator[History]:
        """Keep one connection open for several reads, which then wait and connect only once.

        Nobody else can read or write meanwhile: keep it short.

        Yields
        ------
        History
            The same history; it can only be read.

        Examples
        --------
        >>> with history.connected() as reading:
        ...     reading.load(sid).features.equals(reading.load(sid).features)
        True
        """
        with self._store.read() as connection:
            yield History(self._store.kept_open(connection))

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> pd.DataFrame:
        """Rows found by one SELECT statement; no change and no other file is possible.

        Parameters
        ----------
        sql
            One SELECT on the tables sessions, features, models, findings, problems, results,
            inputs, overrides, events, jobs and log. `features.session` is `sessions.id`.
        parameters
            Values of the question marks in it.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        HistoryError
            If it is not valid SQL, or anything but one SELECT; or if a person acts who is no
            administrator: SQL sees everything.

        Examples
        --------
        >>> history.query("SELECT count(*) AS n FROM features WHERE session = ?", [sid])["n"].item()
        332
        """
        with administered(self._store).read() as connection:
            _require_select(sql)
            return connection.execute(sql, list(parameters)).df()  # type: ignore[no-any-return]

    def save(self, analysis: Analysis, name: str | None = None) -> str:
        """Store an analysis as a completed session.

        Parameters
        ----------
        analysis
        name
            Name shown in lists; the input's name where None.

        Returns
        -------
        str
            The session's id.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.save(gg.analyze(gg.example()), name="mouse brain")
        >>> history.session(new)["name"]
        'mouse brain'
        """
        return self.save_all([(analysis, name)])[0]

    def save_all(self, analyses: Sequence[tuple[Analysis, str | None]]) -> list[str]:
        """Store analyses, each with its name, as completed sessions: all of them, or none.

        This is much faster than one by one.

        Returns
        -------
        list of str
            The sessions' ids.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> len(history.save_all([(analysis, "liver 1"), (analysis, "liver 2")]))
        2
        """
        for _, name in analyses:
            require_printed(name)
        return self.save_packed([(Packed.of(analysis), name) for analysis, name in analyses])

    def save_packed(self, packed: Sequence[tuple[Packed, str | None]]) -> list[str]:
        """Store analyses that were packed elsewhere, as `save_all` does.

        Returns
        -------
        list of str
            The sessions' ids.

        Examples
        --------
        >>> import ganglioside as gg
        >>> packed = Packed.of(gg.analyze(gg.example()))
        >>> len(history.save_packed([(packed, "liver 3")]))
        1
        """
        if not packed:
            return []
        return self._save(
            list(zip(_openings(packed, self.person), (one for one, _ in packed), strict=True))
        )

    def sessions(self, limit: int | None = None) -> pd.DataFrame:
        """Sessions, the newest first, as a frame.

        Parameters
        ----------
        limit
            Number of sessions at most; all where None.

        Returns
        -------
        pandas.DataFrame
            One row per session: id, name, sample_type, status, created, started, completed
            (UTC), the counts features, valid, fragment, adduct, outlier, undetermined (NA
            unless completed), file_name, file_size (bytes), sha256, version, rerun_of, error,
            author, keep, shared (own, group or everybody) and shared_group.

        Examples
        --------
        >>> history.sessions(limit=1)[["status", "features"]].values.tolist()
        [['completed', 332]]
        """
        with self._store.read() as connection:
            return listing(connection, newest=limit)

    def has_begun(self, job: str) -> bool:
        """Whether a worker has begun a session for a job, in whichever attempt.

        Returns
        -------
        bool

        Examples
        --------
        >>> history.has_begun("no such job")
        False
        """
        with self._store.read() as connection:
            return bool(
                connection.execute("SELECT 1 FROM sessions WHERE job = ? LIMIT 1", [job]).fetchall()
            )

    def completed_by(self, job: str) -> str | None:
        """Id of the session that a worker has completed for a job; None where there is none.

        Returns
        -------
        str or None

        Examples
        --------
        >>> history.completed_by("no such job") is None
        True
        """
        with self._store.read() as connection:
            rows = connection.execute(
                "SELECT id FROM sessions WHERE job = ? AND status = 'completed' ORDER BY id", [job]
            ).fetchall()
        return rows[0][0] if rows else None

    def delete_vain(self, sids: Collection[str]) -> None:
        """Delete sessions of the job of this worker that an attempt before this one made in vain.

        Parameters
        ----------
        sids
            The sessions that are its result.

        Examples
        --------
        >>> history.delete_vain([sid])  # no worker acts here: nothing is deleted
        >>> sid in set(history.sessions()["id"])
        True
        """
        claim = claim_of(self._store)
        if claim is None:
            return
        with self._store.write() as connection:
            rows = connection.execute(
                "SELECT id FROM sessions WHERE job = ? AND NOT id = ANY(?) ORDER BY id",
                [claim.job, list(sids)],
            ).fetchall()
            vain = [Stored.find(connection, sid) for (sid,) in rows]
            remove(connection, vain, "made by an attempt of its job that was lost")

    def page(self, query: SessionQuery | None = None) -> Page:
        """Sessions that a query asks for, page by page.

        Parameters
        ----------
        query
            Which sessions, in which order; the newest ones where None.

        Returns
        -------
        Page

        Raises
        ------
        HistoryError
            If the query continues a page that this program did not make.

        Examples
        --------
        >>> page = history.page(SessionQuery(limit=1))
        >>> len(page.sessions)
        1
        """
        with self._store.read() as connection:
            return find_page(connection, query or SessionQuery())

    def headlines(self, sids: Sequence[str]) -> dict[str, str]:
        """Headline of the result of each session, by id; those without a result are left out.

        Parameters
        ----------
        sids
            Ids, in full; sessions that are not seen here are left out too.

        Returns
        -------
        dict of str to str

        Examples
        --------
        >>> import tempfile
        >>> import ganglioside as gg
        >>> folder = tempfile.TemporaryDirectory()
        >>> history = gg.History.open(f"{folder.name}/history.duckdb")
        >>> sid = history.save(gg.analyze(gg.example()))
        >>> history.headlines([sid, "other"])[sid].split(" features")[0]
        '289 of 332'
        >>> folder.cleanup()
        """
        with self._store.read() as connection:
            return headlines(connection, sids)

    def session(self, sid: str) -> pd.Series[Any]:
        """Row of one session, with the columns of `sessions`.

        Returns
        -------
        pandas.Series

        Examples
        --------
        >>> history.session(sid)["file_name"]
        'example.csv'
        """
        with self._store.read() as connection:
            found = Stored.find(connection, sid)
            return listing(connection, "id = ?", [found.id]).iloc[0]

    def listed(self, sid: str) -> dict[str, Any]:
        """Row of one session as `page` has it: without pandas, for programs that answer at once.

        Returns
        -------
        dict
            Columns of `sessions`; times without a zone, in UTC.

        Examples
        --------
        >>> history.listed(sid)["file_name"]
        'example.csv'
        """
        with self._store.read() as connection:
            return listed(connection, sid)

    def load(self, sid: str) -> Analysis:
        """Analysis of a completed session, equal to the one that was saved.

        Returns
        -------
        Analysis

        Raises
        ------
        HistoryError
            If there is no such session, or it is not completed.

        Examples
        --------
        >>> history.load(sid).summary.features
        332
        """
        with self._store.read() as connection:
            session = Stored.find(connection, sid)
            if session.status != "completed":
                raise EndedError(session.why_empty())
            return read_analysis(connection, session)

    def features_of(self, sids: Sequence[str], columns: Sequence[str]) -> pd.DataFrame:
        """Stored features of sessions: `session`, then the columns, in the order of their rows.

        Returns
        -------
        pandas.DataFrame

        Raises
        ------
        HistoryError
            If one of the sessions is not there.

        Examples
        --------
        >>> history.features_of([sid], ["name", "verdict"]).columns.tolist()
        ['session', 'name', 'verdict']
        """
        listed = ", ".join(f'"{column}"' for column in columns)
        with self._store.read() as connection:
            ids = [Stored.find(connection, sid).id for sid in sids]
            return connection.execute(  # type: ignore[no-any-return]
                f"SELECT session, {listed} FROM features WHERE session = ANY(?) "
                "ORDER BY session, position",
                [ids],
            ).df()

    def source(self, sid: str) -> Source:
        """Input of a session, byte for byte as it was received.

        Returns
        -------
        Source

        Examples
        --------
        >>> history.source(sid).name
        'example.csv'
        """
        with self._store.read() as connection:
            return read_source(connection, Stored.find(connection, sid))

    def settings(self, sid: str) -> Settings:
        """Thresholds and other settings of a session.

        Returns
        -------
        Settings

        Examples
        --------
        >>> history.settings(sid).outlier_threshold
        2.5
        """
        with self._store.read() as connection:
            return Stored.find(connection, sid).settings

    def rerun(
        self,
        sid: str,
        settings: Settings | None = None,
        progress: ProgressCallback | None = None,
    ) -> str:
        """Analyse the input of a session again, as a new session.

        The input is read as it was then, with the anchors that the analyst had marked; the
        overrides are copied to the new session.

        Parameters
        ----------
        sid
            Any session: completed, failed or cancelled.
        settings
            Settings of the new session; those of the old one where None.
        progress
            Called with each event.

        Returns
        -------
        str
            The new session's id.

        Examples
        --------
        >>> import ganglioside as gg
        >>> strict = history.rerun(sid, gg.Settings(outlier_threshold=2))
        >>> history.session(strict)["rerun_of"] == sid
        True
        """
        opening, table, chosen, overrides = self._again(sid, settings)
        self._run(opening, table, chosen, progress, overrides)
        return opening.id

    def rerun_at_once(
        self,
        sid: str,
        settings: Settings | None = None,
        progress: ProgressCallback | None = None,
    ) -> tuple[dict[str, Any], Analysis]:
        """Analyse the input of a session again as `rerun` does, and store it as `run_at_once` does.

        Parameters
        ----------
        sid, settings, progress
            As for `rerun`.

        Returns
        -------
        row : dict
            The new session as `listed` has it.
        analysis : Analysis

        Examples
        --------
        >>> import ganglioside as gg
        >>> row, analysis = history.rerun_at_once(sid, gg.Settings(outlier_threshold=2))
        >>> row["rerun_of"] == sid
        True
        """
        opening, table, chosen, overrides = self._again(sid, settings)
        return self._at_once(opening, table, chosen, progress, overrides)

    def _again(
        self, sid: str, settings: Settings | None
    ) -> tuple[Opening, FeatureTable, Settings, Overrides]:
        """Opening, input, settings and overrides of a new session with the input of another."""
        with self._store.read() as connection:
            session = Stored.find(connection, sid)
            source = read_source(connection, session)
            stored = None
            if session.status == "completed":
                stored = read_analysis(connection, session)
        chosen = session.settings if settings is None else settings
        opening = Opening.now(
            source, chosen, session.name, session.id, self.person, session.sharing
        )
        if stored is None:
            return opening, read_features(source, chosen), chosen, Overrides()
        return opening, stored.read_input(chosen), chosen, stored.overrides

    def run(
        self,
        table: TableSource,
        settings: Settings | None = None,
        name: str | None = None,
        progress: ProgressCallback | None = None,
        **reading: Unpack[ReadingKeywords],
    ) -> tuple[str, Analysis]:
        """Analyse a table and store it as a session, which also records a failure or cancellation.

        A table that cannot be read, or of which no row can be judged, is refused before a session
        begins.

        Parameters
        ----------
        table
            Anything that `read_features` takes.
        settings
            Defaults where None.
        name
            Name shown in lists; the input's name where None.
        progress
            Called with each event.
        **reading
            How the table is read: `columns`, `sheet`, `unit`, `header` of `read_features`; the
            session remembers it.

        Returns
        -------
        sid : str
        analysis : Analysis

        Examples
        --------
        >>> import ganglioside as gg
        >>> new, analysis = history.run(gg.example(), name="mouse brain")
        >>> history.load(new).summary == analysis.summary
        True
        """
        require_printed(name)
        chosen = settings or Settings()
        read = _judgeable(table, chosen, reading)
        opening = Opening.now(read.source, chosen, name, person=self.person)
        return opening.id, self._run(opening, read, chosen, progress)

    def run_at_once(
        self,
        table: TableSource,
        settings: Settings | None = None,
        name: str | None = None,
        progress: ProgressCallback | None = None,
        **reading: Unpack[ReadingKeywords],
    ) -> tuple[dict[str, Any], Analysis]:
        """Analyse a table as `run` does, and store the session in one transaction at the end.

        That takes half the time of storing. Nobody else sees the analysis go on, and nothing is
        stored of one that fails or is cancelled.

        Parameters
        ----------
        table, settings, name, progress, **reading
            As for `run`.

        Returns
        -------
        row : dict
            The session as `listed` has it.
        analysis : Analysis

        Examples
        --------
        >>> import ganglioside as gg
        >>> row, analysis = history.run_at_once(gg.example())
        >>> row["status"]
        'completed'
        """
        require_printed(name)
        chosen = settings or Settings()
        read = _judgeable(table, chosen, reading)
        opening = Opening.now(read.source, chosen, name, person=self.person)
        return self._at_once(opening, read, chosen, progress)

    def _at_once(
        self,
        opening: Opening,
        table: FeatureTable,
        settings: Settings,
        progress: ProgressCallback | None,
        overrides: Overrides | None = None,
    ) -> tuple[dict[str, Any], Analysis]:
        """Analyse, and store the session in one transaction at the end."""
        events: list[ProgressEvent] = []

        def note(event: ProgressEvent) -> None:
            events.append(event)
            if progress is not None:
                progress(event)

        analysis = analyze(table, settings, note).with_overrides(overrides or Overrides())
        packed = Packed.of(analysis)
        own = _with_end(events, opening)
        with self._store.write(adding=True) as connection:
            self._insert_saved(connection, [(opening, packed)], {opening.id: own})
            if progress is not None:
                progress(own[-2])  # the last moment at which it can be cancelled
            return listed(connection, opening.id), analysis

    def events(self, sid: str, after: int = 0) -> list[ProgressEvent]:
        """Events of a session in order, without the first `after`.

        Returns
        -------
        list of ProgressEvent

        Examples
        --------
        >>> new, _ = history.run("features.csv")  # doctest: +SKIP
        >>> [event["step"] for event in history.events(new)][:2]  # doctest: +SKIP
        ['loading', 'validating']
        >>> history.events(sid)
        []
        """
        with self._store.read() as connection:
            return read_events(connection, Stored.find(connection, sid).id, after)

    def rename(self, sid: str, name: str) -> None:
        """Give a session another name.

        Examples
        --------
        >>> history.rename(sid, "mouse brain")
        >>> history.session(sid)["name"]
        'mouse brain'
        """
        if not name.strip():
            raise HistoryError("A session needs a name: at least one letter or digit.")
        require_printed(name)
        with self._store.write() as connection:
            found = Stored.find(connection, sid)
            with changing(connection, "sessions", found.id, "renamed", before=found.name,
                          after=name):  # fmt: skip
                connection.execute("UPDATE sessions SET name = ? WHERE id = ?", [name, found.id])

    def share(self, sid: str, shared: Shared, group: str = "") -> None:
        """Share a session, and the jobs about it, with nobody, a group or everybody.

        Parameters
        ----------
        sid
        shared
            `own`, `group` or `everybody`.
        group
            The group, where the person belongs to several.

        Raises
        ------
        SharingError
            If it is not a group of the person's.

        Examples
        --------
        >>> history.share(sid, "own")
        >>> history.session(sid)["shared"]
        'own'
        """
        wanted = sharing_of(shared, chosen_group(self.person, shared, group))
        with self._store.write() as connection:
            found = Stored.find(connection, sid)
            if found.sharing == wanted:
                return
            with changing(connection, "sessions", found.id, "shared",
                          before=_words(found.sharing), after=_words(wanted)):  # fmt: skip
                _share(connection, "sessions", found.id, wanted)
            for job in jobs_about(connection, found.id):
                with changing(connection, "jobs", job, "job shared", after=_words(wanted)):
                    _share(connection, "jobs", job, wanted)

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
        """Override the verdict, name or anchor mark of a feature, and return all overrides.

        See `put_overrides`; fields as of `Override`.

        Returns
        -------
        Overrides

        Examples
        --------
        >>> history.override(sid, 3, "valid", note="Seen in MS/MS.").of(3).verdict
        'valid'
        """
        return self.put_override(
            sid,
            Override(
                feature_id=feature_id, verdict=verdict, anchor=anchor, note=note, name=name,
                later=later,
            ),
        )  # fmt: skip

    def replace_overrides(self, sid: str, overrides: Overrides) -> None:
        """Store the analyst's overrides of a completed session in the place of the present ones.

        Parameters
        ----------
        sid
        overrides
            All overrides that are in effect from now on. Earlier ones stay in `override_trail`.

        Raises
        ------
        HistoryError
            If the session holds no result.
        OverrideError
            If a feature is not in the session.

        Examples
        --------
        >>> import ganglioside as gg
        >>> note = gg.Override(feature_id=3, verdict="valid", note="Seen in MS/MS.")
        >>> history.replace_overrides(sid, gg.Overrides().put(note))
        >>> len(history.load(sid).overrides)
        1
        """
        with self._store.write() as connection:
            session = Stored.find(connection, sid)
            require_features(connection, session.id, overrides)
            trail = read_overrides(connection, session.id)
            require_kept(overrides, current(trail))
            note_overrides(connection, session.id, overrides, trail)

    def put_override(self, sid: str, override: Override) -> Overrides:
        """Store one override of a completed session: as `put_overrides`.

        Returns
        -------
        Overrides

        Examples
        --------
        >>> import ganglioside as gg
        >>> note = gg.Override(feature_id=3, verdict="valid", note="Seen in MS/MS.")
        >>> history.put_override(sid, note).of(3).verdict
        'valid'
        """
        return self.put_overrides(sid, [override])

    def put_overrides(self, sid: str, overrides: Iterable[Override]) -> Overrides:
        """Store overrides of a completed session beside the others, and return all of them.

        An empty override removes the present one. Who belongs to the group with which a session is
        shared decides on its names too, in the own name.

        Returns
        -------
        Overrides

        Raises
        ------
        EndedError
            If the session holds no result.
        ForbiddenError
            If the session is not the person's to decide on, or somebody else is named as author.
        OverrideError
            If a feature is not in the session, or what is confirmed is not what is decided now.

        Examples
        --------
        >>> import ganglioside as gg
        >>> notes = [gg.Override(feature_id=n, verdict="valid", note="Seen.") for n in (3, 4)]
        >>> len(history.put_overrides(sid, notes)) >= 2
        True
        """
        with self._store.write() as connection:
            session = Stored.find(connection, sid, deciding=True)
            trail = read_overrides(connection, session.id)
            present, made = current(trail), list(overrides)
            require_own(made, trail, reviewer(session.author))
            require_kept(made, present)
            known = present.by_feature
            for override in made:
                override.require_confirmed(known.get(override.feature_id))
            wanted = present.put_all(made)
            require_features(connection, session.id, wanted)
            note_overrides(connection, session.id, wanted, trail)
            return wanted

    def confirm_override(
        self, sid: str, feature_id: int, *, time: datetime | None = None
    ) -> Overrides:
        """Confirm what another person decided on the name of a feature, and return all overrides.

        The second person is the one who acts.

        Parameters
        ----------
        sid : str
        feature_id : int
        time : datetime.datetime, optional
            `Override.time` of the decision that was read: no other one is confirmed then.

        Returns
        -------
        Overrides

        Raises
        ------
        OverrideError
            If there is no decision, or it is one's own, one for later, confirmed already, or not
            that of `time` any more.

        Examples
        --------
        >>> history.confirm_override(sid, 3)  # doctest: +SKIP
        Overrides(1 accepted)
        """
        with self._store.write() as connection:
            session = Stored.find(connection, sid, deciding=True)
            trail = read_overrides(connection, session.id)
            present = current(trail)
            decided = present.of(feature_id) or Override(feature_id=feature_id)
            if time is not None:
                decided.require_made_at(time)
            wanted = present.put(confirm(decided, current_author()))
            note_overrides(connection, session.id, wanted, trail)
            return wanted

    def decisions(self, sid: str) -> Decisions:
        """What each person decided on the names of a session, and where two disagree.

        Returns
        -------
        Decisions

        Examples
        --------
        >>> type(history.decisions(sid)).__name__
        'Decisions'
        """
        return decisions(self.override_trail(sid))

    def override_trail(self, sid: str) -> pd.DataFrame:
        """All overrides of a session ever made or undone, in order.

        Returns
        -------
        pandas.DataFrame
            feature_id, verdict, anchor, note, author, time (UTC), name, later, confirmed_by,
            confirmed_at; a row without any content undoes the row of the feature before it.

        Examples
        --------
        >>> history.override_trail(sid).columns.tolist()[:3]
        ['feature_id', 'verdict', 'anchor']
        """
        with self._store.read() as connection:
            return read_overrides(connection, Stored.find(connection, sid).id)

    def delete(self, sid: str) -> None:
        """Delete a session with all its rows, permanently.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.save(gg.analyze(gg.example()))
        >>> history.delete(new)
        >>> new in set(history.sessions()["id"])
        False
        """
        with self._store.write() as connection:
            found = Stored.find(connection, sid)
            delete_session(connection, found)
            audit_log.append(connection, current_author(), "deleted", found.id, name=found.name,
                       input=found.sha256, result=found.result_sha256)  # fmt: skip
        remove_leftovers(self._store)

    def keep(self, sid: str, kept: bool = True) -> None:
        """Exclude a session from every cleanup, or include it again.

        Examples
        --------
        >>> history.keep(sid)
        >>> bool(history.session(sid)["keep"])
        True
        """
        with self._store.write() as connection:
            found = Stored.find(connection, sid)
            if found.keep != kept:
                action: audit_log.Action = "kept" if kept else "released"
                with changing(connection, "sessions", found.id, action):
                    connection.execute(
                        "UPDATE sessions SET keep = ? WHERE id = ?", [kept, found.id]
                    )

    @classmethod
    def restore(
        cls,
        source: str | PathLike[str],
        path: str | PathLike[str] | None = None,
        timeout: float = TIMEOUT,
    ) -> tuple[History, Path | str | None]:
        """Replace a history by a backup; the present file, if any, is kept beside it.

        Parameters
        ----------
        source
            What `backup` wrote.
        path, timeout
            As for `open`.

        Returns
        -------
        history : History
        aside : pathlib.Path, str or None
            New path of the history that was replaced, or its schema in a database; None if there
            was none.

        Examples
        --------
        >>> import tempfile
        >>> import ganglioside as gg
        >>> folder = tempfile.TemporaryDirectory()
        >>> copy = history.care.backup(f"{folder.name}/backup.duckdb")
        >>> restored, aside = gg.History.restore(copy, f"{folder.name}/history.duckdb")
        >>> len(restored.sessions()) == len(history.sessions()), aside is None
        (True, True)
        >>> folder.cleanup()
        """
        store = store_at(path, timeout)
        aside = backup.restore(store, Path(source).expanduser())
        return cls.open(store.address, timeout), aside

    @classmethod
    def salvage(
        cls,
        source: str | PathLike[str],
        path: str | PathLike[str],
        timeout: float = TIMEOUT,
    ) -> tuple[History, Salvaged]:
        """Copy what can still be read of a damaged history to a new one.

        The damaged file stays as it is. Sessions whose result is lost are marked failed: where
        their input could be read, they can be run again.

        Parameters
        ----------
        source
            The damaged file.
        path
            A new file.
        timeout
            As for `open`.

        Returns
        -------
        history : History
        saved : Salvaged

        Raises
        ------
        HistoryError
            If nothing can be read of the file, or the new one is there already.

        Examples
        --------
        >>> history, saved = gg.History.salvage("damaged.duckdb", "new.duckdb")  # doctest: +SKIP
        >>> saved.lost  # doctest: +SKIP
        ()
        """
        store = file_at(path, timeout)
        saved = salvage(resolved(Path(source)), store)
        return cls.open(store.path, timeout), saved

    def _save(self, sessions: Sequence[tuple[Opening, Packed]]) -> list[str]:
        """Store completed sessions without events; return their ids."""
        with self._store.write(adding=True) as connection:
            self._insert_saved(connection, sessions, {})
        return [opening.id for opening, _ in sessions]

    def _insert_saved(
        self,
        connection: Connection,
        sessions: Sequence[tuple[Opening, Packed]],
        events: Mapping[str, Sequence[ProgressEvent]],
    ) -> None:
        """Store completed sessions, each with its events if there are any, in a transaction."""
        ids = [opening.id for opening, _ in sessions]
        insert_completed(connection, sessions)
        self._note_job(connection, ids)
        for sid, told in events.items():
            insert_events(connection, sid, told, is_new=True)
        hashes = row_hashes(connection, "sessions", ids)
        told_hashes = event_hashes(connection, ids) if events else dict.fromkeys(ids, NO_EVENTS)
        entries = [
            audit_log.NewEntry(opening.author, "completed", opening.id,
                     {"name": opening.name, "input": opening.sha256,
                      "result": one.result_sha256, "row": hashes[opening.id],
                      "events": told_hashes[opening.id]})
            for opening, one in sessions
        ]  # fmt: skip
        audit_log.append_all(connection, entries)
        for opening, one in sessions:
            if one.overrides:
                note_overrides(connection, opening.id, one.overrides)


def _require_select(sql: str) -> None:
    """Raise `HistoryError` unless `sql` is one SELECT statement."""
    try:
        statements = duckdb.extract_statements(sql)
    except duckdb.Error as error:
        raise QueryError(
            f"This is no query in SQL: {str(error).strip().splitlines()[0]}"
        ) from error
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryError(
            f"{sql[:60]!r} is not one SELECT statement. A query only reads the history."
        )


def _share(connection: Connection, table: Table, owner: str, wanted: Sharing) -> None:
    connection.execute(
        f"UPDATE {table} SET shared = ?, shared_group = ? WHERE id = ?",
        [wanted.shared, wanted.group, owner],
    )


def _words(sharing: Sharing) -> str:
    """Sharing as the log words it."""
    return f"group {sharing.group}" if sharing.group else sharing.shared or "everybody"


def _judgeable(table: TableSource, settings: Settings, reading: ReadingKeywords) -> FeatureTable:
    """Feature table of an input; one of which no row can be judged is refused."""
    read = read_with(table, settings, ReadingOptions.of(**reading))
    check_judgeable(read)
    return read


def _openings(packed: Sequence[tuple[Packed, str | None]], person: Person | None) -> list[Opening]:
    """One opening per new session, each with an id of its own."""
    found: dict[str, Opening] = {}
    for one, name in packed:
        # Many begin within one millisecond: their random digits may be the same.
        while (opening := Opening.now(one.source, one.settings, name, person=person)).id in found:
            pass
        found[opening.id] = opening
    return list(found.values())


def _with_end(events: Sequence[ProgressEvent], opening: Opening) -> list[ProgressEvent]:
    """Events of an analysis as those of a session that is kept."""
    own = [ProgressEvent(**{**event, "session_id": opening.id}) for event in events
           if event["type"] != "complete"]  # fmt: skip
    return [*own, *last_events(opening.id, opening.name)]
