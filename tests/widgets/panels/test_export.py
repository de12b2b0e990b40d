"""Buttons that say why they are grey, and files that reach the browser."""

from __future__ import annotations

import io

import pandas as pd

import ganglioside as gg
from ganglioside_widgets import ExportPanel
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.state.export import KINDS, SHOWN, ExportState


def test_there_is_one_button_for_each_kind_and_none_works_without_an_analysis() -> None:
    panel = ExportPanel(ExportState())
    assert list(panel.buttons) == [kind for kind in KINDS if kind != SHOWN]
    assert all(button.disabled for button in panel.buttons.values())
    assert "Run an analysis first" in panel._message.value


def test_a_click_hands_the_file_to_the_browser(analysis: gg.Analysis) -> None:
    page, sent = Page(), []
    page.download = lambda name, content: sent.append((name, content))  # type: ignore[method-assign]
    panel = ExportPanel(ExportState(), page)
    assert page not in panel.children
    panel.state.analysis = analysis
    assert not any(button.disabled for button in panel.buttons.values())
    panel.buttons["csv"].click()
    panel.state.join()
    ((name, content),) = sent
    assert name == "example_verdicts.csv"
    assert b"row,name,verdict" in content[:30]
    assert panel._message.value == ""
    panel.buttons["csv"].click()
    panel.state.join()
    assert sent == [(name, content)] * 2


def test_the_button_of_your_file_says_why_it_is_grey() -> None:
    panel = ExportPanel(ExportState())
    frame = pd.read_csv(io.BytesIO(gg.example().source.content))
    panel.state.analysis = gg.analyze(frame)
    grey = [kind for kind, button in panel.buttons.items() if button.disabled]
    assert grey == ["your-file"]
    assert "from a program" in panel.buttons["your-file"].tooltip
    assert "from a program" in panel._message.value
    panel.state.analysis = gg.analyze(gg.example())
    assert not panel.buttons["your-file"].disabled
    assert "DataFrame" not in panel.buttons["your-file"].tooltip
    assert panel._message.value == ""


def test_an_error_is_shown_before_all_else(analysis: gg.Analysis) -> None:
    panel = ExportPanel(ExportState())
    panel.state.analysis = analysis
    panel.state.notice = "Job 1: 50 %"
    assert "Job 1" in panel._message.value
    panel.state.error = "The disk is full."
    assert "The disk is full." in panel._message.value
    assert "Job 1" not in panel._message.value


def test_a_panel_of_its_own_brings_its_page() -> None:
    panel = ExportPanel(ExportState())
    assert any(isinstance(child, Page) for child in panel.children)


def test_each_button_stands_beside_what_its_file_holds() -> None:
    """Below all buttons stood one paragraph of all formats."""
    panel = ExportPanel(ExportState())
    lines = panel.children[1].children
    assert [line.children[0] for line in lines] == list(panel.buttons.values())
    for line, kind in zip(lines, panel.buttons, strict=True):
        words = KINDS[kind].partition(": ")[2]
        assert words[1:] in line.children[1].value
