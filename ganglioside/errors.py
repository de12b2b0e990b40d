"""Errors that Ganglioside raises on purpose.

Each message names the fault, where it is, and what to do about it.

Examples
--------
>>> import ganglioside as gg
>>> try:
...     gg.parse_name("GX9(36:1;O2)")
... except gg.errors.NameFormError as error:
...     print(error.code, "-", error)
unknown-head - The head group 'GX9' is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class GangliosideError(Exception):
    """Base of all errors that an analyst can act on."""


class ReadError(GangliosideError):
    """The input cannot be read as a table at all."""


class ValidationError(GangliosideError):
    """The table was read, but lacks what an analysis needs.

    Attributes
    ----------
    problems : pandas.DataFrame
        All problems, columns `columns.PROBLEMS`.
    headers : tuple of str
        Column headers of the table; empty if none were found.
    """

    def __init__(self, message: str, problems: pd.DataFrame, headers: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.problems = problems
        self.headers = headers


class ModelError(GangliosideError, ValueError):
    """A table allows no retention model; the message says why."""


class NameFormError(GangliosideError):
    """A name that does not denote one lipid.

    Attributes
    ----------
    code : str
        Kind of fault, for programs: `unknown-head`.
    advice : str
        How to write the name instead.
    lipid_class : str
        Class of a lipid of another kind (code `other-lipid`): `PC`; else empty.
    """

    def __init__(self, message: str, code: str, advice: str, lipid_class: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.advice = advice
        self.lipid_class = lipid_class


class SettingsError(GangliosideError):
    """A setting that does not exist, or a value outside its range."""


class FeatureError(GangliosideError, LookupError):
    """A feature that is not in the table."""


class OverrideError(GangliosideError):
    """An analyst's override is refused."""


class HistoryError(GangliosideError):
    """The session history cannot be opened, read or written."""


class UnknownSessionError(HistoryError):
    """There is no session with this id, or more than one whose id begins so."""


class TextError(HistoryError):
    """A text holds a character that the history does not keep."""


class QueryError(HistoryError):
    """A question to the history is not one that it can answer."""


class HistoryBusyError(HistoryError):
    """Other processes have held the history for longer than the call would wait."""


class HistoryAwayError(HistoryError):
    """The database of the history does not answer."""


class JobError(GangliosideError):
    """A job cannot be started, continued or ended."""


class UnknownJobError(JobError):
    """There is no job with this id, or more than one whose id begins so."""


class EndedError(HistoryError, JobError):
    """A session or job is not in the state that the call needs: it has ended, or not yet."""


class LostError(HistoryError, JobError):
    """A worker has lost its job to the queue, so that nothing it writes is kept."""


class ForbiddenError(HistoryError, JobError):
    """The person who acts may not do this."""


class NobodyError(HistoryError):
    """The history of a page was asked before anybody has opened the page."""


class SharingError(HistoryError):
    """Something cannot be shared as it was asked."""


class TokenError(GangliosideError):
    """A token for the server cannot be made or replaced."""


class UnknownTokenError(TokenError):
    """There is no token with this id."""


class ServerError(GangliosideError):
    """The server cannot be started, or refuses or fails to do what it was asked for.

    Attributes
    ----------
    status : int
        HTTP status; 0 where there was no answer.
    code : str
        Kind of fault, for programs: `no-session`.
    retry_after : float
        s after which it may be tried again; 0 where nothing is said of it.
    """

    def __init__(
        self, message: str, status: int = 0, code: str = "", retry_after: float = 0.0
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.retry_after = retry_after


class BatchError(GangliosideError):
    """A batch of tables cannot be planned, started or continued."""


class SameNameError(BatchError):
    """Two tables of a batch have one name."""


class TooManyTablesError(BatchError):
    """A batch has more tables than it may."""


class NotificationError(GangliosideError):
    """A notification cannot be configured or sent."""


class ExportError(GangliosideError):
    """Results cannot be written out, or an export cannot be read back."""


class UnwritableError(ExportError):
    """A file cannot be written."""


class NoRoomError(UnwritableError, HistoryError):
    """The disk is full, so that nothing more is kept."""


class ReportError(GangliosideError):
    """A report cannot be rendered."""


#: Message if the machine has not enough memory.
NO_MEMORY = (
    "The memory of this machine is not enough for this table. Close other programs, split the "
    "table by samples, or use a machine with more memory. What was kept before is whole."
)


class GivenBack(BaseException):
    """Raised in work that its worker leaves to another: nothing is recorded of it."""


class Cancelled(Exception):  # noqa: N818 - a request, not a fault
    """Raised by a progress callback to stop the work between two steps."""
