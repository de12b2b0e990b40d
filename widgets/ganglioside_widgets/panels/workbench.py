"""The workbench: all panels of an analysis on one page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import ipywidgets as w

from ganglioside.errors import SettingsError
from ganglioside.history import History
from ganglioside.jobs.announcements import duration
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import box, button, guard_page, post_to_kernel, say, styled
from ganglioside_widgets.panels.export import ExportPanel
from ganglioside_widgets.panels.jobs import JobsPanel
from ganglioside_widgets.panels.navigation import PAGES, welcome
from ganglioside_widgets.panels.results import ResultsPanel
from ganglioside_widgets.panels.run import RunPanel
from ganglioside_widgets.panels.thresholds import ThresholdsPanel
from ganglioside_widgets.panels.upload import UploadPanel
from ganglioside_widgets.state.jobs import LONG
from ganglioside_widgets.state.run import Phase
from ganglioside_widgets.state.thresholds import STEPS
from ganglioside_widgets.state.workbench import WorkbenchState

#: The end of an analysis, as the notice words it.
_ENDED: Final = {
    Phase.FINISHED: "is done",
    Phase.FAILED: "has failed",
    Phase.CANCELLED: "was cancelled",
}


class Workbench(w.VBox):  # type: ignore[misc]
    """Panels for a whole analysis: upload, run, thresholds, results, overrides, export, jobs.

    Parameters
    ----------
    history : callable, optional
        Opens the history; the user's one where omitted.
    paths : bool, optional
        Whether files of this machine can be opened by their path. By default in a notebook only:
        visitors of a web page need not be users of this machine.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> bench = Workbench(lambda: history)
    >>> bench.upload.state.add_example()
    >>> bench.run.run.click()
    >>> bench.state.run.join()
    >>> bench.state.run.phase.value
    'finished'
    """

    def __init__(
        self, history: Callable[[], History] = History.open, *, paths: bool | None = None
    ) -> None:
        guard_page()
        self.state = WorkbenchState(history, post_to_kernel(), paths=paths)
        self.page = Page("Workbench", PAGES)
        self.upload = UploadPanel(self.state.upload, with_preview=False)
        self.thresholds = ThresholdsPanel(self.state.thresholds)
        self.run = RunPanel(self.state.run)
        self.results = ResultsPanel(self.state.results)
        self.export = ExportPanel(self.state.export, self.page)
        self.jobs = JobsPanel(self.state.jobs, self.page, self.state.open)
        self._save = button("Save as a new session", self.state.keep)
        self._notice = box()
        saving = w.VBox([self._notice, self._save])
        side = w.VBox([self.upload, self.run, self.thresholds, saving]).add_class("gg-side")
        main = w.VBox([self.upload.preview, self.results, self.export, self.jobs])
        main.add_class("gg-main")
        bench = w.Box([side, main]).add_class("gg-bench")
        super().__init__([styled(self.page, bench)])
        self.page.on_open(self._open)
        self.state.results.observe(self._show_changes, "changes")
        self.state.observe(self._show, ["notice", "unsaved_settings"])
        self.state.run.observe(lambda _: self.upload.preview.fold(), "analysis")
        self.state.run.observe(self._set_address, "session_id")
        self.state.thresholds.observe(self._set_address, "settings")
        self.state.run.observe(self._notify_of_end, "phase")
        self.state.jobs.observe(self._show_jobs, "lines")
        self._show(None)
        self._show_jobs(None)

    def _open(self, parameters: dict[str, str]) -> None:
        """Show the session of the address, unless the page shows one already."""
        self.state.jobs.watch()
        self.run.welcome()
        welcome(self.page, self.state.visitor)
        if "session" not in parameters or self.state.run.session_id:
            return
        thresholds = {name: parameters[name] for name in STEPS if name in parameters}
        if thresholds:
            self.state.run.observe(lambda _: self._set_thresholds(thresholds), "analysis")
        self.state.open(parameters["session"])

    def _set_thresholds(self, thresholds: dict[str, str]) -> None:
        """Set the thresholds of the address, and remove them from the dict: they apply once."""
        for name in list(thresholds):
            try:
                setattr(self.state.thresholds, name, float(thresholds.pop(name)))
            except (ValueError, SettingsError):
                self.state.notice = f"The value of {name} in the address is not a number."

    def _set_address(self, _: object) -> None:
        """Write the session and the thresholds that differ from it into the address."""
        sid = self.state.run.session_id
        thresholds = self._changed_thresholds() if sid else {}
        self.page.set_address(session=sid, **thresholds)

    def _changed_thresholds(self) -> dict[str, str]:
        """Thresholds that differ from those of the session, as texts by name."""
        saved = self.state.run.analysis
        if saved is None:
            return {}
        values = {name: getattr(self.state.thresholds.settings, name) for name in STEPS}
        return {
            name: f"{value:g}"
            for name, value in values.items()
            if value != getattr(saved.settings, name)
        }

    def _notify_of_end(self, change: dict[str, object]) -> None:
        """Show a notice when a long analysis ends: the user may be elsewhere on the page."""
        run = self.state.run
        if change["old"] is not Phase.RUNNING or run.elapsed < LONG:
            return
        name = run.table.source.name if run.table is not None else f"session {run.session_id}"
        self.page.tell(
            f"The analysis of {name} {_ENDED[run.phase]} after {duration(run.elapsed)}.",
            error=run.phase is Phase.FAILED,
        )

    def _show_jobs(self, _: object) -> None:
        self.jobs.layout.display = "" if self.state.jobs.lines else "none"

    def _show_changes(self, _: object) -> None:
        self.thresholds.show_changes(self.state.results.changes)

    def _show(self, _: object) -> None:
        is_unsaved = self.state.unsaved_settings
        self._save.layout.display = "" if is_unsaved else "none"
        hint = "These thresholds differ from the saved session." if is_unsaved else ""
        self._notice.value = say(self.state.notice, "warning") + say(hint)
