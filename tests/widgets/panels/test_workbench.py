"""The workbench: its panels work together, and an address opens a session."""

from __future__ import annotations

import math
import os
import threading

import pytest
from effort import PATIENCE

from ganglioside.simulation.example import example
from ganglioside_widgets import Workbench
from ganglioside_widgets.state.run import Phase


def test_the_workbench_carries_a_table_to_its_export() -> None:
    bench = Workbench()
    bench.upload.state.add_example()
    bench.state.run.join(PATIENCE)
    assert "features explained" in bench.results.headline.value
    assert bench.page._address["session"] == bench.state.run.session_id
    assert bench.run.run.description == "Run again"
    bench.thresholds.sliders["outlier_threshold"].value = 1.0
    assert "changed" in bench.thresholds.changes.value
    bench.thresholds.show_changed.click()
    assert bench.state.results.view.chosen is not None
    bench.results.clear.click()
    assert "changed" in bench.results.changes.value
    assert bench.results._told.layout.display == ""
    bench._toggles["Thresholds"].value = True  # it is said at the sliders then
    assert bench.results._told.layout.display == "none"
    assert bench.page._address["outlier_threshold"] == "1"
    sent: list[tuple[str, bytes]] = []
    bench.page.download = lambda name, content: sent.append((name, content))  # type: ignore[method-assign]
    bench.export.buttons["csv"].click()
    bench.state.export.join(PATIENCE)
    assert sent[0][0] == "example_verdicts.csv"


def test_a_long_name_of_a_file_leaves_its_verdicts_in_sight() -> None:
    bench = Workbench()
    for name in ("20261112_brain_gray_matter_neg_final.csv", "short.csv"):
        bench.upload.state.add(name, example().source.content)
    bench.state.run.join(PATIENCE)
    (long, _), (short, _) = bench._file.options[1:]
    assert long.startswith("20261112_…_final.csv: ")
    assert short.startswith("short.csv: ")


def test_no_earlier_table_runs_while_another_one_is_arriving() -> None:
    bench = Workbench()
    state = bench.upload.state
    state.expect("first.csv", 2)
    state.add("first.csv", example().source.content)
    assert not bench.run.run.disabled
    state.expect("mine.csv", 2)
    assert bench.run.run.disabled
    assert "mine.csv is arriving" in bench.run._progress.value
    bench.run.run.click()
    assert bench.state.run.analysis is None
    assert bench.state.run.phase is Phase.READY
    state.add("mine.csv", example().source.content)
    assert not bench.run.run.disabled
    state.expect("lost.csv")
    state.choose(0)  # the user goes on with another one
    assert not bench.run.run.disabled


def test_the_table_folds_up_for_the_result_and_opens_for_a_refusal() -> None:
    bench = Workbench()
    assert bench._drawers["Table"].layout.display == ""
    bench.upload.state.add_example()
    bench.state.run.join(PATIENCE)
    assert bench._drawers["Table"].layout.display == "none"
    bench._toggles["Export"].value = True
    assert bench._drawers["Export"].layout.display == ""
    bench.upload.state.add("bad.csv", b"nothing")
    assert bench._drawers["Table"].layout.display == ""
    assert bench.upload.notes.layout.display == ""
    assert "Below is the result of example.csv" in bench.results.stale.value
    assert all(each.disabled for each in bench.export.buttons.values())
    bench._back.click()
    assert bench.results.stale.value == ""
    assert not bench.export.buttons["csv"].disabled


def test_the_way_back_fits_the_page_whatever_its_file_is_called() -> None:
    bench = Workbench()
    name = f"{'liver_' * 30}7.csv"
    bench.upload.state.add(name, example().source.content)
    bench.state.run.join(PATIENCE)
    bench.upload.state.add("bad.csv", b"nothing")
    assert bench._back.description.endswith("7.csv")
    assert len(bench._back.description) < 40
    assert name in bench._back.tooltip


def test_the_table_opens_where_several_files_wait() -> None:
    bench = Workbench()
    bench.upload.state.add_example()
    bench.state.run.join(PATIENCE)
    for name in ("tuesday.csv", "wednesday.csv"):
        assert bench._drawers["Table"].layout.display == "none"
        bench.upload.state.expect(name, 2)
        bench.upload.state.add(name, example().source.content)
    assert bench._drawers["Table"].layout.display == ""
    bench.upload.run_all.click()
    bench.state.run.join(PATIENCE)
    assert bench._drawers["Table"].layout.display == "none"


def test_the_faults_of_a_table_that_cannot_be_judged_are_listed_once() -> None:
    bench = Workbench()
    bench.upload.state.add("chains.csv", b"Name,RT,Volume\nGM3(16:0),7.5,9e4\nGM3(18:0),8.9,4e5\n")
    bench.state.run.join(PATIENCE)
    assert "None of the 2 names can be read" in bench.run._end.value
    assert "Reading report" not in bench.run._end.value
    assert "Reading report" in bench.upload.notes.value


