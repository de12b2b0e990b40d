"""What to measure next: right ions, right windows, nothing that is decided."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.reports.next_steps import MOST_FEATURES, MOST_STANDARDS, next_steps
from ganglioside.reports.report import Report
from ganglioside.verdicts.review import reject


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return gg.analyze(gg.example())


def test_wrong_anchors_come_first_and_ask_for_a_standard_where_the_name_is_expected(
    analysis: Analysis,
) -> None:
    first = next_steps(analysis)[0]
    feature = analysis.features.loc[first.feature_id]
    assert feature["anchor"]
    assert feature["verdict"] == "fragment"
    assert first.what == "standard"
    assert first.start < feature["predicted_rt"] < first.end
    assert not first.start < feature["rt"] < first.end


def test_neugc_forms_are_told_by_the_ion_of_their_sialic_acid(analysis: Analysis) -> None:
    told = [step for step in next_steps(analysis) if "NeuGc" in step.why]
    assert told
    # NeuGc - H2O and NeuAc + C2H2O - H2O, deprotonated: C11H16NO9-, C13H18NO9-
    assert "m/z 306.083 instead of 332.099" in told[0].why
    feature = analysis.features.loc[told[0].feature_id]
    assert told[0].what == "MS/MS"
    assert told[0].start < feature["rt"] < told[0].end


def test_ions_are_those_of_an_inclusion_list(analysis: Analysis) -> None:
    for step in next_steps(analysis):
        listed = analysis.expected_library(names=step.name)["mz"]
        first = float(step.ions.split(" ")[0])
        assert (listed - first).abs().min() < 0.0006


def test_standards_are_of_series_without_an_anchor(analysis: Analysis) -> None:
    steps = next_steps(analysis)
    assert len(steps) <= MOST_FEATURES + MOST_STANDARDS
    of_series = [step for step in steps if step.feature_id is None]
    bare = analysis.models[analysis.models["n_anchors"] == 0]
    heads = set(bare["isomer"].fillna(bare["series"]))
    assert of_series
    assert {step.why.partition(" has no anchor")[0] for step in of_series} <= heads


def test_a_table_without_areas_asks_for_standards_too() -> None:
    """It said that every series has an anchor, of a table without any."""
    rows = [
        f"{head}({n}:1;O2),{start + 0.7 * n}"
        for head, start in (("GM3", -15.0), ("GM1", -16.0))
        for n in range(32, 44, 2)
    ]
    analysis = gg.analyze(gg.read_features("\n".join(["Name,RT", *rows]).encode()))
    assert analysis.summary.valid == len(rows)
    steps = next_steps(analysis)
    assert {step.what for step in steps} == {"standard"}
    assert {step.why for step in steps} == {
        f"{head} has no anchor; 6 species rest on it" for head in ("GM3", "GM1")
    }
    assert "Nothing is open" not in Report(analysis, "no areas", None, "today").next_steps().html


def test_what_is_decided_is_no_longer_asked(analysis: Analysis) -> None:
    first = next_steps(analysis)[0].feature_id
    assert first is not None
    decided = reject(analysis.features.loc[first], author="kh")
    steps = next_steps(analysis.with_overrides(gg.Overrides((decided,))))
    assert first not in {step.feature_id for step in steps}


def test_a_table_without_a_model_asks_for_nothing() -> None:
    table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9\nGM3(36:1;O2),9.5\n")
    assert next_steps(gg.analyze(table)) == []
