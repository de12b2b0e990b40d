"""Panels stand alone with their style; texts of a table never become markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ipywidgets as w  # noqa: TID251
import nbformat
from paths import ROOT
from widgets.markup import EVIL

import ganglioside as gg
import ganglioside_widgets
from ganglioside.reading.report import Fault
from ganglioside_widgets import (
    ComparePanel,
    ExportPanel,
    HistoryPanel,
    JobsPanel,
    PreviewPanel,
    ResultsPanel,
    RunPanel,
    SpeciesPanel,
    ThresholdsPanel,
    UploadPanel,
    Workbench,
)
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.panels.base import (
    Fold,
    fact_list,
    fault_list,
    post_to_kernel,
    refused,
    say,
    stylesheet,
    table,
)
from ganglioside_widgets.panels.navigation import FOR_ADMINISTRATORS, PAGES
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.results import ResultsState


def test_every_public_name_is_there_and_each_panel_stands_alone() -> None:
    for name in ganglioside_widgets.__all__:
        assert getattr(ganglioside_widgets, name)
    for panel in (UploadPanel, ThresholdsPanel, RunPanel, ResultsPanel, ExportPanel, HistoryPanel,
                  ComparePanel, SpeciesPanel, JobsPanel, PreviewPanel):  # fmt: skip
        alone = panel().alone()  # type: ignore[operator]
        assert stylesheet() in alone.children[0].value


def test_the_stylesheet_loads_nothing() -> None:
    assert "url(" not in stylesheet()
    assert "@import" not in stylesheet()


def test_faults_of_rows_are_one_item_with_count_rows_and_cure() -> None:
    rows = "GM1(38:1;O2),-3\n" * 7
    features = gg.read_features(f"Name,RT\nGM1(36:1;O2),9.5\n{rows}".encode())
    html = fault_list(features.report.faults)
    assert html.count("-3") == 1
    assert "<small>7 rows: 3, 4, 5, 6, 7, ...</small>" in html
    assert "<div class='gg-cure'>Write the retention time in minutes as a positive" in html
    assert html.startswith("<details open><summary>Reading report: 1 error, 2 warnings, 1 note")


def test_equal_messages_are_one_item_and_needless_advice_is_left_out() -> None:
    same = [Fault("warning", "RT is odd.", "Look.", 1, (row,)) for row in (9, 4)]
    html = fault_list([*same, Fault("info", "Read.", "Nothing to do.", 0, ())])
    assert html.count("RT is odd.") == 1
    assert "2 rows: 4, 9" in html
    assert "Nothing to do" not in html
    assert fault_list([]) == ""


def test_advice_is_in_the_words_of_the_panel() -> None:
    refusal = Refusal('Say columns={"Sample": "your column"}.', Refusal.saying("").problems)
    assert "Choose that column under Sample." in refused(refusal)
    html = fault_list([Fault("warning", "x", 'Say unit="s".', 0, ())])
    assert "Choose &quot;s&quot; under Unit of RT." in html


def test_text_of_a_table_never_becomes_markup() -> None:
    table = gg.read_features(f"Name,RT\nGM1(36:1;O2),9.5\n{EVIL},3\n".encode(), name=EVIL)
    upload = UploadPanel()
    upload.state.add(EVIL, table.source.content)
    results = ResultsPanel(ResultsState(analysis=gg.analyze(table)))
    results.state.select(1)
    assert "&lt;img" in upload.preview._rows.value
    run = RunPanel()
    run.state.message, run.state.log = EVIL, (EVIL,)
    shown = [upload._summary, upload.notes, upload.preview._rows, results.headline,
             results.queue.findings, results.warnings, results.caption, results.feature.card,
             run._progress, run._lines]  # fmt: skip
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


def test_what_is_too_much_to_list_is_counted() -> None:
    faults = [Fault("error", f"Fault {k}.", "Mend it.", 1, (k,)) for k in range(60)]
    html = fault_list(faults)
    assert "... and 10 more" in html
    assert html.count("<li") == 50


def web_pages() -> Iterator[w.Widget]:
    """All web pages, by what their notebooks make."""
    for name in PAGES | FOR_ADMINISTRATORS:
        cells = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells
        (made,) = re.findall(r"^(\w+)\(\)$", cells[-1].source, re.MULTILINE)
        yield getattr(ganglioside_widgets, made)()


def test_what_is_typed_before_a_deed_comes_whole() -> None:
    before = set(w.widget._instances)
    pages = [Workbench(paths=True), *web_pages()]
    made = [each for key, each in w.widget._instances.items() if key not in before]
    assert [each for each in made if isinstance(each, w.Text | w.Textarea)] == []
    fields = [each for each in made if isinstance(each, Field)]
    assert len(fields) > len(pages)
    live = {field.description for field in fields if field._is_live}
    assert live == {"Search", "Who", "What", "About", "Names"}  # none changes anything


def test_what_is_folded_is_shown_by_a_button() -> None:
    note = w.HTML("text")
    fold = Fold("Log", note)
    assert not fold.is_open
    assert fold.children[1].layout.display == "none"
    fold.head.value = True
    assert fold.is_open
    assert fold.children[1].layout.display == ""
    assert fold.children[1].children == (note,)
    assert Fold("Log", note, is_open=True).is_open


def test_nothing_is_out_of_reach_of_the_tab_key() -> None:
    before = set(w.widget._instances)
    assert [Workbench(paths=True), *web_pages()]
    made = [each for key, each in w.widget._instances.items() if key not in before]
    assert [each for each in made if isinstance(each, w.Accordion | w.Tab)] == []
