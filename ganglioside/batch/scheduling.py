"""Tables sent to the workers: which is started when, and what is done with the results."""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ganglioside.batch.ledger import Entry, Ledger, key_of
from ganglioside.batch.options import Options
from ganglioside.batch.plan import Item
from ganglioside.batch.result_files import OVERVIEW, REPORTS, VERDICTS
from ganglioside.errors import NO_MEMORY, Cancelled, GangliosideError
from ganglioside.progress import Progress
from ganglioside.version import __version__

if TYPE_CHECKING:
    from distributed import Client, Future

    from ganglioside.batch.tasks import Analysed
    from ganglioside.history import History

#: Tables per worker that are sent ahead: enough to keep it busy, few enough to fit into memory.
_IN_FLIGHT: Final = 24

#: Bytes of tables per worker that are sent ahead: once so many are on their way, none is sent.
_BYTES_IN_FLIGHT: Final = 100_000_000

#: Analysed tables are stored together, which is much cheaper than one by one: at most this many,
#: and at the latest this many seconds after the last ones.
_TOGETHER: Final = 32
_AT_LEAST_EVERY: Final = 5.0


@dataclass(frozen=True, eq=False)
class _Flight:
    """Table that a worker has: its entry so far, its analysis once that is done, and its bytes."""

    item: Item
    entry: Entry
    analysed: Future[Any] | None  # held by a worker until the report is rendered
    size: int = 0


@dataclass(eq=False)
class RunningBatch:
    """A running batch: the only place that writes files and sessions."""

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
        """Process the tables; if interrupted, write the page of what is finished."""
        from ganglioside.batch.cluster import connected, dashboard_of, interrupts, warning

        chosen = self.options
        unfinished = {item.name for item in work}
        self.ledger.begin(self.entries.values())
        partial = {n: self.entries.pop(n) for n in unfinished & set(self.entries)}
        if caution := warning(chosen.scheduler):
            self.progress.log("loading", caution)
        try:
            with (
                interrupts() as check,
                connected(chosen.scheduler, chosen.workers, dashboard=chosen.dashboard) as client,
            ):
                if (chosen.scheduler or chosen.dashboard) and (link := dashboard_of(client)):
                    self.progress.log("loading", f"Watch workers and tasks at {link}")
                self._process(client, deque(work), partial, check)
        except (KeyboardInterrupt, Cancelled):
            self.show(items)
            raise

    def _process(
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
            while waiting and self._has_room(workers):
                item = waiting.popleft()
                if (future := self._start(client, item, partial.get(item.name))) is not None:
                    landing.add(future)
            if self.flights:
                self._land([next(landing), *landing.next_batch(block=False)])
            for further in self._store(client, idle=len(self.flights) < 2 * workers):
                landing.add(further)

    def _has_room(self, workers: int) -> bool:
        """Whether one more table may be sent ahead."""
        ahead = len(self.flights) + len(self.unstored)
        size = sum(flight.size for flight in self.flights.values())
        return ahead < workers * _IN_FLIGHT and size < workers * _BYTES_IN_FLIGHT

    def _start(self, client: Client, item: Item, partial: Entry | None) -> Future[Any] | None:
        """Send a table to the workers; None if it cannot be read."""
        from ganglioside.batch.tasks import Analysed, analyse
        from ganglioside.history.record import Packed

        entry = Entry(item.name, item.file, "", item.title)
        if partial is not None:
            analysis = self.history.load(str(partial.session))
            analysed = client.scatter(Analysed(Packed.of(analysis), b""))
            return self._render(client, _Flight(item, replace(partial, title=item.title), analysed))
        try:
            content = item.content()
        except OSError as error:
            self._finish(replace(entry, error=f"{item.file} cannot be read: {error.strerror}."))
            return None
        future = client.submit(
            analyse,
            item.path.name,
            content,
            item.settings,
            item.reading,
            self.options.form,
            __version__,
            key=f"analyse-{self.id}-{item.name}",
            pure=False,
            priority=1,
        )
        key = key_of(item, content, self.options.form)
        self.flights[future] = _Flight(item, replace(entry, key=key), None, len(content))
        return future

    def _land(self, futures: Sequence[Future[Any]]) -> None:
        """Take over the results of the workers."""
        for future in futures:
            flight = self.flights.pop(future)
            # Waits: results lost with a worker that died are computed again.
            if (error := future.exception()) is not None:
                self._finish(replace(flight.entry, error=flight.item.words(_reason(error))))
            elif flight.analysed is None:
                self.unstored.append((flight, future, future.result()))
            else:
                report = self._write(REPORTS, f"{flight.item.name}.html", future.result())
                self._finish(replace(flight.entry, report=report))

    def _store(self, client: Client, *, idle: bool) -> Iterator[Future[Any]]:
        """Store analysed tables when it is time; yield the reports to wait for next.

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
        # All are in the ledger before progress is reported, which may end the batch.
        for (flight, future, done), sid in zip(landed, sids, strict=True):
            verdicts = self._write(VERDICTS, f"{flight.item.name}{done.ending}", done.verdicts)
            entry = replace(flight.entry, session=sid, verdicts=verdicts)
            self.ledger.add(entry)
            stored.append(_Flight(flight.item, entry, future))
        for flight in stored:
            if self.options.reports:
                yield self._render(client, flight)
            else:
                self._report(flight.entry)

    def _render(self, client: Client, flight: _Flight) -> Future[Any]:
        from ganglioside.batch.tasks import render

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

    def _write(self, folder: str, name: str, content: bytes) -> str:
        from ganglioside.support.whole_files import write_whole

        write_whole(self.folder / folder / name, content)
        return f"{folder}/{name}"

    def _finish(self, entry: Entry) -> None:
        """Add an entry to the ledger and report it."""
        self.ledger.add(entry)
        self._report(entry)

    def _report(self, entry: Entry) -> None:
        """Report a finished table as progress."""
        self.entries[entry.name] = entry
        done = len(self.entries)
        message = f"{done:,} of {self.total:,}: {entry.name}"
        if entry.error is not None:
            message = f"{message} failed: {entry.error}"
        percentage = 5.0 + 92.0 * done / self.total
        self.progress.session_id = entry.session
        self.progress.reached("saving", percentage, message)
        self.progress.session_id = None

    def show(self, items: Sequence[Item]) -> None:
        """Write the page with all sessions."""
        from ganglioside.batch.overview import write_overview

        write_overview(self.folder / OVERVIEW, items, self.entries, self.history)


def _reason(error: BaseException) -> str:
    """Reason why a table failed, for its entry."""
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
