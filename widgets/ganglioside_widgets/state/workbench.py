"""From a file to its export: the states of one page, tied together."""

from __future__ import annotations

from collections.abc import Callable

import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, HistoryError, OverrideError
from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside_widgets.state.export import ExportState
from ganglioside_widgets.state.jobs import JobsState
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.run import Phase, Post, RunState
from ganglioside_widgets.state.thresholds import ThresholdsState
from ganglioside_widgets.state.upload import UploadState
from ganglioside_widgets.state.verdict_changes import describe
from ganglioside_widgets.state.visitors import Visitor


class WorkbenchState(t.HasTraits):
    """Upload, thresholds, run, results, export and jobs of one visitor.

    Parameters
    ----------
    history
    post
    paths
        Whether a path on this machine can be named; where None, not on a web page.
    visitor
        Whose jobs alone are listed on a web page; that of this kernel where None.

    Attributes
    ----------
    notice : str
        Why something that was done is not kept in the history.
    unkept_settings : bool
        Whether the verdicts on show were made with other thresholds than the kept session.
    """

    notice = t.Unicode("")
    unkept_settings = t.Bool(False)

    def __init__(
        self,
        history: Callable[[], History] = History.open,
        post: Post | None = None,
        *,
        paths: bool | None = None,
        visitor: Visitor | None = None,
    ) -> None:
        super().__init__()
        self._history = history
        self.visitor = visitor or Visitor.here()
        self.upload = UploadState(paths=not self.visitor.on_page if paths is None else paths)
        self.thresholds = ThresholdsState()
        self.run = RunState(history, post, self.visitor)
        self.results = ResultsState(current_author)
        self.export = ExportState(history, post, self.visitor)
        self.jobs = JobsState(
            history, post, everything=not self.visitor.on_page, visitor=self.visitor
        )
        self.upload.observe(self._table_chosen, "table")
        self.thresholds.observe(self._thresholds_moved, "settings")
        self.run.observe(self._analysed, "analysis")
        self.run.observe(self._prepared, "prepared")
        self.run.observe(self._settings_found, "settings")
        self.results.observe(self._said, "analysis")
        self.export.observe(lambda change: self.jobs.started(change["new"]), "job")
        t.dlink((self.run, "session_id"), (self.jobs, "session_id"))

    def open(self, sid: str) -> None:
        """Show a session of the history, whether it runs or has ended."""
        self.run.find(sid)

    def keep(self) -> None:
        """Keep what is on show as a new session of the history."""
        analysis = self.results.analysis
        if analysis is None:
            return
        try:
            sid = self._history().save(analysis)
        except HistoryError as error:
            self.notice = f"Not kept: {error}"
            return
        self.notice, self.unkept_settings = "", False
        self.run.session_id = self.export.session_id = sid

    # --- what follows from what ----------------------------------------------------------

    def _table_chosen(self, change: dict[str, object]) -> None:
        self.run.table = change["new"]  # type: ignore[assignment]

    def _settings_found(self, _: object) -> None:
        self.thresholds.take(self.run.settings)

    def _thresholds_moved(self, _: object) -> None:
        settings = self.thresholds.settings
        self.run.settings = settings
        shown = self.results.analysis
        if shown is None or self.run.phase is Phase.RUNNING or shown.settings == settings:
            return
        try:
            decided = shown.redecide(settings)
        except GangliosideError as error:
            self.notice = str(error)
            return
        self.results.changes = describe(shown, decided)
        self.results.analysis = decided
        kept = self.run.analysis
        self.unkept_settings = kept is None or kept.settings != settings

    def _analysed(self, change: dict[str, object]) -> None:
        analysis = change["new"]
        if not isinstance(analysis, Analysis):
            return
        self.export.session_id = self.run.session_id
        self.results.changes = ""
        self.results.analysis = analysis
        self.unkept_settings, self.notice = False, ""
        self.thresholds.take(analysis.settings)

    def _prepared(self, _: object) -> None:
        """Answer quickly from now on, unless something else is on show by now."""
        shown, prepared = self.results.analysis, self.run.prepared
        if shown is not None and prepared is not None and shown.features is prepared.features:
            self.results.analysis = prepared.with_overrides(shown.overrides)

    def _said(self, change: dict[str, object]) -> None:
        """Keep what the analyst said, and let the next run heed it."""
        analysis, before = change["new"], change["old"]
        if not isinstance(analysis, Analysis):
            return
        self.export.analysis = analysis
        self.run.overrides = analysis.overrides
        known = before if isinstance(before, Analysis) else None
        if known is None or known.overrides == analysis.overrides or not self.run.session_id:
            return
        if analysis.features is not known.features:
            return  # another analysis, which brings its own
        try:
            history, sid = self._history(), self.run.session_id
            why = self.visitor.why_not_session(history, sid)
            if not why:
                history.override(sid, analysis.overrides)
            self.notice = why and f"What you said is on this page only, not kept: {why}"
        except (HistoryError, OverrideError) as error:
            self.notice = f"What you said is on this page only, not kept: {error}"
