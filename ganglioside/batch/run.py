"""Running a batch: tables go to the workers, and what comes back is stored at once.

Only this process writes: sessions into the history, files into the batch's folder. A table is
analysed, its session is stored, then its report is rendered; the ledger takes it when all of it
stands on disk. Whatever ends a batch early, what the ledger has is whole, and resuming does the
rest.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ganglioside.batch.ledger import Entry, Ledger, key_of
from ganglioside.batch.plan import Item
from ganglioside.errors import NO_MEMORY, BatchError, Cancelled, GangliosideError
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

    from ganglioside.batch.work import Analysed
    from ganglioside.exporting import Format
    from ganglioside.history import History

OVERVIEW: Final = "overview.html"

#: Folders of the files that are made of each table.
VERDICTS: Final = "verdicts"
REPORTS: Final = "reports"

#: Tables on their way for each worker: enough to keep it busy, few enough to fit into memory.
_IN_FLIGHT: Final = 24

#: Analysed tables are stored together, which costs much less than one by one: at most so many, and
#: none later than so many seconds after others.
_TOGETHER: Final = 32
_AT_LEAST_EVERY: Final = 5.0


@dataclass(frozen=True, slots=True)
class Options:
    """What is done with every table.

    Attributes
    ----------
    reports : bool
        Whether reports are rendered.
    form : Format
        Of the files of verdicts: one of `export.FORMATS`.
    workers : int or None
        Processes of this machine; one for each core where None.
    scheduler : str or None
        Address of an existing cluster, such as `tcp://host:8786`; this machine where None.
    resume : bool
        Whether what an earlier run did, and what has not changed since, is left as it is.
    dashboard : bool
        Whether the processes of this machine can be watched in a browser, by every user of the
        machine; a cluster has its own dashboard.
    """

    reports: bool = True
    form: Format = "csv"
    workers: int | None = None
    scheduler: str | None = None
    resume: bool = False
    dashboard: bool = False


@dataclass(frozen=True, slots=True)
class Batch:
    """What became of a batch.

    Attributes
    ----------
    folder : pathlib.Path
    entries : tuple of Entry
        One for each table, in the order of the plan.
    done : int
        Tables that were worked on now; the others stood already.
    """

    folder: Path
    entries: tuple[Entry, ...]
    done: int

    @property
    def overview(self) -> Path:
        """The page that shows all sessions."""
        return self.folder / OVERVIEW

    @property
    def failed(self) -> tuple[Entry, ...]:
        """The tables that failed."""
        return tuple(entry for entry in self.entries if not entry.succeeded)


def run_batch(
    items: Sequence[Item],
    out: str | PathLike[str],
    options: Options | None = None,
    *,
    history: History | None = None,
    progress: ProgressCallback | None = None,
) -> Batch:
    """Analyse tables, store them as sessions, render their reports and show all on one page.

    Parameters
    ----------
    items
        From `plan`.
    out
        Folder of the results; it is made. Nothing in it is removed.
    options
    history
        The usual one where None.
    progress
        Receives events, one for each table; may raise `Cancelled`.

    Raises
    ------
    BatchError
        If the folder cannot be used, or there is no cluster. A table that fails does so alone:
        its entry says why.
    HistoryError
        If a session cannot be stored.
    """
    from ganglioside.history import History

    chosen = options or Options()
    folder = _made(Path(out))
    stored = history or History.open()
    ledger = Ledger(folder)
    standing = _standing(items, ledger, folder, chosen, stored) if chosen.resume else {}
    run = _Run(folder, chosen, stored, Progress(progress), ledger, dict(standing), len(items))
    work = [item for item in items if not _is_finished(item, standing, chosen)]
    run.progress.done("loading", _what_to_do(len(items), len(work)))
    if work:
        run.work_through(items, work)
    batch = Batch(folder, tuple(run.entries[item.name] for item in items), len(work))
    if work or not batch.overview.exists():
        run.show(items)
    run.progress.done("complete", _what_was_done(batch))
    return batch


def _made(folder: Path) -> Path:
    for place in (folder, folder / VERDICTS, folder / REPORTS):
        try:
            place.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BatchError(f"{place} cannot be made: {error.strerror}.") from error
    return folder.absolute()


def _what_to_do(tables: int, work: int) -> str:
    standing = tables - work
    return f"{tables:,} tables" + (f", {standing:,} stand already" if standing else "")


def _what_was_done(batch: Batch) -> str:
    failed = len(batch.failed)
    return f"{len(batch.entries) - failed:,} tables stand, {failed:,} failed: {batch.overview}"


def _standing(
    items: Sequence[Item], ledger: Ledger, folder: Path, options: Options, history: History
) -> dict[str, Entry]:
    """Return the entries of an earlier run whose verdicts still hold, by name.

    An entry without its report is returned without it.
    """
    earlier = ledger.read()
    kept = set(history.sessions()["id"]) if earlier else set()
    standing = {}
    for item in items:
        entry = earlier.get(item.name)
        if entry is None or entry.error is not None or entry.session not in kept:
            continue
        if not _is_there(folder, entry.verdicts) or entry.key != _key(item, options):
            continue
        right = entry.title == item.title and _is_there(folder, entry.report)
        standing[item.name] = entry if right else replace(entry, report=None)
    return standing


def _is_there(folder: Path, name: str | None) -> bool:
    return name is not None and (folder / name).is_file()


def _key(item: Item, options: Options) -> str | None:
    try:
        return key_of(item, item.path.read_bytes(), options.form)
    except OSError:
        return None  # so that it is tried, and fails with its reason


def _is_finished(item: Item, standing: dict[str, Entry], options: Options) -> bool:
    entry = standing.get(item.name)
    return entry is not None and (entry.report is not None or not options.reports)


@dataclass(frozen=True, eq=False)
class _Flight:
    """A table on its way: where it stands, and what will be known next."""

    item: Item
    entry: Entry
    analysed: Future[Any] | None  # kept until the report is there: a worker holds it


@dataclass(eq=False)
class _Run:
    """A batch that runs: the one place that writes."""

    folder: Path
    options: Options
    history: History
    progress: Progress
    ledger: Ledger
    entries: dict[str, Entry]
    total: int
    flights: dict[Future[Any], _Flight] = field(default_factory=dict)
    unstored: list[tuple[_Flight, Future[Any], Analysed]] = field(default_factory=list)
    stored_at: float = field(default_factory=time.monotonic)  # s
    id: str = field(default_factory=lambda: secrets.token_hex(4))  # among batches on one cluster

    def work_through(self, items: Sequence[Item], work: Sequence[Item]) -> None:
        """Do the work; where it is interrupted, what is finished is shown."""
        from ganglioside.batch.cluster import connected, dashboard_of, interrupts, warning

        chosen = self.options
        unfinished = {item.name for item in work}
        self.ledger.begin(self.entries.values())
        partial = {n: self.entries.pop(n) for n in unfinished & set(self.entries)}
        if told := warning(chosen.scheduler):
            self.progress.log("loading", told)
        try:
            with (
                interrupts() as check,
                connected(chosen.scheduler, chosen.workers, dashboard=chosen.dashboard) as client,
            ):
                if (chosen.scheduler or chosen.dashboard) and (link := dashboard_of(client)):
                    self.progress.log("loading", f"Watch workers and tasks at {link}")
                self._fly(client, deque(work), partial, check)
        except (KeyboardInterrupt, Cancelled):
            self.show(items)
            raise

    def _fly(
        self,
        client: Client,
        waiting: deque[Item],
        partial: dict[str, Entry],
        check: Callable[[], None],
    ) -> None:
        from distributed import as_completed

        from ganglioside.batch.cluster import slots

        landing = as_completed()
        workers = slots(client)
        while waiting or self.flights or self.unstored:
            check()
            while waiting and len(self.flights) + len(self.unstored) < workers * _IN_FLIGHT:
                item = waiting.popleft()
                if (future := self._start(client, item, partial.get(item.name))) is not None:
                    landing.add(future)
            if self.flights:
                self._land([next(landing), *landing.next_batch(block=False)])
            for further in self._store(client, idle=len(self.flights) < 2 * workers):
                landing.add(further)

    def _start(self, client: Client, item: Item, partial: Entry | None) -> Future[Any] | None:
        """Send a table to the workers; None where it cannot be read."""
        from ganglioside.batch.work import Analysed, analyse
        from ganglioside.history.record import Packed

        entry = Entry(item.name, str(item.path), "", item.title)
        if partial is not None:
            analysis = self.history.load(str(partial.session))
            analysed = client.scatter(Analysed(Packed.of(analysis), b""))
            return self._render(client, _Flight(item, replace(partial, title=item.title), analysed))
        try:
            content = item.path.read_bytes()
        except OSError as error:
            self._finish(replace(entry, error=f"{item.path} cannot be read: {error.strerror}."))
            return None
        future = client.submit(
            analyse,
            item.path.name,
            content,
            item.settings,
            self.options.form,
            __version__,
            key=f"analyse-{self.id}-{item.name}",
            pure=False,
            priority=1,
        )
        key = key_of(item, content, self.options.form)
        self.flights[future] = _Flight(item, replace(entry, key=key), None)
        return future

    def _land(self, futures: Sequence[Future[Any]]) -> None:
        """Take what the workers have done."""
        for future in futures:
            flight = self.flights.pop(future)
            # Waits: what a worker held that died since is computed again.
            if (error := future.exception()) is not None:
                self._finish(replace(flight.entry, error=_reason(error)))
            elif flight.analysed is None:
                self.unstored.append((flight, future, future.result()))
            else:
                report = self._write(REPORTS, f"{flight.item.name}.html", future.result())
                self._finish(replace(flight.entry, report=report))

    def _store(self, client: Client, *, idle: bool) -> Iterator[Future[Any]]:
        """Store what was analysed, when it is time; yield the reports that are to come next.

        Parameters
        ----------
        client
        idle
            Whether workers may soon have nothing to do.
        """
        late = time.monotonic() - self.stored_at > _AT_LEAST_EVERY
        if not self.unstored or not (idle or late or len(self.unstored) >= _TOGETHER):
            return
        landed, self.unstored, self.stored_at = self.unstored, [], time.monotonic()
        sids = self.history.save_packed([(done.packed, f.item.name) for f, _, done in landed])
        stored = []
        # All go into the ledger before anything is told, which may end the batch.
        for (flight, future, done), sid in zip(landed, sids, strict=True):
            verdicts = self._write(
                VERDICTS, f"{flight.item.name}.{self.options.form}", done.verdicts
            )
            entry = replace(flight.entry, session=sid, verdicts=verdicts)
            self.ledger.add(entry)
            stored.append(_Flight(flight.item, entry, future))
        for flight in stored:
            if self.options.reports:
                yield self._render(client, flight)
            else:
                self._tell(flight.entry)

    def _render(self, client: Client, flight: _Flight) -> Future[Any]:
        from ganglioside.batch.work import render

        title = flight.item.title or flight.item.name
        future = client.submit(
            render,
            flight.analysed,
            flight.entry.session,
            title,
            key=f"report-{self.id}-{flight.item.name}",
            pure=False,
        )
        self.flights[future] = flight
        return future

    def _write(self, place: str, name: str, content: bytes) -> str:
        from ganglioside.support.whole_files import write_whole

        write_whole(self.folder / place / name, content)
        return f"{place}/{name}"

    def _finish(self, entry: Entry) -> None:
        """Take an entry into the ledger, and say so."""
        self.ledger.add(entry)
        self._tell(entry)

    def _tell(self, entry: Entry) -> None:
        """Say that a table is finished."""
        self.entries[entry.name] = entry
        done = len(self.entries)
        told = f"{done:,} of {self.total:,}: {entry.name}"
        self.progress.session_id = entry.session
        share = 5.0 + 92.0 * done / self.total
        self.progress.reached(
            "saving", share, told if entry.error is None else f"{told} failed: {entry.error}"
        )
        self.progress.session_id = None

    def show(self, items: Sequence[Item]) -> None:
        """Write the page that shows all sessions."""
        from ganglioside.batch.overview import write_overview

        write_overview(self.folder / OVERVIEW, items, self.entries, self.history)


def _reason(error: BaseException) -> str:
    """Return why a table failed, for its entry."""
    from distributed import KilledWorker

    if isinstance(error, GangliosideError):
        return str(error)
    if isinstance(error, KilledWorker):
        return (
            "Every worker that took this table died, as happens when memory runs out. Use fewer "
            "workers, or a machine with more memory."
        )
    if isinstance(error, MemoryError):
        return NO_MEMORY
    return f"The program failed on this table: {type(error).__name__}: {error}"
