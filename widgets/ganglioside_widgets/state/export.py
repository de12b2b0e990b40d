"""Results as files to download."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import ExportError, GangliosideError, UnknownSessionError
from ganglioside.exporting import FORMATS, export, file_name, to_csv, why_not_annotated
from ganglioside.exporting.formats import EXPORT_FORMATS, YOUR_FILE
from ganglioside.history import History
from ganglioside.history.overrides import current
from ganglioside.jobs import Export, Report, follow, start
from ganglioside_widgets.state.downloads import made_by, place_for
from ganglioside_widgets.state.run import Post
from ganglioside_widgets.state.visitors import Visitor

#: Number of features from which on a job writes the file, so that the page stays responsive.
LARGE: Final = 10_000

#: The kind that holds the rows of the table on the page alone.
SHOWN: Final = "shown"

#: Why nothing can be exported: of a page that shows an analysis, and of one that lists sessions.
_NOTHING: Final = "Run an analysis first: there is nothing to export."
_NOT_READ: Final = "The session could not be read: press Refresh to read it again."

_OFFERED: Final = {known.name: f"{known.label}: {known.help}" for known in EXPORT_FORMATS}

#: Kinds of file, each with its label, in the order in which they are offered: first the species.
KINDS: Final[dict[str, str]] = {
    **{name: label for name, label in _OFFERED.items() if name.startswith("species")},
    SHOWN: "What is shown (CSV): the rows of the table below, filtered and sorted as there",
    **{name: label for name, label in _OFFERED.items() if not name.startswith("species")},
    "html": "HTML report: one file to send to a colleague",
}


@dataclass(frozen=True, slots=True, eq=False)  # equal or not, each is handed to the browser
class Made:
    """A file that is ready for download."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, eq=False)
class _Wanted:
    """What is to be written, as it was when it was asked for: the page may show another by now.

    Attributes
    ----------
    kind : str
    analysis : Analysis
    session_id : str
        Session in which the analysis is saved; empty if it is not.
    rows : array of int or None
        Positions of the features to write; None for all.
    """

    kind: str
    analysis: Analysis
    session_id: str
    rows: npt.NDArray[np.int32] | None

    @property
    def name(self) -> str:
        """Name of the file."""
        source = self.analysis.source
        stem = _stem(source.name)
        if self.kind == SHOWN:
            return f"{stem}_shown.csv"
        if self.kind in FORMATS:
            return file_name(stem, self.kind, source)
        return f"{stem}_report.{self.kind}"


