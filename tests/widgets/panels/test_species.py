"""The species page answers names."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from widgets.markup import EVIL

import ganglioside as gg
from ganglioside.history.sharing import Person
from ganglioside_widgets import SpeciesPage, SpeciesPanel


def test_the_species_page_answers() -> None:
    page = SpeciesPage()
    page.species.names.value = "GM1(38:1;O2)"
    assert "Monoisotopic mass" in page.species._answer.value
    assert page.page._address == {"name": "GM1(38:1;O2)"}
    page.species.names.value = EVIL
    assert "<img" not in page.species._message.value
    page.species.names.value = "GM1(38:1;O2)\n" * 100
    assert page.page._address == {}


def test_names_of_the_address_are_answered() -> None:
    page = SpeciesPage()
    page._opened({"name": "GM1(38:1;O2)\nGM3(38:1;O2)"})
    assert page.species.state.wanted.names == ("GM1(38:1;O2)", "GM3(38:1;O2)")


def test_the_newest_session_predicts_until_another_is_chosen(analysis: gg.Analysis) -> None:
    panel = SpeciesPanel()
    assert panel.session.value == ""  # the bundled example
    assert panel.state.basis == "example.csv"
    sid = gg.History.open().save(analysis, name="liver")
    panel.offer()
    assert panel.session.value == sid
    panel.names.value = "GM1(38:1;O2)"
    assert "Predicted RT, from example.csv" in panel._answer.value
    assert SpeciesPanel().session.value == sid
    answer = panel.state.answer
    assert answer is not None
    assert f"<td>{answer.predicted['predicted_rt'].iloc[0]:.3f}</td>" in panel._answer.value
    assert panel.grid._total == len(answer.near)
    panel.session.value = ""
    gg.History.open().save(analysis, name="brain")
    panel.offer()
    assert panel.session.value == ""


def test_a_session_of_ones_own_is_preferred(analysis: gg.Analysis) -> None:
    history = gg.History.open()
    own = history.save(analysis, name="own")
    history.acting_as(Person("Eve")).save(analysis, name="newer, of somebody else")
    assert SpeciesPanel().session.value == own


def test_many_names_are_listed_and_one_is_answered_in_full() -> None:
    panel = SpeciesPanel()
    panel.names.value = f"GM1(38:1;O2)\n{EVIL}\nGD1(36:1;O2)"
    assert panel.summary.layout.display == ""
    assert panel.summary._total == 2
    assert "Line 2: " in panel._message.value
    assert "<img" not in panel._message.value
    assert "<h3>GM1(38:1;O2)</h3>" in panel._answer.value
    panel.summary.selected = "GD1(36:1;O2)"
    assert "<h3>GD1(36:1;O2)</h3>" in panel._answer.value
    assert panel.summary.selected == "GD1(36:1;O2)"
    panel.names.value = "GD1(36:1;O2)"
    assert panel.summary.layout.display == "none"


def test_the_inclusion_list_is_handed_out_and_told() -> None:
    panel, sent = SpeciesPanel(), []
    panel._page.send = lambda content, buffers: sent.append((content, buffers))  # type: ignore[method-assign]
    panel.names.value = "GM1(38:1;O2)\nGD1(36:1;O2)"
    assert "the 2 names" in panel._whole.value
    panel.form.value, panel.window.value = "Skyline", "1 min"
    panel.download.click()
    ((told, (content,)),) = sent
    assert told == {"download": "example_skyline_list.csv"}
    listed = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    assert listed["Explicit Retention Time Window"].unique().tolist() == [1.0]
    assert panel._page._notices[-1]["error"] is False
    panel.names.value = ""
    assert "all species" in panel._whole.value


def test_without_a_name_it_shows_what_to_do() -> None:
    panel = SpeciesPanel()
    assert "Write one or more names" in panel._answer.value
    assert panel._near.layout.display == "none"


def test_a_session_that_could_not_be_read_is_read_at_the_next_visit(
    analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> gg.Analysis:
        raise gg.errors.HistoryError("The history is in use elsewhere.")

    sid = gg.History.open().save(
        gg.analyze(gg.read_features(analysis.source.content, name="a.csv"))
    )
    page = SpeciesPage()
    page.species.session.value = ""
    with monkeypatch.context() as patch:
        patch.setattr(gg.History, "load", fail)
        page.species.session.value = sid
    assert "in use elsewhere" in page.species._message.value
    page._opened({})
    assert page.species._message.value == ""
    assert page.species.state.basis == "a.csv"
