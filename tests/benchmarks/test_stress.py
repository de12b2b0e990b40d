"""The benchmark of stress: what is right for each kind of row, and the oracle that knows it."""

from __future__ import annotations

from functools import cache

import accuracy
import oracle
import pandas as pd
import pytest
import stress
from effort import some

from ganglioside.simulation import World


@cache
def case_of(effect: str) -> accuracy.Case:
    return accuracy.case_of(World.draw(3, stress.SCENARIOS[effect]))


def right(effect: str, process: str, verdict: str) -> set[bool]:
    """Return whether a verdict is right for the rows of a process."""
    case = case_of(effect)
    rows = case.truth["process"] == process
    assert rows.any()
    said = pd.Series(verdict, index=case.truth.index)
    return set(stress.is_right(case, said)[rows])


@pytest.mark.parametrize(
    ("effect", "process", "verdicts"),
    [
        ("two ions", "second ion", {"valid", "adduct"}),
        ("isotope rows", "M+1", {"valid", "adduct"}),
        ("split peaks", "split peak", {"valid", "adduct"}),
        ("isotope as name", "M+2", {"adduct"}),
        ("formate", "+HCOOH", {"adduct"}),
        ("second names", "second name", {"outlier", "adduct"}),
        ("none", "chance", {"outlier"}),
        ("none", "-Hex-HexNAc", {"fragment"}),
    ],
)
def test_each_kind_of_row_has_its_right_verdicts(
    effect: str, process: str, verdicts: set[str]
) -> None:
    for verdict in ("valid", "fragment", "adduct", "outlier", "undetermined"):
        expected = right(effect, process, verdict)
        assert expected == {verdict in verdicts}, verdict


def test_the_first_of_two_ions_may_be_the_adduct_but_not_that_of_isotopes() -> None:
    for effect, is_one in (("two ions", True), ("isotope rows", False)):
        case = case_of(effect)
        said = pd.Series("adduct", index=case.truth.index)
        again = case.features["same_as"]
        firsts = case.truth.index.isin(again) & (case.truth["verdict"] == "valid")
        assert set(stress.is_right(case, said)[firsts]) == {is_one}


@pytest.mark.parametrize(("effect", "is_right"), [("no areas", True), ("none", False)])
def test_only_an_area_tells_a_peak_with_the_mass_of_an_isotope_from_one(
    effect: str, is_right: bool
) -> None:
    case = case_of(effect)
    of_isotope = (
        case.raw["Name"].str.partition("(")[0]
        == case.truth["true_name"]
        .str.replace(r"^(G[A-Z]\d)[a-z]", r"\1", regex=True)
        .str.partition("(")[0]
    )
    isobars = case.truth["process"] == "isobar"
    for rows, expected in ((isobars & of_isotope, is_right), (isobars & ~of_isotope, False)):
        assert rows.any()
        said = pd.Series("adduct", index=case.truth.index)
        assert set(stress.is_right(case, said)[rows]) == {expected}


def test_copies_of_a_fragment_are_fragments_or_its_adducts() -> None:
    case = case_of("duplicate picks")
    rows = (case.features["same_as"] >= 0) & (case.truth["verdict"] == "fragment")
    assert rows.any()
    for verdict, expected in (("fragment", True), ("adduct", True), ("valid", False)):
        said = pd.Series(verdict, index=case.truth.index)
        assert set(stress.is_right(case, said)[rows]) == {expected}


def test_a_copy_of_a_fragment_may_name_the_row_that_it_copies() -> None:
    case = case_of("isotope rows")
    copies = (case.features["same_as"] >= 0) & (case.truth["verdict"] == "fragment")
    assert copies.sum() > 5
    adducts = case.truth.assign(
        verdict="adduct", parent=case.raw["Name"], parent_id=case.features["same_as"]
    )
    assert stress.is_parent_right(case, adducts)[copies].all()
    wrong = adducts.assign(parent_id=0)
    assert not stress.is_parent_right(case, wrong)[copies].any()
    fragments = adducts.assign(verdict="fragment")
    assert not stress.is_parent_right(case, fragments)[copies].any()


