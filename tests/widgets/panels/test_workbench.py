"""The panels link widgets to states; nothing from a table becomes markup."""

from __future__ import annotations

import os

import pytest

import ganglioside as gg
import ganglioside_widgets
from ganglioside.columns import INPUT_LABELS
from ganglioside_widgets import (
    ComparePanel,
    ExportPanel,
    FeaturePanel,
    HistoryPage,
    HistoryPanel,
    JobsPanel,
    ResultsPanel,
    RunPanel,
    SpeciesPage,
    SpeciesPanel,
    ThresholdsPanel,
    UploadPanel,
    Workbench,
)
from ganglioside_widgets.panels.base import problem_list, stylesheet
from ganglioside_widgets.state.downloads import place_for
from ganglioside_widgets.state.results import ResultsState

EVIL = "<img src=x onerror=alert(1)>"


def test_every_public_name_is_there_and_each_panel_stands_alone() -> None:
    for name in ganglioside_widgets.__all__:
        assert getattr(ganglioside_widgets, name)
    for panel in (UploadPanel, ThresholdsPanel, RunPanel, ResultsPanel, ExportPanel, HistoryPanel,
                  ComparePanel, SpeciesPanel, JobsPanel):  # fmt: skip
        alone = panel().alone()  # type: ignore[operator]
        assert stylesheet() in alone.children[0].value


def test_the_stylesheet_loads_nothing() -> None:
    assert "url(" not in stylesheet()
    assert "@import" not in stylesheet()


def test_a_refused_table_shows_where_what_and_the_cure_and_the_mapping_opens() -> None:
    panel = UploadPanel()
    panel.state.add("a.csv", b"Label,Minutes\nGM1(36:1;O2),9.5\n")
    assert 'role="alert"' in panel._problems.value
    assert "Rename the column" in panel._problems.value
    assert panel._mapping.selected_index == 0
    panel._columns["RT"].value = "Minutes"
    panel._columns["Name"].value = "Label"
    assert panel.state.table is not None
    assert "1 features" in panel._summary.value
    assert set(panel._columns) == set(INPUT_LABELS.values())


def test_faults_of_rows_are_listed_with_row_value_and_advice() -> None:
    table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.5\nGM1(38:1;O2),-3\n")
    html = problem_list(table.problems)
    assert "<td>3</td>" in html
    assert "-3" in html
    assert "positive number" in html


def test_text_of_a_table_never_becomes_markup() -> None:
    table = gg.read_features(f"Name,RT\nGM1(36:1;O2),9.5\n{EVIL},3\n".encode(), name=EVIL)
    upload = UploadPanel()
    upload.state.add(EVIL, table.source.content)
    results = ResultsPanel(ResultsState(analysis=gg.analyze(table)))
    results.state.select(1)
    run = RunPanel()
    run.state.message, run.state.log = EVIL, (EVIL,)
    shown = [upload._summary, upload._problems, results.headline, results.fix, results.caption,
             results.feature.card, run._progress, run._lines]  # fmt: skip
    assert not any("<img" in part.value for part in shown)
    assert "&lt;img" in results.feature.card.value


def test_sliders_and_state_move_each_other() -> None:
    panel = ThresholdsPanel()
    panel.sliders["outlier_threshold"].value = 3.0
    assert panel.state.settings.outlier_threshold == 3.0
    panel._reset.click()
    assert panel.sliders["outlier_threshold"].value == 2.5
    assert panel._reset.disabled


def test_the_run_button_says_why_it_is_grey() -> None:
    panel = RunPanel()
    assert panel.run.disabled
    assert "Give a table first" in panel._why.value
    panel.state.table = gg.example()
    assert not panel.run.disabled


