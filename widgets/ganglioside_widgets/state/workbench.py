"""The states of the workbench page, linked: upload, thresholds, run, results, export, jobs."""

from __future__ import annotations

from collections.abc import Callable

import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, HistoryError, OverrideError
from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside.verdicts.overrides import Overrides
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
    history : callable
        Opens the history.
    post : callable, optional
        Hands a change from a thread to the one that owns the states; by default changes are made
        at once.
    paths : bool, optional
        Whether files of this machine can be opened by their path; by default in a notebook only.
    visitor : Visitor, optional
        The one whose jobs are listed on a web page; that of this kernel where omitted.

    Attributes
    ----------
    notice : str
        Why something is not saved in the history.
    unsaved_settings : bool
        Whether the displayed verdicts are from other thresholds than the saved session.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> bench = WorkbenchState(lambda: history)
    >>> bench.upload.add_example()
    >>> bench.run.start()
    >>> bench.run.join()
    >>> len(bench.results.rows())
    332
    """

    notice = t.Unicode("")
    unsaved_settings = t.Bool(False)

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
        self.results = ResultsState(lambda: self.visitor.author or current_author())
        self.export = ExportState(history, post, self.visitor)
        self.jobs = JobsState(
            history, post, everything=not self.visitor.on_page, visitor=self.visitor
        )
        self.upload.observe(self._table_chosen, "table")
        self.thresholds.observe(self._thresholds_moved, "settings")
        self.run.observe(self._analysed, "analysis")
        self.run.observe(self._prepared, "prepared")
        self.run.observe(self._settings_found, "settings")
        self.results.observe(self._overridden, "analysis")
        self.export.observe(lambda change: self.jobs.started(change["new"]), "job")
        t.dlink((self.run, "session_id"), (self.jobs, "session_id"))
        t.dlink((self.upload, "arriving"), (self.run, "arriving"))

    def open(self, sid: str) -> None:
        """Show a session of the history, running or ended."""
        self.run.find(sid)

    def keep(self) -> None:
        """Save the displayed analysis as a new session of the history."""
        analysis = self.results.analysis
        if analysis is None:
            return
        try:
            sid = self.run.history_to_save().save(analysis)
        except HistoryError as error:
            self.notice = f"Not saved: {error}"
            return
        self.notice, self.unsaved_settings = "", False
        self.run.session_id = self.export.session_id = sid

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
        saved = self.run.analysis
        self.unsaved_settings = saved is None or saved.settings != settings

    def _analysed(self, change: dict[str, object]) -> None:
        analysis = change["new"]
        if not isinstance(analysis, Analysis):
            return
        self.export.session_id = self.run.session_id
        self.results.changes = ""
        self.results.analysis = analysis
        self.unsaved_settings, self.notice = False, ""
        self.thresholds.take(analysis.settings)

    def _prepared(self, _: object) -> None:
        """Use the prepared copy of the displayed analysis, which answers faster from now on."""
        shown, prepared = self.results.analysis, self.run.prepared
        if shown is not None and prepared is not None and shown.features is prepared.features:
            self.results.analysis = prepared.with_overrides(shown.overrides)

    def _overridden(self, change: dict[str, object]) -> None:
        """Save changed overrides in the session, and use their anchor marks in the next run."""
        analysis, before = change["new"], change["old"]
        if not isinstance(analysis, Analysis):
            return
        self.export.analysis = analysis
        self.run.overrides = analysis.overrides
        if not isinstance(before, Analysis) or before.overrides == analysis.overrides:
            return
        if analysis.features is not before.features:
            return  # another analysis, with overrides of its own
        if self.run.session_id:
            refusal = self._save_overrides(analysis.overrides)
            self.notice = refusal and f"Your changes are on this page only, not saved: {refusal}"

    def _save_overrides(self, overrides: Overrides) -> str:
        """Save overrides in the session; returns the reason if they cannot be saved."""
        try:
            history = self._history()
            refusal = self.visitor.why_not_session(history, self.run.session_id)
            if not refusal:
                history.override(self.run.session_id, overrides)
        except (HistoryError, OverrideError) as error:
            return str(error)
        return refusal