def test_a_parent_may_be_named_by_any_row_of_its_species() -> None:
    case = case_of("two ions")
    truth = case.truth.assign(confidence=1.0)
    again = case.features["same_as"]
    pieces = truth["verdict"].isin(["fragment"]) & truth["parent_id"].isin(again[again >= 0])
    second = {first: row for row, first in again.items() if first >= 0}
    moved = truth["parent_id"].where(~pieces, truth["parent_id"].map(second).astype("Int64"))
    assert pieces.sum() > 5
    assert stress.is_parent_right(case, truth.assign(parent_id=moved))[pieces].all()
    wrong = truth["parent_id"].where(~pieces, 0)
    assert not stress.is_parent_right(case, truth.assign(parent_id=wrong))[pieces].any()
    unnamed = truth["parent_id"].where(~pieces)
    assert not stress.is_parent_right(case, truth.assign(parent_id=unnamed))[pieces].any()


@pytest.mark.parametrize(
    "effect",
    some([
        "two ions",
        "split peaks",
        "isotope as name",
        "sodium formate",
        "chain isomers",
        "two-step gradient",
        "one decimal",
        "noise",
        "run drift",
        "pathways",
        "missing rows",
        "no areas",
        "early anchors",
        "m/z drift",
        "wrong polarity",
        "gradients differ",
    ], one_in=4),
)  # fmt: skip
def test_the_oracle_knows_the_effect(effect: str) -> None:
    judged = [stress.judge(effect, ("oracle",), 3)["oracle"]]
    figures = stress.figures(judged)
    assert figures["accuracy"] > 0.96
    assert figures["parent"] > 0.9
    assert figures["ECE"] < 0.03


@pytest.mark.parametrize("effect", ["m/z offset", "m/z drift", "wrong polarity", "M+1 picked"])
def test_the_oracle_knows_calibration_and_fault_of_m_z(effect: str) -> None:
    case = case_of(effect)
    ppm = oracle._ppm(case.world, case.features)[case.truth["verdict"] == "valid"]
    assert abs(ppm.mean()) < 0.6
    assert ppm.std() == pytest.approx(case.world.scenario.mz_noise, rel=0.15)


def test_the_method_is_judged_by_the_same_measure() -> None:
    judged = stress.judge("formate", ("ganglioside", "plain"), 3)
    rows = len(case_of("formate").truth)
    for method in judged.values():
        assert len(method.truth) == len(method.rows) == len(method.said) == rows
        assert 0.3 < stress.figures([method])["accuracy"] < 1


def test_confidence_is_measured_where_a_verdict_decides() -> None:
    truth = pd.DataFrame({"verdict": ["valid"] * 4, "seed": [1, 1, 2, 2]})
    said = pd.Series(["valid", "outlier", "undetermined", "valid"])
    rows = pd.DataFrame({"verdict": said, "confidence": [1.0, 0.995, 1.0, 1.0]})
    asked = pd.Series([pd.NA] * 4, dtype="boolean")
    figures = stress.figures([stress.Judged(truth, rows, said, asked)])
    assert figures["accuracy"] == 0.5
    assert figures["undetermined"] == 0.25
    assert figures["false valid"] == 0
    assert figures["confidence when wrong"] == pytest.approx(0.995)
    assert figures["wrong at 0.99"] == 0.25
    assert figures["ECE"] == pytest.approx(abs(2.995 / 3 - 2 / 3))
    assert figures["worst"] == 0.5


def test_seeds_kept_for_the_end_are_taken_by_their_option_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in (["--first-seed", "9000"], ["--first-seed", "8995", "--seeds", "8"]):
        with pytest.raises(SystemExit):
            stress.parse_arguments(arguments)
        assert "--held-out" in capsys.readouterr().err
    assert stress.parse_arguments(["--held-out", "--seeds", "5"]).range == range(9000, 9005)
    assert not set(stress.parse_arguments([]).range) & set(stress.HELD_OUT)
    with pytest.raises(SystemExit):
        stress.parse_arguments(["--held-out", "--seeds", "1001"])


def test_an_unknown_effect_is_a_usage_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        stress.parse_arguments(["--effects", "formate,sulfate"])
    assert "sulfate" in capsys.readouterr().err


def test_the_report_says_how_it_was_made_and_how_often_effects_are_drawn() -> None:
    table = pd.DataFrame({"effect": ["none"], "method": ["oracle"], "accuracy": [0.99]})
    text = stress.report(table, "python stress.py --seeds 1")
    assert "`python stress.py --seeds 1`" in text
    assert "| none   | oracle | 0.990    |" in text
    assert "| sodium formate" in text
