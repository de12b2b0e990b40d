"""All panels of an analysis on one page."""

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
from ganglioside_widgets.panels.results import ResultsPanel
from ganglioside_widgets.panels.run import RunPanel
from ganglioside_widgets.panels.thresholds import ThresholdsPanel
from ganglioside_widgets.panels.upload import UploadPanel
from ganglioside_widgets.state.jobs import LONG
from ganglioside_widgets.state.run import Phase
from ganglioside_widgets.state.thresholds import STEPS
from ganglioside_widgets.state.workbench import WorkbenchState

#: The web pages, by what they are called.
PAGES: Final = {
    "workbench.ipynb": "Workbench",
    "history.ipynb": "History",
    "species.ipynb": "Species",
}


_ENDED: Final = {
    Phase.FINISHED: "is done",
    Phase.FAILED: "has failed",
    Phase.CANCELLED: "was cancelled",
}


class Workbench(w.VBox):  # type: ignore[misc]
    """From a file to verdicts, reviewed and exported.

    Parameters
    ----------
    history
        Opens the history; the usual one where omitted.
    paths
        Whether a path on this machine can be named; where None, not on a web page, whose
        visitors need not be those who may read its files.
    """

    def __init__(
        self, history: Callable[[], History] = History.open, *, paths: bool | None = None
    ) -> None:
        guard_page()
        self.state = WorkbenchState(history, post_to_kernel(), paths=paths)
        self.page = Page("Workbench", PAGES)
        self.upload = UploadPanel(self.state.upload)
        self.thresholds = ThresholdsPanel(self.state.thresholds)
        self.run = RunPanel(self.state.run)
        self.results = ResultsPanel(self.state.results)
        self.export = ExportPanel(self.state.export, self.page)
        self.jobs = JobsPanel(self.state.jobs, self.page, self.state.open)
        self._keep = button("Keep as a new session", self.state.keep)
        self._notice = box()
        kept = w.VBox([self._notice, self._keep])
        side = w.VBox([self.upload, self.run, self.thresholds, kept]).add_class("gg-side")
        main = w.VBox([self.results, self.export, self.jobs]).add_class("gg-main")
        bench = w.Box([side, main]).add_class("gg-bench")
        super().__init__([styled(self.page, bench)])
        self.page.on_open(self._opened)
        self.state.results.observe(self._changed, "changes")
        self.state.observe(self._show, ["notice", "unkept_settings"])
        self.state.run.observe(self._address, "session_id")
        self.state.thresholds.observe(self._address, "settings")
        self.state.run.observe(self._ended, "phase")
        self.state.jobs.observe(self._show_jobs, "lines")
        self._show(None)
        self._show_jobs(None)

    def _opened(self, asked: dict[str, str]) -> None:
        """Find what the address names; a page that shows something already keeps it."""
        self.state.jobs.watch()
        if "session" not in asked or self.state.run.session_id:
            return
        moved = {name: asked[name] for name in STEPS if name in asked}
        if moved:
            self.state.run.observe(lambda _: self._move(moved), "analysis")
        self.state.open(asked["session"])

    def _move(self, moved: dict[str, str]) -> None:
        """Put the thresholds where the address has them, once."""
        for name in list(moved):
            try:
                setattr(self.state.thresholds, name, float(moved.pop(name)))
            except (ValueError, SettingsError):
                self.state.notice = f"The address gives {name} a value that is no number."

    def _address(self, _: object) -> None:
        settings, kept = self.state.thresholds.settings, self.state.run.analysis
        moved = (
            {n: f"{getattr(settings, n):g}" for n in STEPS
             if getattr(settings, n) != getattr(kept.settings, n)}
            if kept is not None else {}
        )  # fmt: skip
        sid = self.state.run.session_id
        self.page.set_address(session=sid, **(moved if sid else {}))

    def _ended(self, change: dict[str, object]) -> None:
        """Tell of a long analysis that has ended: who started it may look elsewhere by now."""
        run = self.state.run
        if change["old"] is not Phase.RUNNING or run.elapsed < LONG:
            return
        name = run.table.source.name if run.table is not None else "session " + run.session_id
        took = duration(run.elapsed)
        self.page.tell(
            f"The analysis of {name} {_ENDED[run.phase]} after {took}.",
            error=run.phase is Phase.FAILED,
        )

    def _show_jobs(self, _: object) -> None:
        self.jobs.layout.display = "" if self.state.jobs.lines else "none"

    def _changed(self, _: object) -> None:
        self.thresholds.say_changes(self.state.results.changes)

    def _show(self, _: object) -> None:
        unkept = self.state.unkept_settings
        self._keep.layout.display = "" if unkept else "none"
        words = "These thresholds differ from the kept session." if unkept else ""
        self._notice.value = say(self.state.notice, "warning") + say(words)