def test_an_address_opens_its_session_with_its_thresholds() -> None:
    first = Workbench()
    first.upload.state.add_example()
    first.state.run.join(PATIENCE)
    first.thresholds.sliders["outlier_threshold"].value = 1.0
    first.thresholds.sample.value = "human"
    again = Workbench()
    again._open(dict(first.page._address))
    again.state.run.join(PATIENCE)
    assert again.state.thresholds.settings.outlier_threshold == 1.0
    assert again.state.thresholds.settings.sample_type == "human"
    assert again.state.results.analysis is not None
    assert first.state.results.analysis is not None
    assert again.state.results.analysis.features.equals(first.state.results.analysis.features)
    odd = Workbench()
    odd._open({"session": first.state.run.session_id, "rt_tolerance": "wide"})
    odd.state.run.join(PATIENCE)
    assert "rt_tolerance" in odd.state.notice
    assert odd.state.results.analysis is not None
    odd = Workbench()
    odd._open({"session": first.state.run.session_id, "sample_type": "unicorn"})
    odd.state.run.join(PATIENCE)
    assert "sample_type of the address is none of" in odd.state.notice
    assert odd.state.results.analysis is not None
    none = Workbench()
    none._open({"session": "of nobody", "outlier_threshold": "1.1"})
    none.state.run.join(PATIENCE)
    none.upload.state.add_example()
    none.state.run.join(PATIENCE)
    assert none.state.results.analysis is not None
    assert none.state.thresholds.settings.outlier_threshold == 2.5


def test_the_address_names_what_is_displayed(go: threading.Event) -> None:
    bench = Workbench()
    go.set()
    bench.upload.state.add_example()
    bench.state.run.join(PATIENCE)
    shown = {"session": bench.state.export.session_id}
    assert bench.page._address == shown
    go.clear()
    bench.state.run.start()
    bench.state.run.cancel()
    go.set()
    bench.state.run.join(PATIENCE)
    assert bench.state.run.phase is Phase.CANCELLED
    assert bench.page._address == shown
    bench.thresholds.sliders["outlier_threshold"].value = 1.5
    bench.state.keep()
    kept = {"session": bench.state.export.session_id}
    assert bench.page._address == kept != shown
    bench.thresholds.sliders["outlier_threshold"].value = 2.5
    assert bench.page._address == {**kept, "outlier_threshold": "2.5"}


def test_the_end_of_a_long_analysis_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    for longest, words in ((math.inf, 0), (0.0, 1)):
        monkeypatch.setattr("ganglioside_widgets.panels.workbench.LONG", longest)
        bench = Workbench()
        bench.upload.state.add_example()
        bench.state.run.join(PATIENCE)
        assert len(bench.page._notices) == words
        told += [notice["text"] for notice in bench.page._notices]
    assert told[0].startswith("The analysis of example.csv is done after")


def test_only_a_notebook_opens_files_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in os.environ if n.startswith("VOILA_") or n == "SERVER_SOFTWARE"]:
        monkeypatch.delenv(name)
    bench = Workbench()
    assert bench.upload.path in bench.upload.children
    for name, value in (("VOILA_PREHEAT", "True"), ("SERVER_SOFTWARE", "voila/0.5.13")):
        with monkeypatch.context() as web:
            web.setenv(name, value)
            bench = Workbench()
            assert bench.upload.path not in bench.upload.children


def test_the_end_of_another_analysis_does_not_fold_what_is_refused() -> None:
    bench = Workbench()
    bench.upload.state.add_example()
    bench.upload.state.add("bad.csv", b"nothing")  # while the example is analysed
    bench.state.run.join(PATIENCE)
    assert bench.state.run.analysis is not None
    assert bench._drawers["Table"].layout.display == ""


def test_what_was_not_added_is_shown_beside_a_result_that_can_be_worked_on() -> None:
    bench = Workbench()
    bench.upload.state.add_example()
    bench.state.run.join(PATIENCE)
    assert bench._drawers["Table"].layout.display == "none"
    bench.upload.state.refuse("big.csv has 300 MB; the limit is 200 MB.", "big.csv")
    assert bench._drawers["Table"].layout.display == ""
    assert "big.csv has 300 MB" in bench.upload.notes.value
    assert bench.results.stale.value == ""
    assert not any(each.disabled for each in bench.export.buttons.values())
    bench.run.run.click()
    bench.state.run.join(PATIENCE)
    assert "big.csv has 300 MB" in bench.upload.notes.value
    assert bench._drawers["Table"].layout.display == ""  # there it is given again
    bench._toggles["Table"].value = False
    bench.upload.state.begin()
    assert bench._drawers["Table"].layout.display == "none"
    assert "big.csv" not in bench.upload.notes.value


def test_nothing_is_run_once_the_last_file_is_removed() -> None:
    bench = Workbench()
    bench.upload.state.add_example()
    bench.state.run.join(PATIENCE)
    bench.upload.remove.click()
    assert bench.run.run.disabled
    assert "Give a table first" in bench.run._progress.value
    assert bench.results.stale.value == ""
