"""Results as files to download."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import ExportError, GangliosideError
from ganglioside.exporting import FORMATS, export
from ganglioside.history import History
from ganglioside.history.overrides import current
from ganglioside.jobs import Export, Report, follow, start
from ganglioside_widgets.state.downloads import made_by, place_for
from ganglioside_widgets.state.run import Post
from ganglioside_widgets.state.visitors import Visitor

#: Features from which on a file is made by a job, so that the page stays quick.
LARGE: Final = 10_000

#: What can be made, in order, by what it is called.
KINDS: Final[dict[str, str]] = {
    "csv": "CSV: the features, for spreadsheets",
    "xlsx": "XLSX: features, models, findings, methods",
    "json": "JSON: everything, for programs",
    "parquet": "Parquet: the features with their types",
    "mztab": "mzTab: mzTab-M 2.0, for repositories",
    "html": "HTML report: one file to send to a colleague",
}


@dataclass(frozen=True, slots=True)
class Made:
    """A file that is ready."""

    name: str
    content: bytes


class ExportState(t.HasTraits):
    """Makes files of the analysis on show.

    Attributes
    ----------
    analysis : Analysis or None
    session_id : str
        Where it is kept; empty where it is not.
    busy : str
        The kind of file that is being made; empty where none is.
    made : Made or None
        The last file.
    job : str
        Id of the last job that makes a file.
    notice : str
        How that job goes on.
    error : str
    """

    analysis = t.Instance(Analysis, allow_none=True)
    session_id = t.Unicode("")
    busy = t.Unicode("")
    made = t.Instance(Made, allow_none=True)
    job = t.Unicode("")
    notice = t.Unicode("")
    error = t.Unicode("")

    def __init__(
        self,
        history: Callable[[], History] = History.open,
        post: Post | None = None,
        visitor: Visitor | None = None,
    ) -> None:
        super().__init__()
        self._open = history
        self._visitor = visitor or Visitor.here()
        self._post = post or (lambda change: change())
        self._thread: threading.Thread | None = None

    @property
    def why_not(self) -> str:
        """Why nothing can be made; empty where it can."""
        if self.analysis is None:
            return "Run an analysis first: there is nothing to export."
        return f"The {self.busy} file is being made." if self.busy else ""

    def make(self, kind: str) -> None:
        """Make a file in a thread of its own; it appears as `made`.

        That of a large analysis is made by a job, whose id appears as `job`, where the analysis
        is kept as it is shown and its session may be changed here; meanwhile others can be asked
        for.
        """
        if self.why_not or self.analysis is None:
            return
        if kind not in KINDS:
            self.error = f"{kind!r} cannot be made: choose one of {', '.join(KINDS)}."
            return
        self.error, self.busy = "", kind
        self._thread = threading.Thread(
            target=self._guarded, args=(kind, self.analysis), daemon=True
        )
        self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until nothing is being made."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _guarded(self, kind: str, analysis: Analysis) -> None:
        try:
            done = self._work(kind, analysis)
        except GangliosideError as error:
            why = str(error)
            self._post(lambda: self._end(error=why))
        except Exception as error:
            words = f"The {kind} file could not be made ({type(error).__name__}: {error})."
            self._post(lambda: self._end(error=words))
            raise
        else:
            self._post(lambda: self._end(done))
            if isinstance(done, str):
                self._follow(done)

    def _work(self, kind: str, analysis: Analysis) -> Made | str:
        """Return the file, or the id of the job that makes it."""
        name = f"{_stem(analysis.source.name)}_verdicts.{kind}"
        if len(analysis.features) >= LARGE and self._is_kept(analysis) and self._may_start():
            return self._start(kind, name)
        with tempfile.TemporaryDirectory(prefix="ganglioside-") as folder:
            path = Path(folder) / name
            if kind in FORMATS:
                export(analysis, path)
            else:
                self._report(analysis, path)
            return Made(path.name, path.read_bytes())

    def _start(self, kind: str, name: str) -> str:
        history, sid = self._open(), self.session_id
        out = str(place_for(history, name))
        work = Export(session=sid, out=out) if kind in FORMATS else Report(source=sid, out=out)
        return start(history, work)

    def _may_start(self) -> bool:
        """Whether the history takes a job on the session from this page."""
        return not self._visitor.why_not_session(self._open(), self.session_id)

    def _report(self, analysis: Analysis, path: Path) -> None:
        from ganglioside.reports import render_report

        if not self._is_kept(analysis):
            raise ExportError(
                "A report is made of a kept session, and this analysis is not kept as it is "
                "shown: choose Keep as a new session first."
            )
        render_report(self.session_id, path, history=self._open())

    def _follow(self, job: str) -> None:
        """Tell how a job goes on, and take the file that it makes."""
        try:
            history = self._open()
            for event in follow(history, job):
                said = f"Job {job}: {event['percentage']:.0f} %, {event['message']}"
                self._post(lambda said=said: setattr(self, "notice", said))  # type: ignore[misc]
            ended = history.jobs.get(job)
            path = made_by(history, ended)
            made = None if path is None else Made(path.name, path.read_bytes())
            why = "" if made else f"Job {job} was {ended.status}. {ended.error or ''}".strip()
        except (GangliosideError, OSError) as error:
            made, why = None, f"The file of job {job} did not arrive: {error}"
        self._post(lambda: self._arrived(made, why))

    def _arrived(self, made: Made | None, why: str) -> None:
        self.notice, self.error = "", why
        if made is not None:
            self.made = made

    def _is_kept(self, analysis: Analysis) -> bool:
        """Whether the history has the analysis just as it is shown."""
        if not self.session_id:
            return False
        history = self._open()
        if history.settings(self.session_id) != analysis.settings:
            return False
        return current(history.override_trail(self.session_id)) == analysis.overrides

    def _end(self, done: Made | str = "", error: str = "") -> None:
        self.busy, self.error = "", error
        if isinstance(done, Made):
            self.made = done
        else:
            self.job = done


def _stem(name: str) -> str:
    """Return a file name's beginning that every system takes."""
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem).strip("._")
    return stem[:80] or "ganglioside"
