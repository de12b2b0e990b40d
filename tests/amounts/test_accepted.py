"""Which rows are accepted, as which species, and which of them count."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from accepted_features import features_of

import ganglioside as gg
from ganglioside.amounts.accepted import Accepted, accepted_rows
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.verdicts.review import accept, later, rename

ROWS = (
    {"name": "GM1(36:1;O2)", "volume": 5e6},
    {"name": "GM3(36:1;O2)", "verdict": "outlier"},
    {"name": "GD3(36:1;O2)", "verdict": "undetermined", "confidence": 0.4},
)


def accepted_of(features: pd.DataFrame, overrides: gg.Overrides) -> Accepted:
    return accepted_rows(features, overrides, USUAL_TOLERANCE)


def names(*overrides: gg.Override, rows: tuple[dict[str, object], ...] = ROWS) -> list[str]:
    return accepted_of(features_of(*rows), gg.Overrides(overrides)).species["name"].tolist()


def test_without_decisions_valid_rows_are_accepted() -> None:
    assert names() == ["GM1(36:1;O2)"]


def test_a_decision_comes_before_the_verdict() -> None:
    assert names(accept(1, author="kh")) == ["GM1(36:1;O2)", "GM3(36:1;O2)"]
    assert names(gg.Override(feature_id=0, verdict="outlier", note="Tailing.")) == []
    assert names(later(0, author="kh")) == ["GM1(36:1;O2)"]


def test_a_renamed_row_counts_under_its_new_name() -> None:
    assert names(rename(0, "GD1a(38:1;O2)", author="kh")) == ["GD1a(38:1;O2)"]
    accepted = accepted_of(
        features_of(*ROWS), gg.Overrides((rename(2, "GM1(36:1;O2)", author="kh"),))
    )
    assert len(accepted) == 1
    assert accepted.rows["decided_by"].tolist() == ["model", "analyst"]
    assert accepted.rows["confidence"].isna().tolist() == [False, True]


def heads(*rows: dict[str, object], accepted: tuple[int, ...]) -> list[str]:
    overrides = gg.Overrides(tuple(accept(k, author="kh") for k in accepted))
    found = accepted_of(features_of(*rows), overrides)
    return found.species["head"].to_numpy(object)[found.rows["species"]].tolist()


def gm2(rt: float, verdict: str = "valid", **more: object) -> dict[str, object]:
    return {"name": "GM2(38:1;O2)", "rt": rt, "verdict": verdict, **more}


def test_what_an_analyst_accepts_far_from_the_line_is_a_species_of_its_own() -> None:
    rows = (gm2(10.693, "fragment", volume=9e6), gm2(11.919))
    assert heads(*rows, accepted=(0,)) == ["GM2 at 10.693 min", "GM2"]
    assert heads(*rows, accepted=(0, 1)) == ["GM2 at 10.693 min", "GM2"]
    assert heads(gm2(11.85, "fragment"), gm2(11.919), accepted=(0,)) == ["GM2", "GM2"]


def test_without_a_row_on_the_line_the_largest_peak_keeps_the_head() -> None:
    rows = (gm2(10.7, "outlier"), gm2(11.3, "outlier", volume=5e6), gm2(11.9, "outlier"))
    assert heads(*rows, accepted=(0, 1, 2)) == ["GM2 at 10.700 min", "GM2", "GM2 at 11.900 min"]


def test_what_the_model_calls_valid_is_one_species_however_the_samples_drift() -> None:
    rows = [
        {**row, "sample": sample, "rt": row["rt"] + shift}
        for sample, shift in (("S1", 0.0), ("S2", 0.5))
        for row in ({"name": "GM3(36:1;O2)", "rt": 10.0}, gm2(11.9), gm2(10.7, "outlier"))
    ]
    of_gm2 = ["GM2", "GM2 at 10.950 min"]
    assert heads(*rows, accepted=(2, 5)) == ["GM3", *of_gm2, "GM3", *of_gm2]
    assert heads(*rows, accepted=(1,)) == ["GM3", "GM2", "GM3", "GM2"]


def test_a_peak_that_was_renamed_far_from_the_line_is_a_species_of_its_own() -> None:
    rows = (gm2(11.9), {"name": "GM3(36:1;O2)", "rt": 10.0})
    overrides = gg.Overrides((rename(1, "GM2(38:1;O2)", author="kh"),))
    species = accepted_of(features_of(*rows), overrides).species
    assert species["head"].tolist() == ["GM2", "GM2 at 10.000 min"]
    assert species["name"].tolist() == ["GM2(38:1;O2)"] * 2


def test_isomers_are_species_of_their_own() -> None:
    rows = (
        {"name": "GD1(36:1;O2)", "isomer": "GD1a"},
        {"name": "GD1(36:1;O2)", "isomer": "GD1b", "rt": 10.0},
        {"name": "GT1(36:1;O2)", "isomer": "GT1 early"},
    )
    species = accepted_of(features_of(*rows), gg.Overrides()).species
    assert species["name"].tolist() == ["GD1a(36:1;O2)", "GD1b(36:1;O2)", "GT1(36:1;O2)"]
    assert species["head"].tolist() == ["GD1a", "GD1b", "GT1 early"]


def test_species_with_unlike_chains_are_apart() -> None:
    rows = ({"name": "GM1(18:1;O2/20:0)"}, {"name": "GM1(20:1;O2/18:0)", "rt": 9.6})
    species = accepted_of(features_of(*rows), gg.Overrides()).species
    assert species["name"].tolist() == ["GM1(18:1;O2/20:0)", "GM1(20:1;O2/18:0)"]
    assert species["ceramide"].tolist() == ["38:1;O2", "38:1;O2"]


def test_areas_of_unlike_ions_are_never_added() -> None:
    rows = (
        {"name": "GD1(36:1;O2)", "adduct": "[M-2H]2-", "volume": 5e6},
        {"name": "GD1(36:1;O2)", "adduct": "[M-H]-", "volume": 2e6, "peak_id": 0},
    )
    accepted = accepted_of(features_of(*rows), gg.Overrides())
    assert accepted.species["ion"].tolist() == ["[M-2H]2-"]
    assert accepted.peaks["area"].tolist() == [5e6]
    assert accepted.other_ions["area"].tolist() == [2e6]


def test_the_ion_is_the_same_in_all_samples() -> None:
    rows = (
        {"name": "GD1(36:1;O2)", "adduct": "[M-2H]2-", "volume": 1e6, "sample": "A"},
        {"name": "GD1(36:1;O2)", "adduct": "[M-H]-", "volume": 9e6, "sample": "A", "peak_id": 0},
        {"name": "GD1(36:1;O2)", "adduct": "[M-2H]2-", "volume": 2e6, "sample": "B"},
    )
    accepted = accepted_of(features_of(*rows), gg.Overrides())
    assert accepted.species["ion"].tolist() == ["[M-2H]2-"]
    assert accepted.peaks["area"].tolist() == [1e6, 2e6]


def test_a_peak_that_was_picked_twice_counts_once() -> None:
    rows = (
        {"name": "GM1(36:1;O2)", "volume": 5e6},
        {"name": "GM1(36:1;O2)", "volume": 4.9e6, "peak_id": 0},
    )
    accepted = accepted_of(features_of(*rows), gg.Overrides())
    assert accepted.peaks["area"].tolist() == [5e6]
    np.testing.assert_array_equal(accepted.peak_of_rows(2), [0, 0])


def test_a_table_without_an_accepted_row_has_no_species() -> None:
    rows = ({"name": "GM1(36:1;O2)", "verdict": "outlier"},)
    accepted = accepted_of(features_of(*rows), gg.Overrides())
    assert len(accepted) == len(accepted.peaks) == 0
    np.testing.assert_array_equal(accepted.peak_of_rows(1), [-1])


@pytest.mark.parametrize("column", ["peak_id"])
def test_analyses_of_before_lack_peaks(column: str) -> None:
    features = features_of(*ROWS).drop(columns=column)
    assert len(accepted_of(features, gg.Overrides()).peaks) == 1