def test_filters_chips_and_selection_reach_the_state(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    panel.verdicts["outlier"].value = True
    panel.search.value = "gd1"
    assert panel.state.view.verdicts == ("outlier",)
    assert panel.state.view.search == "gd1"
    assert f"{len(panel.state.rows())} of {len(analysis.features)}" in panel.count.value
    panel.grid.selected = 7
    assert panel.state.selected == panel.chart.selected == 7
    panel.chart.selected = 9
    assert panel.grid.selected == 9
    for view in ("predicted", "residuals", "carbons"):
        panel.view.value = view
        assert panel.caption.value


def test_other_thresholds_exchange_the_data_and_leave_the_chart(analysis: gg.Analysis) -> None:
    panel = ResultsPanel(ResultsState(analysis=analysis))
    spec, data = panel.chart._spec, panel.chart._data
    panel.state.analysis = analysis.redecide(gg.Settings(outlier_threshold=2.0))
    assert panel.chart._spec == spec
    assert panel.chart._data != data


def test_the_analysts_word_is_said_through_the_panel(analysis: gg.Analysis) -> None:
    state = ResultsState(analysis=analysis)
    panel = FeaturePanel(state)
    state.select(3)
    panel.verdict.value = "valid"
    panel.keep.click()
    assert "says why" in panel._error.value
    panel.note.value = "MS/MS"
    panel.keep.click()
    assert state.override() is not None
    panel.withdraw.click()
    assert state.override() is None
    assert panel.note.value == ""
    panel.anchor.click()
    assert "waits for the next run" in panel._pending.value
    panel.family.selected = 0
    assert state.selected == panel._kin[0]


def test_the_workbench_carries_a_table_to_its_export() -> None:
    bench = Workbench()
    bench.upload.state.add_example()
    bench.run.run.click()
    bench.state.run.join(60)
    assert "features explained" in bench.results.headline.value
    assert bench.page._address["session"] == bench.state.run.session_id
    assert bench.run.run.description == "Run again"
    bench.thresholds.sliders["outlier_threshold"].value = 1.0
    assert "changed" in bench.thresholds.changes.value
    assert bench.page._address["outlier_threshold"] == "1"
    sent: list[tuple[str, bytes]] = []
    bench.page.download = lambda name, content: sent.append((name, content))  # type: ignore[method-assign]
    bench.export.buttons["csv"].click()
    bench.state.export.join(60)
    assert sent[0][0] == "example_verdicts.csv"


def test_an_address_opens_its_session_with_its_thresholds() -> None:
    first = Workbench()
    first.upload.state.add_example()
    first.run.run.click()
    first.state.run.join(60)
    first.thresholds.sliders["outlier_threshold"].value = 1.0
    again = Workbench()
    again._opened(dict(first.page._address))
    again.state.run.join(60)
    assert again.state.thresholds.settings.outlier_threshold == 1.0
    assert again.state.results.analysis is not None
    assert first.state.results.analysis is not None
    assert again.state.results.analysis.features.equals(first.state.results.analysis.features)
    odd = Workbench()
    odd._opened({"session": first.state.run.session_id, "rt_tolerance": "wide"})
    odd.state.run.join(60)
    assert "rt_tolerance" in odd.state.notice
    assert odd.state.results.analysis is not None


def test_the_history_page_lists_opens_and_compares(analysis: gg.Analysis) -> None:
    sid = gg.History.open().save(analysis, name=EVIL)
    page = HistoryPage()
    assert page.history._ids == [sid]
    page.history.search.value = "no such session"
    assert page.history._ids == []
    assert "fits the search" in page.history.grid._empty
    page.history.search.value = ""
    page.history.grid.selected = 0
    assert page.history.state.chosen == sid
    assert f"session={sid}" in page.history.link.value
    assert "<img" not in page.history._chosen.value
    other = gg.History.open().save(analysis.redecide(gg.Settings(outlier_threshold=1.0)))
    page._refresh()
    page.compare.left.value, page.compare.right.value = sid, other
    assert "another verdict" in page.compare._said.value
    page.compare.grid.selected = 0
    assert page.compare._charts[0].selected >= 0


def test_jobs_are_listed_chosen_and_told_of(analysis: gg.Analysis) -> None:
    history = gg.History.open()
    panel = JobsPanel()
    told: list[tuple[str, str]] = []
    panel._page.tell = (  # type: ignore[method-assign]
        lambda text, *, error, action, act: told.append((text, action))
    )
    panel.state.refresh()
    assert panel._count.value == ""
    path = place_for(history, "results.csv")
    path.write_text("x")
    job = history.jobs.add("export", {"session": "s", "out": str(path)}, EVIL)
    panel.state.started(job)
    assert "1 waiting" in panel._count.value
    panel.grid.selected = 0
    assert panel.state.chosen == job
    assert "&lt;img" in panel._chosen.value
    assert "<img" not in panel._chosen.value
    assert panel.retry.disabled
    assert not panel.cancel.disabled
    history.jobs.start(job)
    history.jobs.end(job, "completed", session="s1", result={"file": str(path)})
    panel.state.refresh()
    assert panel.download.layout.display == ""
    assert "session=s1" in panel._link.value
    assert [action for _, action in told] == ["Download"]
    sent: list[str] = []
    panel._page.download = lambda name, content: sent.append(name)  # type: ignore[method-assign]
    panel.download.click()
    path.unlink()
    panel._hand_out(path)
    assert sent == ["results.csv"]
    assert "Export it again" in panel.state.error
    panel.state.close()


def test_the_end_of_a_long_analysis_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    for longest, words in ((60.0, 0), (0.0, 1)):
        monkeypatch.setattr("ganglioside_widgets.panels.workbench.LONG", longest)
        bench = Workbench()
        bench.upload.state.add_example()
        bench.run.run.click()
        bench.state.run.join(60)
        assert len(bench.page._notices) == words
        told += [notice["text"] for notice in bench.page._notices]
    assert told[0].startswith("The analysis of example.csv is done after")


def test_the_species_page_answers() -> None:
    page = SpeciesPage()
    page.species.name.value = "GM1(38:1;O2)"
    assert "Monoisotopic mass" in page.species._answer.value
    assert page.page._address == {"name": "GM1(38:1;O2)"}
    page.species.name.value = EVIL
    assert "<img" not in page.species._said.value


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
