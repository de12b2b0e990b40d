"""Run of a batch: tables are sent to the workers, and their results stored at once.

Only this process writes: sessions into the history, files into the batch's folder. A table is
analysed, its session is stored, then its report is rendered; it is added to the ledger once all of
this is on disk. Whatever ends a batch early, all entries of the ledger are complete, and resuming
does the rest.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from ganglioside.batch.ledger import Entry, Ledger, key_of
from ganglioside.batch.options import Batch, Options
from ganglioside.batch.plan import Item
from ganglioside.batch.result_files import PAGES, REPORTS, VERDICTS, is_result
from ganglioside.batch.scheduling import RunningBatch
from ganglioside.errors import BatchError
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.support.formatting import counted
from ganglioside.support.whole_files import HIDDEN, made_folder

if TYPE_CHECKING:
    from ganglioside.history import History

#: File by which a running batch keeps others out of its folder.
LOCK: Final = f"{HIDDEN}batch.lock"


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
        Tables, from `plan`.
    out
        Folder of the results; it is made if missing. Nothing in it is deleted.
    options
        Defaults where None.
    history
        History of the sessions; the default one where None.
    progress
        Called with one event per table; may raise `Cancelled`.

    Returns
    -------
    Batch

    Raises
    ------
    BatchError
        If the folder cannot be used, or there is no cluster. A table that fails does so alone:
        its entry holds the reason.
    HistoryError
        If a session cannot be stored.

    Examples
    --------
    >>> from ganglioside import batch
    >>> items = batch.plan(["runs/*.csv"])  # doctest: +SKIP
    >>> batch.run_batch(items, "results", batch.Options(workers=4)).overview  # doctest: +SKIP
    PosixPath('results/overview.html')
    """
    from ganglioside.history import History

    chosen = options or Options()
    folder = _made(Path(out))
    stored = history or History.open()
    report = Progress(progress)
    with _alone(folder, report):
        _require_no_other_files(folder, items)
        ledger = Ledger(folder)
        finished = _finished(items, ledger, folder, chosen, stored) if chosen.resume else {}
        run = RunningBatch(folder, chosen, stored, report, ledger, dict(finished), len(items))
        work = [item for item in items if not _is_finished(item, finished, chosen)]
        report.done("loading", _plan_message(len(items), len(work)))
        if work:
            run.work_through(items, work)
        batch = Batch(folder, tuple(run.entries[item.name] for item in items), len(work))
        is_stale = not work and _is_stale(batch, ledger)
        if is_stale:
            ledger.begin(batch.entries)  # as where there is work: it holds what the page shows
        if work or is_stale:
            run.show(items)
        report.done("complete", _end_message(batch))
    return batch


def _is_stale(batch: Batch, ledger: Ledger) -> bool:
    """Whether the page shows other tables than those of a batch that had nothing to do.

    So it is where writing it failed after the last table was done, and where tables were left out.
    """
    page = batch.overview
    if not page.exists() or page.stat().st_mtime_ns < ledger.path.stat().st_mtime_ns:
        return True
    return {entry.name for entry in batch.entries} != {*ledger.read()}


@contextmanager
def _alone(folder: Path, report: Progress) -> Iterator[None]:
    """Let no other batch write into a folder meanwhile.

    Two would leave verdicts of one beside the entries of the other, which says by which settings
    they were made.
    """
    lock = FileLock(folder / LOCK, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise BatchError(
            f"Another batch writes into {folder}: wait until it has ended, or take another folder."
        ) from error
    except (OSError, NotImplementedError):  # a disk of a cluster may have no locks
        report.log("loading", f"{folder} cannot be locked: let no other batch write into it.")
    try:
        yield
    finally:
        lock.release()


def _made(folder: Path) -> Path:
    for needed in (folder, folder / VERDICTS, folder / REPORTS):
        try:
            made_folder(needed)
        except OSError as error:
            raise BatchError(f"{needed} cannot be made: {error.strerror}.") from error
    return folder.absolute()


def _require_no_other_files(folder: Path, items: Sequence[Item]) -> None:
    """Refuse a folder in which a result would replace a table, or what no batch has written.

    Raises
    ------
    BatchError
    """
    for page in (folder / name for name in PAGES):
        if page.exists() and not is_result(page):
            raise BatchError(
                f"{page} is there already, no batch has written it, and results would replace it: "
                "take another folder."
            )
    own = {os.path.realpath(folder / name) for name in (VERDICTS, REPORTS)}
    for item in items:
        if os.path.dirname(os.path.realpath(item.path)) in own:  # noqa: PTH120 - as realpath
            raise BatchError(
                f"{item.file} stands where results go, which would replace it: take another folder "
                "for them."
            )


def _plan_message(tables: int, work: int) -> str:
    finished = tables - work
    return counted(tables, "table") + (f", {finished:,} done already" if finished else "")


def _end_message(batch: Batch) -> str:
    failed = len(batch.failed)
    return (
        f"{counted(len(batch.entries) - failed, 'table')} done, {failed:,} failed: {batch.overview}"
    )


def _finished(
    items: Sequence[Item], ledger: Ledger, folder: Path, options: Options, history: History
) -> dict[str, Entry]:
    """Entries of an earlier run whose verdicts are still valid, by name.

    The report of an entry is None if the file is missing or has another title.
    """
    earlier = ledger.read()
    kept = set(history.sessions()["id"]) if earlier else set()
    valid = {}
    for item in items:
        entry = earlier.get(item.name)
        if entry is None or entry.error is not None or entry.session not in kept:
            continue
        if not _exists(folder, entry.verdicts) or entry.key != _key(item, options):
            continue
        has_report = entry.title == item.title and _exists(folder, entry.report)
        valid[item.name] = entry if has_report else replace(entry, report=None)
    return valid


def _exists(folder: Path, name: str | None) -> bool:
    return name is not None and (folder / name).is_file()


def _key(item: Item, options: Options) -> str | None:
    try:
        return key_of(item, item.content(), options.form)
    except OSError:
        return None  # so that it is tried again, and fails with its reason


def _is_finished(item: Item, finished: dict[str, Entry], options: Options) -> bool:
    entry = finished.get(item.name)
    return entry is not None and (entry.report is not None or not options.reports)
