"""The species page answers a name."""

from __future__ import annotations

from widgets.markup import EVIL

import ganglioside as gg
from ganglioside_widgets import SpeciesPage, SpeciesPanel


def test_the_species_page_answers() -> None:
    page = SpeciesPage()
    page.species.name.value = "GM1(38:1;O2)"
    assert "Monoisotopic mass" in page.species._answer.value
    assert page.page._address == {"name": "GM1(38:1;O2)"}
    page.species.name.value = EVIL
    assert "<img" not in page.species._message.value


def test_the_newest_session_predicts_and_the_choice_stays(analysis: gg.Analysis) -> None:
    panel = SpeciesPanel()
    assert panel.session.value == ""  # the bundled example
    sid = gg.History.open().save(analysis, name="liver")
    panel.offer()
    assert panel.session.value == ""
    panel.session.value = sid
    panel.name.value = "GM1(38:1;O2)"
    assert "Predicted RT, from example.csv" in panel._answer.value
    assert SpeciesPanel().session.value == sid
    answer = panel.state.answer
    assert answer is not None
    assert f"<td>{answer.predicted['predicted_rt'].iloc[0]:.3f}</td>" in panel._answer.value
    assert panel.grid._total == len(answer.near)


def test_an_empty_name_shows_what_to_do() -> None:
    panel = SpeciesPanel()
    assert "Enter a name" in panel._answer.value
    assert panel._near.layout.display == "none"
