"""Panels stand alone with their style; texts of a table never become markup."""

from __future__ import annotations

from widgets.markup import EVIL

import ganglioside as gg
import ganglioside_widgets
from ganglioside_widgets import (
    ComparePanel,
    ExportPanel,
    HistoryPanel,
    JobsPanel,
    ResultsPanel,
    RunPanel,
    SpeciesPanel,
    ThresholdsPanel,
    UploadPanel,
)
from ganglioside_widgets.panels.base import (
    fact_list,
    post_to_kernel,
    problem_list,
    refused,
    say,
    stylesheet,
    table,
)
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.results import ResultsState


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


def test_faults_of_rows_are_listed_with_row_value_and_advice() -> None:
    features = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.5\nGM1(38:1;O2),-3\n")
    html = problem_list(features.problems)
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
    shown = [upload._summary, upload._problems, results.headline, results.findings, results.caption,
             results.feature.card, run._progress, run._lines]  # fmt: skip
    assert not any("<img" in part.value for part in shown)
    assert "&lt;img" in results.feature.card.value


def test_messages_are_escaped_and_announced() -> None:
    assert say("") == ""
    assert 'role="status"' in say("Done.")
    assert 'role="alert"' in say("Failed.", "error")
    assert "<img" not in say(EVIL)
    assert say("a\nb").count("<br>") == 1


def test_tables_and_facts_are_escaped() -> None:
    for html in (table([EVIL], [[EVIL]], label=EVIL), fact_list([(EVIL, EVIL)])):
        assert "<img" not in html
        assert "&lt;img" in html


def test_a_refusal_lists_its_problems_but_not_the_message_twice() -> None:
    assert refused(None) == ""
    assert refused(Refusal.saying("No table.")) == say("No table.", "error")


def test_without_a_loop_changes_are_made_at_once() -> None:
    changes: list[int] = []
    post_to_kernel()(lambda: changes.append(1))
    assert changes == [1]


def test_the_worst_problems_come_first_and_the_rest_is_counted() -> None:
    lines = "".join(f"GM1({36 + k % 9}:1;O2),-{k + 1}\n" for k in range(60))
    problems = gg.read_features(f"Name,RT\nGM1(36:1;O2),9.5\n{lines}".encode()).problems
    html = problem_list(problems)
    assert html.startswith("<details")
    assert f"... and {len(problems) - 50} more" in html
    assert html.count("<tr>") == 51
