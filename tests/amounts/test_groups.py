"""Differences between groups of samples, against scipy and planted differences."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pandas as pd
import pytest
from accepted_features import features_of
from scipy import stats

import ganglioside as gg
from ganglioside.amounts.groups import COMPARISON, Compared, GroupComparison, Of, compare_groups
from ganglioside.amounts.species_table import Amounts
from ganglioside.errors import SettingsError
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.support.priors import Priors

SAMPLES = [f"{group}{k}" for group in "AB" for k in range(4)]
GROUPS = {sample: sample[0] for sample in SAMPLES}
SPECIES = ("GM1(36:1;O2)", "GM3(36:1;O2)", "GD1(38:1;O2)", "GT1(38:1;O2)", "GQ1(36:1;O2)")


def study(**planted: float) -> Amounts:
    """Eight samples; `planted` factors apply to a species' areas in the group B."""
    rng = np.random.default_rng(3)
    rows: list[dict[str, Any]] = []
    for k, name in enumerate(SPECIES):
        for sample in SAMPLES:
            factor = planted.get(name.split("(")[0], 1.0) if sample[0] == "B" else 1.0
            area = 1e6 * factor * np.exp(0.1 * rng.standard_normal())
            rows.append({"name": name, "rt": 8.0 + k, "volume": area, "sample": sample})
    rows.append({"name": "GD3(36:1;O2)", "rt": 20.0, "sample": "A0"})
    for sample, kind in (("Q1", "qc"), ("P1", "pool")):
        rows.append({"name": SPECIES[0], "rt": 8.0, "sample": sample, "sample_type": kind})
    nothing = {"name": SPECIES[0], "verdict": "undetermined"}
    rows += [{**nothing, "sample": "L1", "sample_type": "blank"}, {**nothing, "sample": "A9"}]
    return Amounts.of(features_of(*rows), gg.Overrides(), USUAL_TOLERANCE, Priors.usual())


def row_of(comparison: GroupComparison, name: str) -> pd.Series[Any]:
    return comparison.table.set_index("name").loc[name]


def test_p_and_interval_are_those_of_scipy() -> None:
    amounts = study(GM1=1.3)
    found = row_of(compare_groups(amounts, GROUPS), "GM1(36:1;O2)")
    long = amounts.by_sample[amounts.by_sample["name"] == "GM1(36:1;O2)"].set_index("sample")
    areas = np.log2(long["area_consolidated"])
    a, b = ([areas[s] for s in SAMPLES if s[0] == group] for group in "AB")
    expected = stats.ttest_ind(b, a, equal_var=False)
    low, high = expected.confidence_interval(0.95)
    assert found["p"] == pytest.approx(expected.pvalue)
    assert (found["low"], found["high"]) == pytest.approx((low, high))
    assert found["t"] == pytest.approx(expected.statistic)
    assert found["degrees"] == pytest.approx(expected.df)
    assert found["mean_group"] == pytest.approx(stats.gmean(2 ** np.array(b)))
    pooled = np.sqrt((np.var(a, ddof=1) + np.var(b, ddof=1)) / 2)
    assert found["hedges_g"] == pytest.approx((np.mean(b) - np.mean(a)) / pooled * (1 - 3 / 23))


def test_a_planted_difference_is_found_and_the_others_are_not() -> None:
    table = compare_groups(study(GM3=3.0), GROUPS).table.set_index("name")
    assert table["log2_fold_change"]["GM3(36:1;O2)"] == pytest.approx(np.log2(3), abs=0.35)
    assert table["q"]["GM3(36:1;O2)"] < 0.01
    assert (table["q"].drop("GM3(36:1;O2)").dropna() > 0.05).all()


def test_q_is_corrected_over_all_rows_that_were_tested() -> None:
    table = compare_groups(study(GM3=3.0), GROUPS).table
    assert {c: str(t) for c, t in table.dtypes.items()} == COMPARISON
    tested = table["p"].notna()
    expected = stats.false_discovery_control(table.loc[tested, "p"])
    np.testing.assert_allclose(table.loc[tested, "q"], expected)
    assert table.loc[~tested, "q"].isna().all()


def test_what_too_few_samples_have_is_not_tested_and_the_table_says_why() -> None:
    found = row_of(compare_groups(study(), GROUPS), "GD3(36:1;O2)")
    assert np.isnan(found["p"])
    assert found["why_not"].startswith("In 1 and 0 samples of the groups")


def test_equal_areas_are_not_tested() -> None:
    rows = [{"name": "GM1(36:1;O2)", "sample": s, "volume": 1e6} for s in SAMPLES]
    amounts = Amounts.of(features_of(*rows), gg.Overrides(), USUAL_TOLERANCE, Priors.usual())
    found = row_of(compare_groups(amounts, GROUPS, of="share"), "GM1(36:1;O2)")
    assert found["log2_fold_change"] == 0
    assert "one value" in found["why_not"]


