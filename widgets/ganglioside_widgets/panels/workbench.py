"""The workbench: all panels of an analysis on one page."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final

import ipywidgets as w

from ganglioside.history import History
from ganglioside.jobs.announcements import duration
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.elements.switches import Toggle
from ganglioside_widgets.panels.base import box, button, guard_page, post_to_kernel, say, styled
from ganglioside_widgets.panels.export import ExportPanel
from ganglioside_widgets.panels.jobs import JobsPanel
from ganglioside_widgets.panels.navigation import PAGES, welcome
from ganglioside_widgets.panels.results import ResultsPanel
from ganglioside_widgets.panels.run import RunPanel
from ganglioside_widgets.panels.species_list import SpeciesListPanel
from ganglioside_widgets.panels.thresholds import ThresholdsPanel
from ganglioside_widgets.panels.upload import UploadPanel
from ganglioside_widgets.state.jobs import LONG
from ganglioside_widgets.state.run import Phase
from ganglioside_widgets.state.thresholds import FIELDS
from ganglioside_widgets.state.workbench import WorkbenchState

#: Longest name of a file in the bar, characters: the verdicts behind it stay in sight.
_LONGEST_NAME: Final = 20

#: Seconds between two looks at what others have decided.
_LOOK: Final = 10.0

#: Phases in which a run has ended without a result.
_WITHOUT_RESULT: Final = (Phase.FAILED, Phase.CANCELLED)

#: The end of an analysis, as the notice words it.
_ENDED: Final = {
    Phase.FINISHED: "is done",
    Phase.FAILED: "has failed",
    Phase.CANCELLED: "was cancelled",
}


class Workbench(w.VBox):  # type: ignore[misc]
    """One screen for a whole analysis: table, run, thresholds, review of the result, export, jobs.

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
        self.upload = UploadPanel(
            self.state.upload,
            whole=False,
            run_all=self.state.run_all,
            run_batch=self.state.run_batch,
            batch=self.state.batch,
        )
        self.thresholds = ThresholdsPanel(
            self.state.thresholds, on_show=lambda: self.results.choose_changed()
        )
        self.run = RunPanel(self.state.run, whole=False)
        self.results = ResultsPanel(self.state.results, self.state.review)
        self.species = SpeciesListPanel(self.state.species, self.state.results)
        self.export = ExportPanel(self.state.export, self.page)
        self.jobs = JobsPanel(self.state.jobs, self.page, self.state.open)
        self._save = button("Save as a new session", self.state.keep)
        self._back = button(
            "Back to its file", self.state.go_back, tip="Choose the file of the result"
        )
        self._notice = box(kind="notice")
        self._is_looking = False
        self._build_drawers()
        self._build_files()
        self._told = told = w.HBox([self._notice, self._save, self._back]).add_class("gg-told")
        toggles = w.HBox([*self._toggles.values()]).add_class("gg-toggles")
        bar = w.HBox([self._file, self.run, toggles]).add_class("gg-input-bar")
        drawers = [self._drawers[name] for name in self._toggles]
        bench = w.VBox([bar, *drawers, self.upload.notes, told, self.results])
        bench.add_class("gg-bench")
        root = styled(self.page, bench).add_class("gg-workbench")
        super().__init__([root])
        self._root = root
        self.page.on_open(self._open)
        self.state.observe(self._show, ["notice", "saved", "unsaved_settings"])
        self.state.results.observe(self._show, ["stale", "analysis"])
        self.state.results.observe(self._show_changes, ["changes", "changed"])
        self.state.run.observe(self._show_result, "analysis")
        self.state.run.observe(self._set_address, ["session_id", "phase"])
        self.state.observe(self._set_address, "saved_settings")
        self.state.thresholds.observe(self._set_address, "settings")
        self.state.run.observe(self._notify_of_end, "phase")
        self.state.upload.observe(self._show_files, ["uploads", "chosen", "states"])
        self.state.upload.observe(self._show_refusal, ["refusal", "not_added"])
        self.state.upload.observe(self._offer_all, "uploads")
        self.state.jobs.observe(self._show_jobs, "lines")
        for state in (self.state.export, self.state.batch):
            state.observe(lambda _: self._open_drawer("Jobs"), "job")
        self._show(None)
        self._show_files(None)
        self._show_jobs(None)

    def _build_drawers(self) -> None:
        """Make the panels that a button of the bar shows, the table being the first."""
        left = w.VBox([self.upload, self.run.details])
        table = w.Box([left, self.upload.preview]).add_class("gg-drawer")
        self._drawers = {
            "Table": table,
            "Thresholds": self.thresholds,
            "Species list": self.species,
            "Export": self.export,
            "Jobs": self.jobs,
        }
        self._toggles: dict[str, Toggle] = {}
        for name in self._drawers:
            toggle = Toggle(description=name, value=name == "Table")
            toggle.add_class("gg-toggle").observe(self._show_drawers, "value")
            self._toggles[name] = toggle
        self._show_drawers(None)

    def _show_drawers(self, _: object) -> None:
        for name, toggle in self._toggles.items():
            self._drawers[name].layout.display = "" if toggle.value else "none"
        self.results.tell_changes(not self._toggles["Thresholds"].value)
        self.state.species.is_open = self._toggles["Species list"].value

    def _show_changes(self, _: object) -> None:
        """Say at the sliders what they changed."""
        results = self.state.results
        self.thresholds.show_changes(results.changes, any_changed=bool(results.changed))

    def _open_drawer(self, name: str) -> None:
        self._toggles[name].value = True

    def _show_jobs(self, _: object) -> None:
        """Count the jobs on the button that shows them."""
        count = len(self.state.jobs.lines)
        self._toggles["Jobs"].description = f"Jobs {count:,}" if count else "Jobs"

    def _build_files(self) -> None:
        self._file = Select(description="File").add_class("gg-field")
        self._is_listing = False
        self._file.observe(self._choose_file, "value")

    def _choose_file(self, change: dict[str, object]) -> None:
        if not self._is_listing and isinstance(change["new"], int) and change["new"] >= 0:
            self.state.upload.choose(change["new"])

    def _show_files(self, _: object) -> None:
        """List the files in the bar, where there are several."""
        files = self.state.upload.files()
        rows = zip(files["name"], files["state"], strict=True)
        options = [(f"{_brief(name)}: {state}", at) for at, (name, state) in enumerate(rows)]
        self._is_listing = True
        try:
            self._file.options = [("(none of these)", -1), *options]
            self._file.value = self.state.upload.chosen
        finally:
            self._is_listing = False
        self._file.layout.display = "" if len(options) > 1 else "none"

    def _show_refusal(self, change: dict[str, object]) -> None:
        """Open the table where it is refused: there columns are chosen and files given again."""
        if change["new"]:
            self._open_drawer("Table")

    def _offer_all(self, _: object) -> None:
        """Open the table where several files came that wait: there all of them can be run."""
        files = self.state.upload.files()
        if (files["state"] == "read").sum() > 1:
            self._open_drawer("Table")

    def _show_result(self, _: object) -> None:
        """Give the screen to the result: the table folds up, unless a file there was refused."""
        upload = self.state.upload
        is_refused = upload.refusal is not None or bool(upload.not_added)
        if self.state.run.analysis is not None and not is_refused:
            self._toggles["Table"].value = False
            self.upload.preview.fold()
        self._show(None)

    def _open(self, parameters: dict[str, str]) -> None:
        """Show the session of the address, unless the page shows one already."""
        self.state.jobs.watch()
        self.run.welcome()
        welcome(self.page, self.state.visitor)
        if not self._is_looking:
            self._is_looking = True
            self._look()
        if "example" in parameters and self.state.run.table is None:
            self.state.upload.add_example()
            return
        if "session" not in parameters or self.state.run.session_id:
            return
        thresholds = {name: parameters[name] for name in FIELDS if name in parameters}
        if thresholds:
            sid = parameters["session"]
            self.state.run.observe(lambda _: self._set_thresholds(sid, thresholds), "analysis")
        self.state.open(parameters["session"])

    def _set_thresholds(self, sid: str, thresholds: dict[str, str]) -> None:
        """Set the thresholds of the address, and remove them from the dict: they apply once.

        Where another result comes first, they do not: its session could not be opened.
        """
        if not self.state.run.session_id.startswith(sid):
            thresholds.clear()
        for name in list(thresholds):
            try:
                self.state.thresholds.set_text(name, thresholds.pop(name))
            except ValueError as refusal:
                self.state.notice = str(refusal)

    def _set_address(self, _: object) -> None:
        """Write the session and the thresholds that differ from it into the address.

        Of a run that was cancelled or failed there is nothing to see: the displayed result is it.
        """
        run, shown = self.state.run, self.state.export.session_id
        sid = shown if shown and run.phase in _WITHOUT_RESULT else run.session_id
        saved = self.state.saved_settings
        changed = self.state.thresholds.other_than(saved) if sid and saved is not None else {}
        self.page.set_address(session=sid, **changed)

    def _notify_of_end(self, change: dict[str, object]) -> None:
        """Show a notice when a long analysis ends: the user may be elsewhere on the page."""
        run = self.state.run
        if change["old"] is not Phase.RUNNING or run.elapsed < LONG:
            return
        of = run.judged
        name = f"session {run.session_id}" if of is None else of.source.name
        self.page.tell(
            f"The analysis of {name} {_ENDED[run.phase]} after {duration(run.elapsed)}.",
            error=run.phase is Phase.FAILED,
        )

    def _look(self) -> None:
        """Take what others decide meanwhile, now and then."""
        try:
            asyncio.get_running_loop().call_later(_LOOK, self._look)
        except RuntimeError:
            return  # a script without an event loop
        self.state.look_again()

    def _show(self, _: object) -> None:
        state = self.state
        is_unsaved = state.unsaved_settings and not state.results.stale
        self._save.layout.display = "" if is_unsaved else "none"
        shown = state.results.analysis
        if shown is not None:
            self._back.description = f"Back to {_brief(shown.source.name)}"
            self._back.tooltip = f"Choose {shown.source.name}, the file of the result"
        self._back.layout.display = "" if state.results.stale and state.can_go_back else "none"
        hint = "These thresholds differ from the saved session." if is_unsaved else ""
        self._notice.value = say(state.notice, "warning") + say(hint)
        self._notice.layout.display = "" if self._notice.value else "none"
        is_told = self._notice.value or self._back.layout.display == ""
        self._told.layout.display = "" if is_told else "none"
        has_result = shown is not None
        (self._root.add_class if has_result else self._root.remove_class)("gg-has-result")


def _brief(name: str) -> str:
    """Name of a file, in the middle of a long one a mark: what follows it stays in sight."""
    if len(name) <= _LONGEST_NAME:
        return name
    end = _LONGEST_NAME // 2
    return f"{name[: _LONGEST_NAME - end - 1]}…{name[-end:]}"
