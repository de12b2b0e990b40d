"""Kinds of work that a job can do, each with all parameters, so that any process can do it."""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

from ganglioside.errors import Cancelled, EndedError, HistoryError, JobError
from ganglioside.history.jobs import session_named
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.support.formatting import counted
from ganglioside.support.requests import current_job

if TYPE_CHECKING:
    from ganglioside.batch.ledger import Entry
    from ganglioside.batch.plan import Item
    from ganglioside.exporting import Format
    from ganglioside.history import History

SettingsDict = Mapping[str, float | int | str]
#: Options of reading, as `ReadingOptions.to_dict` has them.
ReadingDict = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Done:
    """Result of a job.

    Attributes
    ----------
    session : str or None
        Id of the session that it made.
    result : mapping
        Further results; ready for JSON.
    """

    session: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


class Work(Protocol):
    """One kind of work: a frozen dataclass whose fields are ready for JSON."""

    kind: ClassVar[str]

    @property
    def name(self) -> str:
        """Name shown to users."""

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Do the work, and return its result."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Analyze:
    """Analyse a table and keep it as a session.

    Attributes
    ----------
    source : str
        Path of the table.
    settings : mapping
        As `Settings.to_dict` has them.
    reading : mapping
        How the table is read, as `ReadingOptions.to_dict` has it.
    title : str
        Name of the session; the file's where empty.
    """

    kind: ClassVar[str] = "analyze"

    source: str
    settings: SettingsDict = field(default_factory=lambda: Settings().to_dict())
    reading: ReadingDict = field(default_factory=dict)
    title: str = ""

    @property
    def name(self) -> str:
        """Name of the session."""
        return self.title or Path(self.source).name

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Analyse the table."""
        chosen = Settings.from_dict(dict(self.settings))
        reading = ReadingOptions.from_dict(self.reading)
        sid, analysis = history.run(
            self.source, chosen, self.title or None, progress, **reading.keywords
        )
        return Done(sid, {"headline": analysis.summary.headline})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerun:
    """Analyse the input of a session again.

    Attributes
    ----------
    session : str
    settings : mapping or None
        Those of the session where None.
    """

    kind: ClassVar[str] = "rerun"

    session: str
    settings: SettingsDict | None = None

    @property
    def name(self) -> str:
        """Session that is run again."""
        return f"session {self.session}"

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Analyse the input."""
        chosen = None if self.settings is None else Settings.from_dict(dict(self.settings))
        return Done(history.rerun(self.session, chosen, progress))


@dataclass(frozen=True, slots=True, kw_only=True)
class Queued:
    """Analyse as a session that waits; one that has ended is run again.

    Attributes
    ----------
    session : str
    title : str
        Name of the session.
    """

    kind: ClassVar[str] = "session"

    session: str
    title: str = ""

    @property
    def name(self) -> str:
        """Name of the session."""
        return self.title or f"session {self.session}"

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Analyse the input of the session."""
        if history.runs.get(self.session).has_ended:
            _require_wanted(history)
            return Done(history.rerun(self.session, progress=progress))
        try:
            analysis = history.carry_out_queued(self.session, progress)
        except EndedError:
            _require_wanted(history)
            raise
        return Done(self.session, {"headline": analysis.summary.headline})


def _require_wanted(history: History) -> None:
    """Stop where the session of the job that is carried out was cancelled, and the job with it.

    Raises
    ------
    Cancelled
    """
    job = current_job()
    if job and history.jobs.get(job).cancel_requested:
        raise Cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Render the report of a table or a session.

    Attributes
    ----------
    source : str
        Path of a table, or id of a session.
    out : str
        HTML file.
    settings, reading : mapping or None
        Of a table; a session keeps its own.
    title : str
    pdf : bool
    """

    kind: ClassVar[str] = "report"

    source: str
    out: str
    settings: SettingsDict | None = None
    reading: ReadingDict | None = None
    title: str = ""
    pdf: bool = False

    @property
    def name(self) -> str:
        """Title of the report, or its source."""
        return self.title or Path(self.source).name

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Render the page."""
        from ganglioside.reports import render_report

        chosen = None if self.settings is None else Settings.from_dict(dict(self.settings))
        reading = ReadingOptions.from_dict(self.reading or {})
        page = render_report(
            self.source, self.out, settings=chosen, title=self.title or None, pdf=self.pdf,
            history=history, progress=progress, **reading.keywords,
        )  # fmt: skip
        return Done(result={"file": str(page)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """Write the results of a session to a file.

    Attributes
    ----------
    session : str
    out : str
        The file.
    form : str or None
        From the file's extension where None.
    """

    kind: ClassVar[str] = "export"

    session: str
    out: str
    form: Format | None = None

    @property
    def name(self) -> str:
        """Session and file."""
        return f"session {self.session} to {Path(self.out).name}"

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Write the file."""
        from ganglioside.exporting import export

        report = Progress(progress, self.session)
        analysis = history.load(self.session)
        report.done("loading", f"Session of {counted(len(analysis.features), 'feature')}")
        written = export(analysis, self.out, self.form)
        report.done("saving", f"Written to {written}")
        report.done("complete", "Done")
        return Done(result={"file": str(written)})


