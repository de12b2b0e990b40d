"""The states of the workbench page, linked: upload, run, batch, results, export, jobs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

import pandas as pd
import traitlets as t

from ganglioside.analysis import Analysis
from ganglioside.errors import GangliosideError, HistoryError, OverrideError
from ganglioside.history import History
from ganglioside.history.author import current_author
from ganglioside.history.decisions import decisions
from ganglioside.history.overrides import current
from ganglioside.server import ServiceLimits
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside_widgets.state.batch import BatchState
from ganglioside_widgets.state.export import ExportState
from ganglioside_widgets.state.jobs import JobsState
from ganglioside_widgets.state.results import ResultsState, same_table
from ganglioside_widgets.state.review import ReviewState
from ganglioside_widgets.state.run import Phase, Post, RunState, is_input
from ganglioside_widgets.state.species_list import SpeciesListState
from ganglioside_widgets.state.thresholds import ThresholdsState
from ganglioside_widgets.state.unsaved import Unsaved
from ganglioside_widgets.state.upload import Upload, UploadState
from ganglioside_widgets.state.verdict_changes import changed_rows, describe
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
    saved : str
        What was saved last.
    unsaved_settings : bool
        Whether the displayed verdicts are from other thresholds than the saved session.
    saved_settings : Settings or None
        Those of that session; None before there is a result.

    Examples
    --------
    >>> from pathlib import Path
    >>> from tempfile import mkdtemp
    >>> import ganglioside as gg
    >>> history = gg.History.open(Path(mkdtemp()) / "history.duckdb")
    >>> bench = WorkbenchState(lambda: history)
    >>> bench.upload.add_example()
    >>> bench.run.join()
    >>> len(bench.results.rows())
    332
    """

    notice = t.Unicode("")
    saved = t.Unicode("")
    unsaved_settings = t.Bool(False)
    saved_settings = t.Instance(Settings, allow_none=True)

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
        usual = Settings(max_megabytes=ServiceLimits.here().megabytes)
        self.upload = UploadState(usual, paths=not self.visitor.on_page if paths is None else paths)
        self.thresholds = ThresholdsState(settings=usual)
        self.run = RunState(history, post, self.visitor)
        self.results = ResultsState(self.author)
        self.review = ReviewState(self.results, self.author, post)
        self.species = SpeciesListState(self.results, post)
        self.batch = BatchState(self.run.history_to_save)
        self.export = ExportState(history, post, self.visitor, self.results.rows)
        self.jobs = JobsState(
            history, post, everything=not self.visitor.on_page, visitor=self.visitor
        )
        self.review.look = self.look_again
        self._is_merging = self._moved_meanwhile = False
        self._unsaved: defaultdict[str, Unsaved] = defaultdict(Unsaved)  # by session
        self._told = ""  # what the last look said
        self._found: dict[Upload, tuple[Analysis, str]] = {}
        self._waiting: list[Upload] = []
        self._failed: set[Upload] = set()
        self.upload.observe(self._table_chosen, ["table", "chosen"])
        self.upload.observe(self._file_came, "due")
        self.upload.observe(self._go_on, ["arriving", "uploads"])
        self.upload.observe(lambda _: self._list_states(), "uploads")
        self.thresholds.observe(self._thresholds_moved, "settings")
        self.run.observe(self._analysed, "analysis")
        self.run.observe(self._prepared, "prepared")
        self.run.observe(self._settings_found, "settings")
        self.run.observe(self._table_of_run, "table")
        self.run.observe(self._ended, "phase")
        self.run.observe(self._cancelled, "cancelling")
        for state, names in (
            (self.run, ["phase", "table", "arriving"]),
            (self.upload, ["refusal"]),
            (self.results, ["analysis"]),
        ):
            state.observe(self._compare, names)
        self.results.observe(self._overridden, "analysis")
        self.results.observe(self._refusal_over, "error")
        for starting in (self.export, self.batch):
            starting.observe(lambda change: self.jobs.started(change["new"]), "job")
        t.dlink((self.run, "session_id"), (self.jobs, "session_id"))
        t.dlink((self.upload, "arriving"), (self.run, "arriving"))
        t.dlink((self.upload, "as_study"), (self.run, "as_study"))
        t.dlink((self.results, "stale"), (self.export, "blocked"))
        t.dlink((self, "saved"), (self.review, "saved"))

    def author(self) -> str:
        """Name under which the visitor decides."""
        return self.visitor.author or current_author()

    def open(self, sid: str) -> None:
        """Show a session of the history, running or ended."""
        self.run.find(sid)

    def run_all(self) -> None:
        """Analyse every table that has no result yet, one after the other."""
        self._waiting += self.upload.to_run
        self._list_states()
        self._go_on()

    def run_batch(self) -> None:
        """Start a job that judges every table by itself, also when the page is closed."""
        self.batch.start(self.upload, self.thresholds.settings)

    @property
    def can_go_back(self) -> bool:
        """Whether the file of the displayed result is one of the files here, and not chosen."""
        return self._file_of_result() not in (None, self.upload.chosen)

    def go_back(self) -> None:
        """Choose the file of the displayed result again, where it is one of the files here."""
        index = self._file_of_result()
        if index is not None:
            self.upload.choose(index)

    def _file_of_result(self) -> int | None:
        """Position of the file of the displayed result; None where it is not here."""
        shown = self.results.analysis
        if shown is None:
            return None
        same = (i for i, u in enumerate(self.upload.uploads) if is_input(u.table, shown))
        return next(same, None)

    def keep(self) -> None:
        """Save the displayed analysis as a new session of the history."""
        analysis = self.results.analysis
        if analysis is None or self.results.stale:
            return
        try:
            sid = self.run.history_to_save().save(analysis)
        except HistoryError as error:
            self.notice = f"Not saved: {error}"
            return
        self.notice, self.unsaved_settings = "", False
        self.saved_settings = analysis.settings
        self.run.session_id = self.export.session_id = sid
        if self.run.table is not None:
            self.run.show(self.run.table, analysis, sid)

    def _table_chosen(self, _: object) -> None:
        """Give the run the chosen table, with its result if this page has one."""
        upload = self.upload.current
        if upload is None and self.upload.uploads and not self.upload.as_study:
            return  # what is shown has no file here
        self.run.table = self.upload.table
        table = self.upload.table
        if upload in self._found and table is not None and not self.upload.as_study:
            self.run.show(table, *self._found[upload])
            self._take_settings()

    def _take_settings(self) -> None:
        """Set the thresholds to those of the displayed result, unless it is of another table."""
        shown = self.results.analysis
        if shown is not None and not self.results.stale:
            self.thresholds.take(shown.settings)

    def _file_came(self, change: dict[str, Upload | None]) -> None:
        """Analyse a file that came alone; where something runs, after it."""
        upload = change["new"]
        if upload is None:
            return
        self.upload.due = None
        self._waiting.append(upload)
        self._list_states()
        self._go_on()

    def _table_of_run(self, _: object) -> None:
        """Choose no file where the run has a table of elsewhere."""
        if self.run.table is not None and self.run.table is not self.upload.table:
            self.upload.leave()

    def _ended(self, change: dict[str, object]) -> None:
        """Remember what failed, and go on with the next file that waits.

        After a success this is done once its result has come.
        """
        of_run = {upload for upload in self.upload.uploads if self._is_of_run(upload)}
        if self.run.phase is Phase.RUNNING:
            self._failed -= of_run
        elif self.run.phase is Phase.FAILED:
            self._failed |= of_run
        if change["old"] is Phase.RUNNING and self.run.phase is not Phase.FINISHED:
            self._compare(None)
            if self._moved_meanwhile:
                self._thresholds_moved(None)
            self._go_on()
        self._list_states()

    def _cancelled(self, change: dict[str, bool]) -> None:
        """Whoever cancels, cancels what waits too."""
        if change["new"]:
            self._waiting.clear()

    def _go_on(self, _: object = None) -> None:
        """Analyse the next file that waits, unless something runs or arrives."""
        self._waiting = [u for u in self._waiting if u in self.upload.uploads]
        if not self._waiting or self.upload.arriving or self.run.phase is Phase.RUNNING:
            return
        upload = self._waiting.pop(0)
        self.upload.choose(self.upload.uploads.index(upload))
        self.run.start()

    def _list_states(self) -> None:
        """Say of each file whether it waits, is analysed, failed or has a result."""
        uploads = self.upload.uploads
        running = [u for u in uploads if self._is_of_run(u) and self.run.phase is Phase.RUNNING]
        found = {u.name: _explained(self._found[u][0]) for u in uploads if u in self._found}
        failed = {u.name: "failed" for u in uploads if u in self._failed}
        waits = {u.name: "waits" for u in self._waiting}
        self.upload.states = found | failed | waits | {u.name: "running" for u in running}

    def _is_of_run(self, upload: Upload) -> bool:
        """Whether a file is that of the running or last analysis."""
        return upload.table is not None and upload.table is self.run.judged

    def _compare(self, _: object) -> None:
        """Say why the displayed result is not that of the chosen table.

        If it is, the next run uses its decisions, also where another table was chosen meanwhile.
        """
        self.results.stale = self._why_stale()
        shown = self.results.analysis
        if shown is not None and not self.results.stale:
            self.run.overrides = shown.overrides

    def _why_stale(self) -> str:
        shown = self.results.analysis
        if shown is None:
            return ""
        result = f"Below is the result of {shown.source.name}"
        table = self.run.table
        if self.run.phase is Phase.RUNNING:
            running = self.run.judged
            name = "Another analysis" if running is None else running.source.name
            return f"{name} is being analysed. {result}, of before."
        if self.run.arriving:
            return f"{self.run.arriving} is arriving. {result}."
        if self.upload.refusal is not None:
            refused = self.upload.current
            what = "The chosen file" if refused is None else refused.name
            what = "The study" if self.upload.as_study else what
            return f"{what} was refused. {result}."
        if table is not None and not is_input(table, shown):
            if self.run.phase is Phase.FAILED and table is self.run.judged:
                return f"The analysis of {table.source.name} failed. {result}."
            return f"{table.source.name} has no result yet: press Run. {result}."
        return ""

    def _refusal_over(self, change: dict[str, str]) -> None:
        """A refused decision is forgotten with the refusal of the result, whose words it has."""
        if not change["new"] and self.review.error == change["old"]:
            self.review.error = ""

    def _settings_found(self, _: object) -> None:
        self.thresholds.take(self.run.settings)

    def _thresholds_moved(self, _: object) -> None:
        settings = self.thresholds.settings
        self.run.settings = settings
        self._moved_meanwhile = self.run.phase is Phase.RUNNING
        shown = self.results.analysis
        if shown is None or self.results.stale or shown.settings == settings:
            return
        try:
            decided = shown.redecide(settings)
        except GangliosideError as error:
            self.notice = str(error)
            return
        self.unsaved_settings = settings != self.saved_settings
        self._show_changes(shown if self.unsaved_settings else None, decided)
        self.results.analysis = decided

    def _analysed(self, change: dict[str, object]) -> None:
        analysis = change["new"]
        if not isinstance(analysis, Analysis):
            return
        before = self.results.analysis
        for upload in self.upload.uploads:
            if is_input(upload.table, analysis):
                self._found[upload] = analysis, self.run.session_id
        self.export.session_id = self.run.session_id
        self.results.analysis = analysis
        self._show_changes(before, analysis)
        self.saved_settings = analysis.settings
        self.unsaved_settings, self.notice, self.saved = False, "", ""
        moved = self.thresholds.settings if self._moved_meanwhile else analysis.settings
        self.thresholds.take(analysis.settings)
        self.thresholds.take(moved)
        self.look_again()
        self._list_states()
        self._go_on()
        if self.run.phase is not Phase.RUNNING and not is_input(self.run.table, analysis):
            self._table_chosen(None)  # another file was chosen meanwhile
            if moved != analysis.settings:
                self.thresholds.take(moved)

    def _show_changes(self, before: Analysis | None, after: Analysis) -> None:
        """Say which verdicts differ from those shown before, where the table is the same."""
        if before is None or not same_table(before, after):
            self.results.changes, self.results.changed = "", ()
            return
        self.results.changes = "" if before.features is after.features else describe(before, after)
        self.results.changed = tuple(changed_rows(before, after)["feature_id"].astype(int))

    def _prepared(self, _: object) -> None:
        """Use the prepared copy of the displayed analysis, which answers faster from now on."""
        shown, prepared = self.results.analysis, self.run.prepared
        if shown is not None and prepared is not None and shown.features is prepared.features:
            self.results.analysis = prepared.with_overrides(shown.overrides)

    def _overridden(self, change: dict[str, object]) -> None:
        """Save changed overrides in the session."""
        analysis, before = change["new"], change["old"]
        if not isinstance(analysis, Analysis):
            return
        self.export.analysis = analysis
        if not isinstance(before, Analysis) or before.overrides == analysis.overrides:
            return
        if analysis.features is not before.features or self._is_merging:
            return  # another analysis, or what others decided: nothing of this page's own
        self._remember(analysis)
        if self.export.session_id:
            self._note(before.overrides, analysis.overrides)
            self.look_again()

    def _remember(self, analysis: Analysis) -> None:
        """Keep the decisions with the result of the file, for when it is chosen again."""
        for upload, (found, sid) in self._found.items():
            if found.features is analysis.features:
                self._found[upload] = analysis, sid

    def _note(self, before: Overrides, wanted: Overrides) -> None:
        """Note what this page changed as not saved yet."""
        unsaved = self._unsaved[self.export.session_id]
        unsaved.add(wanted.changes_from(before, self.author()), before)
        self._told = self.notice  # whatever it says, it was of before this deed
        if not unsaved:
            self.saved = ""  # it is again as it was in the session

    def look_again(self) -> None:
        """Take what others have decided on the displayed session, and save what is not saved."""
        sid, shown = self.export.session_id, self.results.analysis
        if not sid or shown is None or self.results.stale:
            return
        unsaved = self._unsaved[sid]
        try:
            history = self._history()
            self._take(history.override_trail(sid), unsaved)
            refusal = self._save(history, sid, unsaved) if unsaved else ""
        except HistoryError as error:
            refusal = str(error)
        if not unsaved:
            self._tell(refusal and f"What others decided cannot be read now: {refusal}")
            return
        self.saved = ""
        self._tell(f"Your changes are on this page only, not saved: {refusal}")

    def _take(self, trail: pd.DataFrame, unsaved: Unsaved) -> None:
        """Show what others decided, with what is not saved yet in its place."""
        self.review.decisions = decisions(trail)
        gone = unsaved.give_way(trail)
        if gone:
            # It is over with this look, and so is to be read until the next deed.
            self.saved, self._told, self.notice = "", "", _changed_meanwhile(gone)
        self._merge(unsaved.over(current(trail)))

    def _save(self, history: History, sid: str, unsaved: Unsaved) -> str:
        """Save what is not saved; why something was refused, else empty.

        Raises
        ------
        HistoryError
        """
        refusal = self.visitor.why_not_decision(history, sid)
        if refusal:
            return refusal
        try:
            self._put(history, sid, unsaved, [*unsaved])
        except OverrideError:
            # The others need not wait for the one that is refused.
            for made in unsaved:
                try:
                    self._put(history, sid, unsaved, [made])
                except OverrideError as error:
                    refusal = refusal or str(error)
        return refusal

    def _put(self, history: History, sid: str, unsaved: Unsaved, made: list[Override]) -> None:
        """Save some of what is not saved, and take what others said."""
        present = history.put_overrides(sid, made)
        unsaved.drop(made)
        self.saved = "Saved."
        self._merge(unsaved.over(present))

    def _tell(self, words: str) -> None:
        """Say why something is not saved or cannot be read; empty where nothing is so any more.

        A notice of something else stays.
        """
        if self.notice in ("", self._told):
            self.notice = words
        self._told = words

    def _merge(self, present: Overrides) -> None:
        """Show these overrides, which are no deed of this page."""
        shown = self.results.analysis
        if shown is None or shown.overrides == present:
            return
        self._is_merging = True
        try:
            self.results.analysis = shown.with_overrides(present)
            self._remember(self.results.analysis)
        finally:
            self._is_merging = False


def _explained(analysis: Analysis) -> str:
    """State of a file with a result, in a word or two."""
    features = analysis.summary.features
    return f"{analysis.summary.valid:,} of {features:,} valid"


def _changed_meanwhile(ids: list[int]) -> str:
    """Why changes of some features were not saved."""
    which = f"Feature {ids[0]}" if len(ids) == 1 else f"Features {', '.join(map(str, ids))}"
    return (
        f"{which}: the decision has changed meanwhile, so your change was not saved. Look at it "
        "again."
    )
