"""Results as files to download."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import ExportError, GangliosideError
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

_OFFERED: Final = {known.name: f"{known.label}: {known.help}" for known in EXPORT_FORMATS}

#: Kinds of file, each with its label, in the order in which they are offered: first the species.
KINDS: Final[dict[str, str]] = {
    **{name: label for name, label in _OFFERED.items() if name.startswith("species")},
    SHOWN: "What is shown (CSV): the rows of the table below, filtered and sorted as there",
    **{name: label for name, label in _OFFERED.items() if not name.startswith("species")},
    "html": "HTML report: one file to send to a colleague",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is ready for download."""

    name: str
    content: bytes


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
    ) -> None:
        super().__init__()
        self._open = history
        self._rows = rows
        self._visitor = visitor or Visitor.here()
        self._post = post or (lambda change: change())
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
            return "Run an analysis first: there is nothing to export."
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
        self.error, self.busy = "", kind
        if kind == SHOWN and self._rows is not None:
            rows = self._rows()  # now: what is shown may change meanwhile
            make: Callable[[], Made | str] = partial(_shown, self.analysis, rows)
        else:
            make = partial(self._file_or_job, kind, self.analysis)
        self._thread = threading.Thread(target=self._run, args=(kind, make), daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until the file is written."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self, kind: str, make: Callable[[], Made | str]) -> None:
        try:
            result = make()
        except GangliosideError as error:
            reason = str(error)
            self._post(lambda: self._end(error=reason))
        except Exception as error:
            text = f"The {kind} file could not be written ({type(error).__name__}: {error})."
            self._post(lambda: self._end(error=text))
            raise
        else:
            self._post(lambda: self._end(result))
            if isinstance(result, str):
                self._follow(result)

    def _file_or_job(self, kind: str, analysis: Analysis) -> Made | str:
        """Export file, or the id of the job that writes it."""
        stem, source = _stem(analysis.source.name), analysis.source
        name = file_name(stem, kind, source) if kind in FORMATS else f"{stem}_report.{kind}"
        is_large = len(analysis.features) >= LARGE
        if is_large and self._is_saved(analysis) and self._may_start():
            return self._start(kind, name)
        with tempfile.TemporaryDirectory(prefix="ganglioside-") as folder:
            path = Path(folder) / name
            if kind in FORMATS:
                export(analysis, path, kind)
            else:
                self._report(analysis, path)
            return Made(path.name, path.read_bytes())

    def _start(self, kind: str, name: str) -> str:
        """Start the job that writes a file; returns its id."""
        history = self._open()
        out = str(place_for(history, name))
        if kind in FORMATS:
            return start(history, Export(session=self.session_id, out=out, form=kind))
        return start(history, Report(source=self.session_id, out=out))

    def _may_start(self) -> bool:
        """Whether this page may start a job on the session."""
        return not self._visitor.why_not_session(self._open(), self.session_id)

    def _report(self, analysis: Analysis, path: Path) -> None:
        from ganglioside.reports import render_report

        if not self._is_saved(analysis):
            raise ExportError(
                "A report is made from a saved session, and the displayed analysis is not saved "
                "as it is: choose Save as a new session first."
            )
        render_report(self.session_id, path, history=self._open())

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

    def _is_saved(self, analysis: Analysis) -> bool:
        """Whether the session has the settings and overrides of the displayed analysis."""
        if not self.session_id:
            return False
        history = self._open()
        if history.settings(self.session_id) != analysis.settings:
            return False
        return current(history.override_trail(self.session_id)) == analysis.overrides

    def _end(self, result: Made | str = "", error: str = "") -> None:
        self.busy, self.error = "", error
        if isinstance(result, Made):
            self.made = result
        else:
            self.job = result


def _shown(analysis: Analysis, rows: npt.NDArray[np.int32]) -> Made:
    """CSV of some rows."""
    return Made(f"{_stem(analysis.source.name)}_shown.csv", to_csv(analysis, rows.tolist()))


def _stem(name: str) -> str:
    """File name without ending, made valid for every operating system."""
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem).strip("._")
    return stem[:80] or "ganglioside"
