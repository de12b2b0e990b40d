"""The species page answers a name."""

from __future__ import annotations

from widgets.markup import EVIL

from ganglioside_widgets import SpeciesPage


def test_the_species_page_answers() -> None:
    page = SpeciesPage()
    page.species.name.value = "GM1(38:1;O2)"
    assert "Monoisotopic mass" in page.species._answer.value
    assert page.page._address == {"name": "GM1(38:1;O2)"}
    page.species.name.value = EVIL
    assert "<img" not in page.species._message.value
