"""The panel of a run links its buttons, progress and log to the state."""

from __future__ import annotations

from effort import PATIENCE

import ganglioside as gg
from ganglioside_widgets import RunPanel
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.run import Phase


def test_the_run_button_says_why_it_is_grey() -> None:
    panel = RunPanel()
    assert panel.run.disabled
    assert "Give a table first" in panel._progress.value
    panel.state.table = gg.example()
    assert not panel.run.disabled


def test_a_run_fills_the_bar_and_the_log() -> None:
    panel = RunPanel()
    panel.state.table = gg.example()
    assert "<progress" not in panel._progress.value
    assert "Nothing has run yet" in panel._lines.value
    panel.run.click()
    panel.state.join(PATIENCE)
    assert panel.state.session_id in panel._progress.value
    assert "100 %" in panel._progress.value
    assert "rule1: A first curve" in panel._lines.value
    assert panel.run.description == "Run again"
    assert panel.cancel.disabled


def test_the_end_of_a_run_is_not_told_of_the_next_table() -> None:
    """Once the bar said 100 %, Done and the session of the first beside a table that had no run."""
    panel = RunPanel()
    panel.state.table = gg.example()
    panel.run.click()
    panel.state.join(PATIENCE)
    panel.state.table = gg.simulate(1)
    assert panel.state.phase is Phase.READY
    assert panel.state.session_id not in panel._progress.value
    assert "100 %" not in panel._progress.value


def test_what_went_wrong_is_shown_and_never_becomes_markup() -> None:
    panel = RunPanel()
    panel.state.refusal = Refusal.saying("<img src=x>")
    panel.state.notice = "<b>not kept</b>"
    panel.state.message, panel.state.phase = "<i>Failed</i>", Phase.FAILED
    for text in (panel._end.value, panel._progress.value):
        assert "&lt;" in text
        assert "<img" not in text
        assert "<b>not" not in text
        assert "<i>" not in text


def test_a_run_of_others_that_may_not_be_cancelled_says_so() -> None:
    panel = RunPanel()
    panel.state.phase = Phase.RUNNING
    assert not panel.cancel.disabled
    assert panel.run.disabled
    assert "running" in panel.run.tooltip
    panel.state.phase = Phase.READY
    assert panel.cancel.disabled
    assert panel.cancel.tooltip == "Nothing is running."
