"""One name asked of one analysis."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ganglioside as gg
from ganglioside.history import History
from ganglioside.lipids.adducts import mz
from ganglioside_widgets.state.species import SpeciesState, ask, completed_sessions


def test_a_name_is_answered_with_mass_ions_and_rt(analysis: gg.Analysis) -> None:
    answer = ask("GD1a 36:1;O2", analysis)
    species = gg.parse_name("GD1a 36:1;O2")
    assert answer.species == species
    assert answer.residues == "3 Hex, 1 HexNAc, 2 NeuAc"
    ions = answer.ions.set_index("adduct")["mz"]
    assert ions["[M-2H]2-"] == pytest.approx(mz(species.monoisotopic_mass, "[M-2H]2-"))
    assert len(answer.predicted) == 1
    predicted = analysis.predict(["GD1a 36:1;O2"])["predicted_rt"].iloc[0]
    assert answer.near["apart"].abs().is_monotonic_increasing
    apart = answer.near["rt"] - predicted
    assert answer.near["apart"].to_numpy() == pytest.approx(apart.to_numpy())
    features = analysis.features
    within = (features["rt"] - predicted).abs() <= 0.25
    assert set(answer.near["feature_id"]) == set(features.loc[within, "feature_id"])


def test_a_name_with_two_isomers_is_near_to_either(analysis: gg.Analysis) -> None:
    answer = ask("GD1(36:1;O2)", analysis)
    assert len(answer.predicted) == 2
    for rt in answer.predicted["predicted_rt"]:
        assert ((answer.near["rt"] - rt).abs() < 0.25).any()


def test_a_name_is_answered_without_an_analysis_too() -> None:
    answer = ask("Cer(36:1;O2)", None)
    assert answer.residues == "no sugar"
    assert answer.near.empty


def test_an_unreadable_name_says_what_to_write(analysis: gg.Analysis) -> None:
    state = SpeciesState()
    state.analysis = analysis
    state.name = "GX9"
    assert state.answer is None
    assert "GX9" in state.error
    state.name = "GM1(36:1;O2)"
    assert state.error == ""
    assert state.answer is not None
    state.name = "  "
    assert state.answer is None


def test_completed_sessions_are_offered(
    opened: Callable[[], History], analysis: gg.Analysis
) -> None:
    history = opened()
    done = history.save(analysis, name="liver")
    history.begin(analysis.source, gg.Settings())
    listed, error = completed_sessions(opened)
    assert error == ""
    assert [sid for _, sid in listed] == [done]
    state = SpeciesState(opened)
    state.use(done)
    assert state.basis == analysis.source.name
    state.use("nosuch")
    assert "nosuch" in state.error
