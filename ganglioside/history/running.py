"""The life of a session: it waits, begins, is carried out, and ends in one of three ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from ganglioside.analysis import Analysis, analyze
from ganglioside.errors import Cancelled, EndedError, GivenBack, HistoryError, LostError
from ganglioside.history import audit_log
from ganglioside.history.claims import claim_of
from ganglioside.history.events import insert_events
from ganglioside.history.opening import Opening, require_printed
from ganglioside.history.overrides import note_overrides
from ganglioside.history.record import Packed
from ganglioside.history.recorder import Recorder
from ganglioside.history.row_hashes import changing, row_hash
from ganglioside.history.runs import SessionRuns
from ganglioside.history.session_rows import (
    Stored,
    end_session,
    insert_result,
    insert_session,
    insert_waiting,
    read_source,
    take_session,
)
from ganglioside.history.sharing import Person
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.progress import Progress, ProgressCallback, ProgressEvent
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_features
from ganglioside.reading.raw_table import Source
from ganglioside.reading.validation import check_judgeable
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Overrides


class Running:
    """The part of `History` by which sessions begin, go on and end."""

    runs: SessionRuns
    _store: HistoryStore

    @property
    def person(self) -> Person | None:
        """Person as whom it acts; None where it shows everything."""
        raise NotImplementedError

    def begin(self, source: Source, settings: Settings, name: str | None = None) -> str:
        """Record that an analysis has started; follow with `carry_out`, or an end of it.

        Returns
        -------
        str
            The session's id.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.begin(gg.example().source, gg.Settings())
        >>> history.session(new)["status"]
        'processing'
        >>> history.record_cancelled(new)
        """
        require_printed(name)
        opening = Opening.now(source, settings, name, person=self.person)
        self._begin(opening)
        return opening.id

    def queue(self, source: Source, settings: Settings, name: str | None = None) -> str:
        """Record a session that waits; follow with `carry_out_queued`, in any process.

        Returns
        -------
        str
            The session's id.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.queue(gg.example().source, gg.Settings())
        >>> history.session(new)["status"]
        'pending'
        >>> history.carry_out_queued(new).summary.features
        332
        """
        require_printed(name)
        opening = Opening.now(source, settings, name, person=self.person)
        self._insert(opening, insert_waiting, "queued")
        return opening.id

    def carry_out_queued(self, sid: str, progress: ProgressCallback | None = None) -> Analysis:
        """Analyse as a session that waits; see `queue` and `carry_out`.

        Returns
        -------
        Analysis

        Raises
        ------
        HistoryError
            If it does not wait any more, or the result cannot be kept.
        GangliosideError
            If its input cannot be read or judged; the session has failed then.
        Cancelled
            If the end was requested.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.queue(gg.example().source, gg.Settings())
        >>> history.carry_out_queued(new).summary.features
        332
        """
        with self._store.write() as connection:
            session = Stored.find(connection, sid)
            if session.status != "pending":
                raise EndedError(f"Session {session.id} does not wait: it is {session.status}.")
            with changing(connection, "sessions", session.id, "begun"):
                take_session(connection, session.id)
                self._note_job(connection, [session.id])
            source = read_source(connection, session)

        def analyse(report: ProgressCallback) -> Analysis:
            table = read_features(source, session.settings)
            check_judgeable(table)
            return analyze(table, session.settings, report)

        return self.carry_out(session.id, session.name, analyse, progress)

    def carry_out(
        self,
        sid: str,
        name: str,
        analyse: Callable[[ProgressCallback], Analysis],
        progress: ProgressCallback | None = None,
    ) -> Analysis:
        """Analyse as a session that was begun, and keep the result, or why there is none.

        Meanwhile its events can be followed, and its end can be requested, from any process: see
        `runs`.

        Parameters
        ----------
        sid, name
            The session.
        analyse
            Makes the analysis, and sends its events to the callback that it is given.
        progress
            Receives the events, as those of the session; `complete` when the result is kept.

        Returns
        -------
        Analysis

        Raises
        ------
        HistoryError
            If the result cannot be kept.
        Cancelled
            If the end was requested.

        Examples
        --------
        >>> import ganglioside as gg
        >>> table, settings = gg.example(), gg.Settings()
        >>> new = history.begin(table.source, settings)
        >>> analyse = lambda report: gg.analyze(table, settings, report)
        >>> history.carry_out(new, "liver", analyse).summary.features
        332
        """
        recorder = Recorder(self.runs, sid, progress)

        def report(event: ProgressEvent) -> None:
            if event["type"] != "complete":
                recorder(ProgressEvent(**{**event, "session_id": sid}))

        try:
            with recorder.beating():
                analysis = analyse(report)
            kept = self._store_result(sid, name, analysis, recorder)
        except (GivenBack, LostError):
            raise  # it is another's now, who begins anew
        except (Cancelled, KeyboardInterrupt):
            with recorder.unsaved() as events:
                self.record_cancelled(sid, events)
            raise
        except BaseException as error:
            with recorder.unsaved() as events:
                self.fail(sid, error, events)
            raise
        if progress is not None:
            for event in kept:
                progress(event)
        return analysis

    def complete(self, sid: str, analysis: Analysis, events: Sequence[ProgressEvent] = ()) -> None:
        """Store the result and the events of a session that was begun.

        Raises
        ------
        HistoryError
            If the session has ended already, or was begun with another input.

        Examples
        --------
        >>> import ganglioside as gg
        >>> analysis = gg.analyze(gg.example())
        >>> new = history.begin(analysis.source, analysis.settings)
        >>> history.complete(new, analysis)
        >>> history.session(new)["status"]
        'completed'
        """
        packed = Packed.of(analysis)
        with self._store.write() as connection:
            session = Stored.find(connection, sid)
            session.require_running()
            if session.sha256 != analysis.source.sha256:
                raise HistoryError(f"Session {session.id} was begun with another input.")
            with changing(connection, "sessions", session.id, "completed", ends=True,
                          result=packed.result_sha256):  # fmt: skip
                insert_result(connection, session.id, packed)
                insert_events(connection, session.id, events)
            note_overrides(connection, session.id, analysis.overrides)

    def fail(
        self, sid: str, error: BaseException | str, events: Sequence[ProgressEvent] = ()
    ) -> None:
        """Record that a session that was begun has failed, and why.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.begin(gg.example().source, gg.Settings())
        >>> history.fail(new, "The disk is full.")
        >>> history.session(new)["error"]
        'The disk is full.'
        """
        text = error if isinstance(error, str) else f"{type(error).__name__}: {error}"
        self._record_end(sid, "failed", text, events)

    def record_cancelled(self, sid: str, events: Sequence[ProgressEvent] = ()) -> None:
        """Record that a session that was begun was cancelled.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.begin(gg.example().source, gg.Settings())
        >>> history.record_cancelled(new)
        >>> history.session(new)["status"]
        'cancelled'
        """
        self._record_end(sid, "cancelled", None, events)

    def cancel(self, sid: str) -> None:
        """Request the end of an analysis; one that waits ends at once.

        Raises
        ------
        EndedError
            If it has ended already.

        Examples
        --------
        >>> import ganglioside as gg
        >>> new = history.queue(gg.example().source, gg.Settings())
        >>> history.cancel(new)
        >>> history.session(new)["status"]
        'cancelled'
        """
        self.runs.request_cancel(sid)

    def _run(
        self,
        opening: Opening,
        table: FeatureTable,
        settings: Settings,
        progress: ProgressCallback | None,
        overrides: Overrides | None = None,
    ) -> Analysis:
        self._begin(opening)

        def analyse(report: ProgressCallback) -> Analysis:
            return analyze(table, settings, report).with_overrides(overrides or Overrides())

        return self.carry_out(opening.id, opening.name, analyse, progress)

    def _store_result(
        self, sid: str, name: str, analysis: Analysis, recorder: Recorder
    ) -> list[ProgressEvent]:
        """Store a result with the last events, and return these; a failure is sent instead."""
        last = last_events(sid, name)
        try:
            with recorder.unsaved() as events:
                self.complete(sid, analysis, [*events, *last])
        except BaseException as error:
            Progress(recorder, sid).failed("saving", error)
            raise
        return last

    def _begin(self, opening: Opening) -> None:
        self._insert(opening, insert_session, "begun")

    def _insert(
        self, opening: Opening, insert: Callable[[Connection, Opening], None],
        action: audit_log.Action,
    ) -> None:  # fmt: skip
        """Store a session without a result, with its entry in the log."""
        with self._store.write(adding=True) as connection:
            insert(connection, opening)
            self._note_job(connection, [opening.id])
            audit_log.append(connection, opening.author, action, opening.id, name=opening.name,
                       input=opening.sha256,
                       row=row_hash(connection, "sessions", opening.id))  # fmt: skip

    def _note_job(self, connection: Connection, ids: Sequence[str]) -> None:
        """Note the job of a worker that makes these sessions, before they have their hashes."""
        claim = claim_of(self._store)
        if claim is not None:
            connection.execute(
                "UPDATE sessions SET job = ? WHERE id = ANY(?)", [claim.job, list(ids)]
            )

    def _record_end(
        self, sid: str, status: Literal["failed", "cancelled"], error: str | None,
        events: Sequence[ProgressEvent],
    ) -> None:  # fmt: skip
        with self._store.write() as connection:
            session = Stored.find(connection, sid)
            session.require_running()
            details = {} if error is None else {"error": error}
            with changing(connection, "sessions", session.id, status, ends=True, **details):
                end_session(connection, session.id, status, error)
                insert_events(connection, session.id, events)


def last_events(sid: str, name: str) -> list[ProgressEvent]:
    """Events by which a follower learns that a session is kept."""
    events: list[ProgressEvent] = []
    progress = Progress(events.append, sid)
    progress.done("saving", f"Saved as session {sid}, {name}")
    progress.done("complete", "Done")
    return events