class ExportState(t.HasTraits):
    """Export of the displayed analysis to files.

    Parameters
    ----------
    history : callable
        Opens the history.
    post : callable, optional
        Hands a change from a thread to the one that owns the states; by default at once.
    visitor : Visitor, optional
        That of this kernel where omitted.
    rows : callable, optional
        Returns the positions of the features that the page shows; there is no kind `SHOWN`
        where omitted.
    from_history : bool
        Whether files hold what the session holds when they are asked for, decisions of other
        pages included, and not the analysis as it is displayed.

    Attributes
    ----------
    analysis : Analysis or None
    session_id : str
        Session of the history in which the analysis is saved; empty if it is not.
    busy : str
        The kind of file that is being written; empty if none is.
    made : Made or None
        The last file.
    job : str
        Id of the last job that writes a file.
    notice : str
        Progress of that job.
    error : str
    blocked : str
        Why nothing may be exported now, whatever the kind of file.

    Examples
    --------
    >>> import ganglioside as gg
    >>> state = ExportState()
    >>> state.analysis = gg.analyze(gg.example())
    >>> state.make("csv")
    >>> state.join()
    >>> state.made.name
    'example_verdicts.csv'
    """

    analysis = t.Instance(Analysis, allow_none=True)
    session_id = t.Unicode("")
    busy = t.Unicode("")
    made = t.Instance(Made, allow_none=True)
    job = t.Unicode("")
    notice = t.Unicode("")
    error = t.Unicode("")
    blocked = t.Unicode("")

    def __init__(
        self,
        history: Callable[[], History] = History.open,
        post: Post | None = None,
        visitor: Visitor | None = None,
        rows: Callable[[], npt.NDArray[np.int32]] | None = None,
        *,
        from_history: bool = False,
    ) -> None:
        super().__init__()
        self._open = history
        self._rows = rows
        self._visitor = visitor or Visitor.here()
        self._post = post or (lambda change: change())
        self._from_history = from_history
        self._thread: threading.Thread | None = None
        self._no_file = ""

    @property
    def kinds(self) -> dict[str, str]:
        """Those of `KINDS` that are offered here."""
        return {kind: KINDS[kind] for kind in KINDS if kind != SHOWN or self._rows is not None}

    @property
    def why_not(self) -> str:
        """Reason why no file can be exported now; empty where one can."""
        if self.analysis is None:
            return _NOT_READ if self._from_history else _NOTHING
        if self.blocked:
            return f"{self.blocked} It cannot be exported while another file is chosen."
        return f"The {self.busy} file is being written." if self.busy else ""

    def why_not_kind(self, kind: str) -> str:
        """Reason why a file of this kind cannot be exported now; empty where one can."""
        if self.why_not or self.analysis is None:
            return self.why_not
        return self._no_file if kind == YOUR_FILE else ""

    @t.observe("analysis")
    def _look_for_the_file(self, _: object) -> None:
        """Remember why the user's own file cannot be given back."""
        self._no_file = "" if self.analysis is None else why_not_annotated(self.analysis.source)

    def make(self, kind: str) -> None:
        """Write a file of a kind in `KINDS`, in a thread; it appears as `made`.

        The file of a large analysis is written by a job, whose id appears as `job`, if the
        displayed analysis is saved as it is and its session may be changed here. Other files can be
        exported meanwhile.
        """
        if self.why_not or self.analysis is None:
            return
        if kind not in self.kinds:
            self.error = f"{kind!r} is no kind of file: choose one of {', '.join(self.kinds)}."
            return
        if why_not := self.why_not_kind(kind):
            self.error = why_not
            return
        rows = self._rows() if kind == SHOWN and self._rows is not None else None
        wanted = _Wanted(kind, self.analysis, self.session_id, rows)
        self.error, self.busy = "", kind
        self._thread = threading.Thread(target=self._run, args=(wanted,), daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the file is written."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, wanted: _Wanted) -> None:
        try:
            result = self._file_or_job(wanted)
        except GangliosideError as error:
            reason = str(error)
            self._post(lambda: self._end(error=reason))
        except Exception as error:
            why = f"{type(error).__name__}: {error}"
            text = f"The {wanted.kind} file could not be written ({why})."
            self._post(lambda: self._end(error=text))
            raise
        else:
            self._post(lambda: self._end(result))
            if isinstance(result, str):
                self._follow(result)

    def _file_or_job(self, wanted: _Wanted) -> Made | str:
        """Export file, or the id of the job that writes it."""
        is_large = wanted.rows is None and len(wanted.analysis.features) >= LARGE
        if is_large and self._is_saved(wanted) and self._may_start(wanted):
            return self._start(wanted)
        return self._file(self._read_again(wanted) if self._from_history else wanted)

    def _read_again(self, wanted: _Wanted) -> _Wanted:
        """What is wanted as the session holds it now: other pages may have decided meanwhile."""
        try:
            return replace(wanted, analysis=self._open().load(wanted.session_id))
        except UnknownSessionError:
            raise ExportError(
                f"Session {wanted.session_id} is no longer in the history: press Refresh to read "
                "the list again."
            ) from None

    def _file(self, wanted: _Wanted) -> Made:
        """Export file, written here."""
        if wanted.rows is not None:
            return Made(wanted.name, to_csv(wanted.analysis, wanted.rows.tolist()))
        with tempfile.TemporaryDirectory(prefix="ganglioside-") as folder:
            path = Path(folder) / wanted.name
            if wanted.kind in FORMATS:
                export(wanted.analysis, path, wanted.kind)
            else:
                self._report(wanted, path)
            return Made(path.name, path.read_bytes())

    def _start(self, wanted: _Wanted) -> str:
        """Start the job that writes a file; returns its id."""
        history, sid = self._open(), wanted.session_id
        out = str(place_for(history, wanted.name))
        if wanted.kind in FORMATS:
            return start(history, Export(session=sid, out=out, form=wanted.kind))
        return start(history, Report(source=sid, out=out))

    def _may_start(self, wanted: _Wanted) -> bool:
        """Whether this page may start a job on the session."""
        return not self._visitor.why_not_session(self._open(), wanted.session_id)

    def _report(self, wanted: _Wanted, path: Path) -> None:
        from ganglioside.reports import render_report

        if not self._is_saved(wanted):
            raise ExportError(
                "A report is made from a saved session, and the displayed analysis is not saved "
                "as it is: choose Save as a new session first."
            )
        render_report(wanted.session_id, path, history=self._open())

    def _follow(self, job: str) -> None:
        """Show the progress of a job, then its file."""
        try:
            history = self._open()
            for event in follow(history, job):
                text = f"Job {job}: {event['percentage']:.0f} %, {event['message']}"
                self._post(lambda text=text: setattr(self, "notice", text))  # type: ignore[misc]
            ended = history.jobs.get(job)
            path = made_by(history, ended)
            made = None if path is None else Made(path.name, path.read_bytes())
            error = "" if made else f"Job {job} was {ended.status}. {ended.error or ''}".strip()
        except (GangliosideError, OSError) as failure:
            made, error = None, f"The file of job {job} did not arrive: {failure}"
        self._post(lambda: self._end_job(made, error))

    def _end_job(self, made: Made | None, error: str) -> None:
        self.notice, self.error = "", error
        if made is not None:
            self.made = made

    def _is_saved(self, wanted: _Wanted) -> bool:
        """Whether the session has the settings and overrides of the analysis to export."""
        if self._from_history:
            return True  # it is exported as the session has it
        if not wanted.session_id:
            return False
        history = self._open()
        if history.settings(wanted.session_id) != wanted.analysis.settings:
            return False
        return current(history.override_trail(wanted.session_id)) == wanted.analysis.overrides

    def _end(self, result: Made | str | None = None, error: str = "") -> None:
        self.busy, self.error = "", error
        if isinstance(result, Made):
            self.made = result
        elif result is not None:
            self.job = result


def _stem(name: str) -> str:
    """File name without ending, made valid for every operating system."""
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem).strip("._")
    return stem[:80] or "ganglioside"