@pytest.mark.parametrize("seed", range(4))
def test_the_only_part_of_all_samples_is_not_tested(seed: int) -> None:
    """Its shares are 100 % but for the last digit of a sum, which is no difference."""
    rng = np.random.default_rng(seed)
    rows = [
        {"name": f"GM3({carbons}:1;O2)", "rt": carbons / 2, "sample": s, "volume": area}
        for s in SAMPLES
        for carbons, area in zip(range(34, 44, 2), rng.uniform(1e4, 1e7, 5), strict=True)
    ]
    amounts = Amounts.of(features_of(*rows), gg.Overrides(), USUAL_TOLERANCE, Priors.usual())
    (found,) = compare_groups(amounts, GROUPS, by="category", of="share").table.itertuples()
    assert np.isnan(found.p)
    assert "one value" in found.why_not


@pytest.mark.parametrize("of", get_args(Of))
def test_a_sum_with_an_area_that_is_missing_is_missing(of: Of) -> None:
    """Of the others of the series it made an elevenfold difference."""
    areas = {"GM3(34:1;O2)": 1e6, "GM3(38:1;O2)": 1e7, "GM1(36:1;O2)": 1e6}
    rows = [
        {"name": name, "rt": 8.0 + k, "sample": s, "volume": area * (1 + 0.01 * int(s[1]))}
        for s in SAMPLES
        for k, (name, area) in enumerate(areas.items())
    ]
    for row in rows:
        if row["sample"] in ("B0", "B1", "B2") and row["name"] == "GM3(38:1;O2)":
            row["volume"] = None
    amounts = Amounts.of(features_of(*rows), gg.Overrides(), USUAL_TOLERANCE, Priors.usual())
    table = compare_groups(amounts, GROUPS, by="series", of=of).table.set_index("name")
    assert table["n_group"].to_dict() == {"GM1": 4, "GM3": 1}
    assert np.isnan(table["p"]["GM3"])
    assert "In 4 and 1 samples" in table["why_not"]["GM3"]


@pytest.mark.parametrize("by", get_args(Compared))
def test_sums_are_compared_as_well(by: Compared) -> None:
    comparison = compare_groups(study(GQ1=4.0), GROUPS, by, "share")
    assert comparison.by == by
    largest = comparison.table.loc[comparison.table["log2_fold_change"].idxmax()]
    wanted = {"species": "GQ1(36:1;O2)", "series": "GQ1", "ceramide": "36:1;O2", "category": "GQ"}
    assert largest["name"] == wanted[by]


def test_every_pair_or_all_against_a_reference() -> None:
    three = dict(zip(SAMPLES, "xxyyzzzz", strict=True))
    table = compare_groups(study(), three, "category").table
    pairs = list(dict.fromkeys(zip(table["reference"], table["group"], strict=True)))
    assert pairs == [("x", "y"), ("x", "z"), ("y", "z")]
    table = compare_groups(study(), three, "category", reference="y").table
    pairs = list(dict.fromkeys(zip(table["reference"], table["group"], strict=True)))
    assert pairs == [("y", "x"), ("y", "z")]


def test_a_group_that_is_a_number_can_be_the_reference() -> None:
    numbered = {sample: int(group == "B") for sample, group in GROUPS.items()}
    wanted: Any = 1
    table = compare_groups(study(), numbered, "category", reference=wanted).table  # type: ignore[arg-type]
    assert set(zip(table["reference"], table["group"], strict=True)) == {("1", "0")}


@pytest.mark.parametrize(
    ("groups", "more", "message"),
    [
        ({"S9": "a"}, {}, "groups: there is no sample 'S9'"),
        ({**GROUPS, "Q1": "A"}, {}, "groups: 'Q1' is a qc"),
        ({**GROUPS, "P1": "A"}, {}, "groups: 'P1' is a pool"),
        ({**GROUPS, "L1": "A"}, {}, "groups: 'L1' is a blank"),
        ({**GROUPS, "A9": "A"}, {}, "groups: the sample 'A9' has no accepted species"),
        ({**GROUPS, "A0": None}, {}, "groups: the sample 'A0' has no group"),
        (pd.Series({**GROUPS, "B1": np.nan}), {}, "groups: the sample 'B1' has no group"),
        (pd.Series("A", ["A0", "A1", "A0"]), {}, "groups: the sample 'A0' is named twice"),
        (list(GROUPS), {}, "groups: name the group of each sample"),
        (None, {}, "groups: name the group of each sample"),
        ({"A0": "a", "A1": "a"}, {}, "groups: two groups"),
        ({"A0": "a", "A1": "a", "B0": "b"}, {}, "the group 'b' has one sample, 'B0'"),
        (GROUPS, {"by": "colour"}, "by = 'colour'"),
        (GROUPS, {"of": "height"}, "of = 'height'"),
        (GROUPS, {"reference": "C"}, "reference = 'C' is no group: use one of A, B"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    groups: dict[str, str], more: dict[str, Any], message: str
) -> None:
    with pytest.raises(SettingsError, match=message):
        compare_groups(study(), groups, **more)


def test_a_table_without_samples_is_refused() -> None:
    with pytest.raises(SettingsError, match="groups: the table has no samples"):
        gg.analyze(gg.example()).compare_groups({"S1": "a"})


def test_a_comparison_says_what_it_found_not_all_that_it_holds() -> None:
    comparison = compare_groups(study(GM1=5.0), GROUPS)
    assert repr(comparison) == (
        "<GroupComparison: area by species in A (4), B (4): 5 of 6 rows tested, 1 with q < 0.05>"
    )
    assert comparison.tested["name"].iloc[0] == "GM1(36:1;O2)"
