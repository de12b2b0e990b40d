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
from ganglioside.export import FORMATS, export
from ganglioside.history import History
from ganglioside_widgets.state.run import Post

#: What can be made, in order, by what it is called.
KINDS: Final[dict[str, str]] = {
    "csv": "CSV: the features, for spreadsheets",
    "xlsx": "XLSX: features, models, findings, methods",
    "json": "JSON: everything, for programs",
    "parquet": "Parquet: the features with their types",
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
    error : str
    """

    analysis = t.Instance(Analysis, allow_none=True)
    session_id = t.Unicode("")
    busy = t.Unicode("")
    made = t.Instance(Made, allow_none=True)
    error = t.Unicode("")

    def __init__(self, history: Callable[[], History] = History.open, post: Post | None = None):
        super().__init__()
        self._open = history
        self._post = post or (lambda change: change())
        self._thread: threading.Thread | None = None

    @property
    def why_not(self) -> str:
        """Why nothing can be made; empty where it can."""
        if self.analysis is None:
            return "Run an analysis first: there is nothing to export."
        return f"The {self.busy} file is being made." if self.busy else ""

    def make(self, kind: str) -> None:
        """Make a file in a thread of its own; it appears as `made`."""
        if self.why_not or self.analysis is None:
            return
        if kind not in KINDS:
            self.error = f"{kind!r} cannot be made: choose one of {', '.join(KINDS)}."
            return
        self.error, self.busy = "", kind
        analysis = self.analysis
        self._thread = threading.Thread(target=self._work, args=(kind, analysis), daemon=True)
        self._thread.start()

    def join(self, timeout: float | None = None) -> None:
        """Wait until nothing is being made."""
        if self._thread is not None:
            self._thread.join(timeout)

    def _work(self, kind: str, analysis: Analysis) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="ganglioside-") as folder:
                path = Path(folder) / f"{_stem(analysis.source.name)}_verdicts.{kind}"
                if kind in FORMATS:
                    export(analysis, path, kind)
                else:
                    self._report(analysis, path)
                made = Made(path.name, path.read_bytes())
        except GangliosideError as error:
            why = str(error)
            self._post(lambda: self._done(None, why))
        except Exception as error:
            words = f"The {kind} file could not be made ({type(error).__name__}: {error})."
            self._post(lambda: self._done(None, words))
            raise
        else:
            self._post(lambda: self._done(made, ""))

    def _report(self, analysis: Analysis, path: Path) -> None:
        from ganglioside.reports import render_report

        history = self._open()
        kept = bool(self.session_id) and history.settings(self.session_id) == analysis.settings
        if not kept:
            raise ExportError(
                "A report is made of a kept session, and this analysis with these thresholds is "
                "not kept: choose Keep as a new session first."
            )
        render_report(self.session_id, path, history=history)

    def _done(self, made: Made | None, error: str) -> None:
        self.busy, self.error = "", error
        if made is not None:
            self.made = made


def _stem(name: str) -> str:
    """Return a file name's beginning that every system takes."""
    stem = re.sub(r"[^\w.-]+", "_", Path(name).stem).strip("._")
    return stem[:80] or "ganglioside"
