"""State: it begins with the priors, and follows its lines."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from bent_tables import even, hydrophobicity
from bent_tables import table as bent

import ganglioside as gg
from ganglioside.inference.state import (
    Inference,
    area_spread,
    begin,
    flat_index,
    keep_lines,
    with_lines,
    with_own,
)
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.retention.isomer_lines import LineOffsets


@pytest.fixture(scope="module")
def begun(example: Inference) -> Inference:
    """The example before anything was learned, with the lines that were found at its end."""
    lines = LineOffsets(example.line_group, example.curve.lines)
    return begin(example.observed, example.coelution, example.curve, lines, example.priors)


def test_it_begins_with_the_priors(begun: Inference) -> None:
    rates, priors = begun.rates, begun.priors
    assert rates.pair_sigma == priors.first_coelution_width.value
    assert rates.yield_scatter == priors.fragment_yield_scatter.value
    assert rates.chance == priors.chance_features.value
    np.testing.assert_array_equal(
        rates.sigma, np.full(2, priors.first_line_scatter.value * begun.curve.slope)
    )
    assert (rates.fragments.seen == 0).all()
    assert (begun.shares.pair == 0).all()
    assert (begun.weight == 0).all()
    assert begun.curve.middle == np.median(begun.curve.lines)


def test_a_candidate_near_its_line_begins_with_a_larger_share(begun: Inference) -> None:
    c = begun.candidates
    scatter = begun.priors.first_line_scatter.value * begun.curve.slope
    away = (c.rt - begun.fitted) / scatter
    np.testing.assert_allclose(begun.shares.own, np.exp(-(away**2) / 2))


def test_new_lines_are_uncertain_and_all_else_is_sure(begun: Inference) -> None:
    n = len(begun.line_group)
    spread = begun.priors.first_line_place.spread * begun.curve.slope
    covariance = begun.curve.covariance
    np.testing.assert_allclose(begun.curve.line_var, np.full(n, spread**2))
    rest = np.delete(np.diagonal(covariance), np.arange(SHARED, SHARED + n))
    assert (rest < spread**2 / 100).all()
    assert begun.tabulated.variance == pytest.approx(
        np.full(begun.tabulated.predicted.shape, spread**2)
    )


def test_genuine_is_the_largest_share_of_a_row(example: Inference) -> None:
    own = np.random.default_rng(2).random(len(example.candidates.row))
    state = with_own(example, own)
    for row in range(0, len(example.observed), 11):
        of_row = np.flatnonzero(example.candidates.row == row)
        assert state.shares.genuine[row] == own[of_row].max()
        assert state.shares.line[row] == example.candidates.line[of_row[own[of_row].argmax()]]


def test_all_that_belongs_to_a_line_goes_with_it(example: Inference) -> None:
    twice = np.append(example.line_group, example.line_group[0])
    offset = np.append(example.curve.lines, example.curve.lines[0] + 1.0)
    state = with_lines(example, LineOffsets(twice, offset))
    covariance = np.random.default_rng(1).random(state.curve.covariance.shape)
    curve = replace(state.curve, covariance=covariance)
    state = replace(state, tabulated=replace(state.tabulated, curve=curve))
    stays = np.ones(len(twice), dtype=np.bool_)
    stays[1] = False
    kept = keep_lines(state, stays, state.main)
    n, left = len(twice), len(twice) - 1
    np.testing.assert_array_equal(kept.line_group, np.delete(twice, 1))
    np.testing.assert_array_equal(kept.curve.lines, np.delete(offset, 1))
    assert len(kept.curve.tilt) == len(kept.rates.presence) == len(kept.rates.areas.line) == left
    assert kept.rates.fragments.seen.shape[0] == left
    line_and_tilt = [SHARED + 1, SHARED + n + 1]
    expected = np.delete(np.delete(covariance, line_and_tilt, axis=0), line_and_tilt, axis=1)
    np.testing.assert_array_equal(kept.curve.covariance, expected)
    pairs = zip(state.candidates.row, state.candidates.line, state.shares.own, strict=True)
    before = {(row, offset[line]): own for row, line, own in pairs if line != 1}
    c = kept.candidates
    after = zip(c.row, kept.curve.lines[c.line], kept.shares.own, strict=True)
    assert {(row, line): own for row, line, own in after} == before
    assert len(kept.weight) == len(kept.rates.areas.weight) == len(c.row)


def test_flat_indices_are_those_of_the_flattened_array() -> None:
    shape = (2, 3, 4)
    sample, ceramide, line = (part.ravel() for part in np.indices(shape))
    expected = np.ravel_multi_index((sample, ceramide, line), shape)
    np.testing.assert_array_equal(flat_index(sample, ceramide, line, shape), expected)


def test_the_spread_of_areas_is_weighted_and_leans_on_all_rows(example: Inference) -> None:
    observed, priors = example.observed, example.priors
    mean_all, sd_all = observed.usual_area
    nothing = area_spread(observed, np.zeros(len(observed)), priors)
    assert nothing.mean == pytest.approx(mean_all)
    assert nothing.sd == pytest.approx(max(sd_all, priors.area_overall.value))
    largest = np.nan_to_num(observed.log_volume, nan=-np.inf) >= mean_all + sd_all
    large = area_spread(observed, 1000.0 * largest, priors)
    assert large.mean == pytest.approx(observed.log_volume[largest].mean(), abs=0.02)
    assert large.sd < sd_all


def test_support_counts_shares_by_line(example: Inference) -> None:
    c = example.candidates
    line = int(example.support.argmax())
    assert example.support[line] == pytest.approx(example.shares.own[c.line == line].sum())
    anchored = (c.line == line) & example.observed.anchor[c.row]
    assert example.anchor_support[line] == pytest.approx(example.shares.own[anchored].sum())


def with_dihydro_forms(offset: float) -> pd.DataFrame:
    """Sphingomyelins with chains; those with a saturated base and an acyl bond are at `offset`."""
    base = {"d18:1": 0.0, "d18:0": 0.3, "d18:2": -0.5}
    rows = []
    for chain, effect in base.items():
        for carbons in (16, 18, 20, 22, 23, 24):
            rows.append((f"SM({chain}/{carbons}:0)", 5.44 + 0.4 * (carbons - 16) + effect))
            if chain != "d18:0":
                at = 5.44 + 0.4 * (carbons - 16) + effect - 0.6
                rows.append((f"SM({chain}/{carbons}:1)", at))
    moved = [(f"SM(d18:0/{n}:1)", 5.44 + 0.4 * (n - 16) + offset) for n in (18, 22, 24)]
    return pd.DataFrame([*rows, *moved], columns=["name", "rt"])


def test_a_double_bond_of_the_acyl_chain_moves_a_ceramide() -> None:
    """Once the sum alone gave the RT: SM(d18:0/24:1) was an outlier with 0.99."""
    features = gg.analyze(with_dihydro_forms(-0.3)).features
    assert features["verdict"].eq("valid").all()
    assert features["residual"].abs().max() < 0.1


def test_a_dihydro_form_far_from_there_is_not_valid() -> None:
    features = gg.analyze(with_dihydro_forms(1.5)).features
    moved = features["name"].str.contains(r"d18:0/\d+:1")
    assert not features.loc[moved, "verdict"].eq("valid").any()


def labelled(*labels: str, apart: float = 0.4, other: str = "GM1(42:2;O2)") -> pd.DataFrame:
    """Rows of GM1(42:2) under these labels, so many carbons apart about the line of their sum."""
    worth = hydrophobicity("GM1", 42, 2)
    off = np.linspace(-apart / 2, apart / 2, len(labels))
    rest = bent(even)
    rows = pd.DataFrame(
        {
            "Name": [f"GM1(42:2;O2){label}" for label in labels],
            "RT": even(worth + off),
            "Volume": 3e5,
        }
    )
    return pd.concat([rest[rest["Name"] != other], rows], ignore_index=True)


def verdicts(frame: pd.DataFrame, species: str) -> list[str]:
    features = gg.analyze(gg.read_features(frame)).features
    return features["verdict"][features["name"].str.startswith(species)].tolist()


def test_isomers_that_labels_tell_apart_do_not_exclude_each_other() -> None:
    assert verdicts(labelled(" (a)", " (b)"), "GM1(42:2") == ["valid", "valid"]
    assert verdicts(labelled("", ""), "GM1(42:2") != ["valid", "valid"]


def test_a_label_makes_no_name_right_that_is_far_from_its_line() -> None:
    far = verdicts(labelled(" (a)", " (b)", apart=8.0), "GM1(42:2")
    assert "valid" not in far


def test_a_piece_that_is_labelled_stays_a_piece() -> None:
    frame = labelled(" (a)")
    parent = frame[frame["Name"] == "GD1(42:2;O2)"].iloc[0]
    piece = pd.DataFrame(
        {"Name": ["GM1(42:2;O2) (b)"], "RT": parent["RT"] + 0.002, "Volume": parent["Volume"] / 40}
    )
    found = verdicts(pd.concat([frame, piece], ignore_index=True), "GM1(42:2")
    assert found == ["valid", "fragment"]
