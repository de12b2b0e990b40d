"""Names, and what one analysis answers."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import ganglioside as gg
from ganglioside.exporting.lists import LIST_FORMS, ListForm, to_list
from ganglioside.history import History
from ganglioside.lipids.adducts import mz
from ganglioside.questions.expected_library import Window
from ganglioside_widgets.state.species import (
    FORMS,
    WINDOWS,
    SpeciesState,
    ask,
    completed_sessions,
)


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
    state.text = "GX9"
    assert state.answer is None
    (fault,) = state.wanted.faults
    assert "GX9" in fault
    assert "Line" not in fault
    state.text = "GM1(36:1;O2)"
    assert state.wanted.faults == ()
    assert state.answer is not None
    state.text = "  "
    assert state.answer is None


def test_a_bad_name_leaves_the_others_answered(analysis: gg.Analysis) -> None:
    state = SpeciesState()
    state.analysis = analysis
    state.text = "GM1 38:1;O2\nGX9\n\nGM1(38:1;O2)\nGD1(36:1;O2)"
    assert state.wanted.names == ("GM1(38:1;O2)", "GD1(36:1;O2)")
    assert [fault.split(":")[0] for fault in state.wanted.faults] == ["Line 2"]
    state.choose("GD1(36:1;O2)")
    assert state.answer is not None
    assert str(state.answer.species) == "GD1(36:1;O2)"
    state.choose("GQ1(36:1;O2)")
    assert state.chosen == "GD1(36:1;O2)"
    state.text = "GM3(36:1;O2)"
    assert state.chosen == "GM3(36:1;O2)"


def test_the_summary_has_a_row_for_each_name(analysis: gg.Analysis) -> None:
    state = SpeciesState()
    state.text = "GD1(36:1;O2)\nGM1(38:1;O2)"
    assert list(state.summary()["name"]) == list(state.wanted.names)
    state.analysis = analysis
    summary = state.summary().set_index("name")
    expected = analysis.predict(list(state.wanted.names))
    several, one = expected[expected["name"] == "GD1(36:1;O2)"], expected.iloc[-1]
    told = [f"{rt:.3f} {isomer}" for rt, isomer in
            zip(several["predicted_rt"], several["isomer"], strict=True)]  # fmt: skip
    assert summary.loc["GD1(36:1;O2)", "predicted"] == ", ".join(told)
    assert summary.loc["GM1(38:1;O2)", "predicted"] == f"{one['predicted_rt']:.3f}"
    interval = f"{one['lower']:.3f} to {one['upper']:.3f}"
    assert summary.loc["GM1(38:1;O2)", "interval"] == interval


@pytest.mark.parametrize("form", FORMS.values())
@pytest.mark.parametrize("window", WINDOWS.values())
def test_the_inclusion_list_is_that_of_the_names_or_of_all(
    analysis: gg.Analysis, form: ListForm, window: Window
) -> None:
    state = SpeciesState()
    assert state.inclusion_list(form, window) is None
    assert "Choose a session" in state.error
    state.analysis, state.basis = analysis, "liver.csv"
    for names in ((), ("GM1(38:1;O2)", "GD1(36:1;O2)")):
        state.text = "\n".join(names)
        made = state.inclusion_list(form, window)
        assert made is not None
        assert made[0] == f"liver_{form}_list.csv"
        library = analysis.expected_library(names=list(names) or None, window=window)
        assert made[1] == to_list(library, form)


def test_all_forms_of_a_list_are_offered() -> None:
    assert set(FORMS.values()) == set(LIST_FORMS)


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
