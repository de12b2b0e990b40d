"""A batch that is started from the page: the files are kept, and a job judges them."""

from __future__ import annotations

from collections.abc import Callable

import traitlets as t

from ganglioside.errors import GangliosideError
from ganglioside.history import History
from ganglioside.jobs.launcher import why_no_room
from ganglioside.jobs.sent_batches import MOST_TABLES, SentTable, start_sent_batch
from ganglioside.server import ServiceLimits
from ganglioside.settings import Settings
from ganglioside_widgets.state.upload import Upload, UploadState


class BatchState(t.HasTraits):
    """The uploaded files as one batch, which goes on when the page is closed.

    Attributes
    ----------
    job : str
        Id of the last batch that was started.
    notice, error : str
        What is judged where, or why nothing was started.

    Parameters
    ----------
    history : callable
        Opens the history as the visitor, who shares its new sessions as chosen.
    limits : ServiceLimits, optional
        What a batch may take, as one of the API; those of the server of the page where None.

    Examples
    --------
    >>> upload = UploadState()
    >>> upload.add_example()
    >>> BatchState(History.open).why_not(upload)
    'Drop several tables first: a batch judges each of them by itself.'
    """

    job = t.Unicode("")
    notice = t.Unicode("")
    error = t.Unicode("")

    def __init__(self, history: Callable[[], History], limits: ServiceLimits | None = None) -> None:
        super().__init__()
        self._open = history
        self.limits = limits or ServiceLimits.here()

    def why_not(self, upload: UploadState) -> str:
        """Reason why the files cannot be started as a batch; empty where they can."""
        tables = _tables(upload)
        if upload.arriving:
            return f"{upload.arriving} is arriving: wait for it."
        if len(tables) < 2:
            return "Drop several tables first: a batch judges each of them by itself."
        if len(tables) > MOST_TABLES:
            return f"These are {len(tables):,} tables; a batch takes at most {MOST_TABLES}."
        size = sum(len(table.content) for table in tables)
        if size > self.limits.most_bytes:
            return (
                f"These tables have {size / 1e6:.0f} MB; a batch takes at most "
                f"{self.limits.megabytes:g} MB. Remove some, and start them as another one."
            )
        return ""

    def start(self, upload: UploadState, settings: Settings) -> None:
        """Start a job that judges every table that was read, each as was said of its file."""
        self.notice, self.error = "", self.why_not(upload)
        if self.error:
            return
        tables = [SentTable(one.name, one.content, one.options) for one in _tables(upload)]
        try:
            history = self._open()
            self.error = why_no_room(history, self.limits.waiting)
            if self.error:
                return
            limit = self.limits.job_seconds
            job = start_sent_batch(history, tables, settings, time_limit=limit)
        except GangliosideError as refusal:
            self.error = str(refusal)
            return
        self.notice = _said(len(tables), upload.refused)
        self.job = job


def _tables(upload: UploadState) -> list[Upload]:
    """Files that could be read."""
    return [one for one in upload.uploads if one.table is not None]


def _said(tables: int, refused: tuple[str, ...]) -> str:
    """Sentence about a batch that has been started."""
    left_out = f" {len(refused):,} refused files are left out." if refused else ""
    return (
        f"{tables:,} tables are judged as a batch, which goes on when this page is closed: see "
        f"Jobs, here or on the history page.{left_out}"
    )
