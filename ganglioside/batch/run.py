"""Run of a batch: tables are sent to the workers, and their results stored at once.

Only this process writes: sessions into the history, files into the batch's folder. A table is
analysed, its session is stored, then its report is rendered; the ledger takes it when all of it
stands on disk. Whatever ends a batch early, what the ledger has is whole, and resuming does the
rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING

from ganglioside.batch.ledger import Entry, Ledger, key_of
from ganglioside.batch.options import REPORTS, VERDICTS, Batch, Options
from ganglioside.batch.plan import Item
from ganglioside.batch.scheduling import Run
from ganglioside.errors import BatchError
from ganglioside.progress import Progress, ProgressCallback

if TYPE_CHECKING:
    from ganglioside.history import History


def run_batch(
    items: Sequence[Item],
    out: str | PathLike[str],
    options: Options | None = None,
    *,
    history: History | None = None,
    progress: ProgressCallback | None = None,
) -> Batch:
    """Analyse tables, store them as sessions, render their reports and list all on one page.

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
    run = Run(folder, chosen, stored, Progress(progress), ledger, dict(standing), len(items))
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
    """Entries of an earlier run whose verdicts are still valid, by name.

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