def _failures(failed: Sequence[Entry]) -> dict[str, str | None]:
    """Reason of each failure by its file; one that was judged several times has its names too."""
    times = Counter(entry.file for entry in failed)
    return {
        entry.file if times[entry.file] == 1 else f"{entry.file} ({entry.name})": entry.error
        for entry in failed
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Judge many tables; see `ganglioside.batch`.

    Attributes
    ----------
    sources : sequence of str
        Paths, patterns, folders and manifests.
    out : str
        Folder of the results.
    settings, reading : mapping
        Of every table, unless a manifest gives others.
    readings : mapping
        How single tables are read, by the names of their files; others as `reading` says.
    title : str
        Name for people; that of the folder where empty.
    reports : bool
    form : str
    workers : int or None
    scheduler : str or None
    resume : bool
    dashboard : bool
    """

    kind: ClassVar[str] = "batch"

    sources: Sequence[str]
    out: str
    settings: SettingsDict = field(default_factory=lambda: Settings().to_dict())
    reading: ReadingDict = field(default_factory=dict)
    readings: Mapping[str, ReadingDict] = field(default_factory=dict)
    title: str = ""
    reports: bool = True
    form: Format = "csv"
    workers: int | None = None
    scheduler: str | None = None
    resume: bool = False
    dashboard: bool = False

    @property
    def name(self) -> str:
        """Title, or folder of the results."""
        return self.title or Path(self.out).name

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Judge the tables."""
        from ganglioside.batch import Options, plan, run_batch

        options = Options(
            reports=self.reports,
            form=self.form,
            workers=self.workers,
            scheduler=self.scheduler,
            resume=self.resume,
            dashboard=self.dashboard,
        )
        reading = ReadingOptions.from_dict(self.reading)
        usual = Settings.from_dict(dict(self.settings))
        items = [self._said(item) for item in plan(self.sources, usual, **reading.keywords)]
        done = run_batch(items, self.out, options, history=history, progress=progress)
        sessions = {entry.session for entry in done.entries if entry.session}
        if self.resume:
            history.delete_vain(sessions)
        return Done(
            result={
                "overview": str(done.overview),
                "tables": len(done.entries),
                "sessions": sorted(sessions),
                "stood": len(done.entries) - done.done,
                "failed": _failures(done.failed),
            }
        )

    def _said(self, item: Item) -> Item:
        """Table, read as whoever sent it said of it alone."""
        own = self.readings.get(item.path.name)
        if own is None:
            return item
        return dataclasses.replace(item, reading=ReadingOptions.from_dict(own), was_sent=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup:
    """Copy the whole history into a folder, and keep the newest copies.

    Attributes
    ----------
    folder : str
    keep : int
        Number of copies that stay.
    """

    kind: ClassVar[str] = "backup"

    folder: str
    keep: int = 7

    @property
    def name(self) -> str:
        """What is done."""
        return "backup"

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Copy the history."""
        from ganglioside.history.care.backup import prune

        folder = Path(self.folder)
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise HistoryError(
                f"The folder for copies {folder} cannot be made: {error.strerror}. Name another."
            ) from error
        made = history.care.backup(folder)
        removed = prune(folder, made, self.keep)
        Progress(progress).done("complete", "Done")
        return Done(result={"file": str(made), "removed": removed})


@dataclass(frozen=True, slots=True, kw_only=True)
class Verify:
    """Check that everything in the history is as it was stored.

    Attributes
    ----------
    sample : int
        Number of sessions that are run again.
    """

    kind: ClassVar[str] = "verify"

    sample: int = 5

    @property
    def name(self) -> str:
        """What is done."""
        return "verify"

    def run(self, history: History, progress: ProgressCallback) -> Done:
        """Check the history; a fault fails the job."""
        report = Progress(progress)

        def tell(done: int, total: int) -> None:
            report.reached(
                "validating",
                99.0 * done / max(total, 1),
                f"{done:,} of {counted(total, 'session')} checked",
            )

        found = history.care.verify(self.sample, report=tell)
        if not found.is_whole:
            raise JobError(
                f"The history is not whole, {len(found.faults)} faults: {found.faults[0]} "
                "`ganglioside history verify` names them all."
            )
        report.done("complete", "Done")
        return Done(result={"sessions": found.sessions, "entries": found.entries})


_KINDS: Final[dict[str, type[Any]]] = {
    work.kind: work for work in (Analyze, Rerun, Queued, Report, Export, Batch, Backup, Verify)
}


def parameters_of(work: Work) -> dict[str, Any]:
    """Parameters of a work, ready for JSON."""
    values: dict[str, Any] = dataclasses.asdict(work)  # type: ignore[call-overload]
    return values


def resumed(work: Work) -> Work:
    """Work for another attempt: a batch keeps the tables that an attempt before it has done."""
    return dataclasses.replace(work, resume=True) if isinstance(work, Batch) else work


def session_of(work: Work) -> str | None:
    """Id of the session that a work reads; None where it reads none."""
    return session_named(parameters_of(work))


def work_of(kind: str, parameters: str) -> Work:
    """Work with the given kind and parameters, the inverse of `parameters_of`.

    Raises
    ------
    JobError
        If this version has no such kind of work, or other parameters.
    """
    if kind not in _KINDS:
        raise JobError(
            f"This version of Ganglioside knows no job of the kind {kind!r}: update it, or start "
            f"one of {', '.join(_KINDS)}."
        )
    try:
        work: Work = _KINDS[kind](**json.loads(parameters))
    except TypeError as error:
        raise JobError(
            f"A job of the kind {kind!r} was written by another version ({error})."
        ) from error
    return work
