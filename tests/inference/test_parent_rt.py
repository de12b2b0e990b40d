"""Parents whose RT was measured off elute nearer their lines; others where they were measured."""

from __future__ import annotations

from dataclasses import replace

import known_curve
import numpy as np
import pandas as pd
import pytest
from explained import explained
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.parent_rt import learn_measured_off, pair_delta
from ganglioside.inference.state import Inference
from ganglioside.support.priors import Priors

#: Pieces of every parent of these, as small tables have them.
PATHWAYS = (("GD1", "GM1"), ("GT1", "GD3"), ("GQ1", "GD1"))
NOISE = 0.05


def with_pieces(*, of_species: float = 0.0, of_rows: float = 0.0) -> pd.DataFrame:
    """Species off their lines, min, with pieces at their RT; each row is measured off by itself."""
    rng = np.random.default_rng(5)
    table = known_curve.draw(Method(noise=of_species), rng)
    parts = [table]
    for parent, piece in PATHWAYS:
        rows = table[table["Name"].str.startswith(f"{parent}(")]
        names = rows["Name"].str.replace(f"{parent}(", f"{piece}(", regex=False)
        share = 0.05 * np.exp(0.1 * rng.standard_normal(len(rows)))
        parts.append(rows.assign(Name=names, Volume=share * rows["Volume"], Anchor="F"))
    joined = pd.concat(parts, ignore_index=True)
    usual = 0.003 * rng.standard_normal(len(joined))
    off = of_rows * rng.standard_normal(len(joined))
    return joined.assign(RT=(joined["RT"] + usual + off).round(4))


def state_of(table: pd.DataFrame) -> Inference:
    return explained(gg.read_features(table))


@pytest.fixture(scope="module")
def measured_off() -> Inference:
    return state_of(with_pieces(of_rows=NOISE))


def test_rows_that_are_measured_off_say_so(measured_off: Inference) -> None:
    assert measured_off.rates.measured_off > 0.5


@pytest.mark.parametrize("of_species", [0.0, 0.02, NOISE])
def test_pieces_of_species_off_their_lines_elute_with_them(of_species: float) -> None:
    state = state_of(with_pieces(of_species=of_species))
    assert state.rates.measured_off < 0.02
    if state.rates.measured_off == 0:
        assert pair_delta(state) is state.coelution.delta


def test_pieces_are_nearer_to_where_their_parents_elute(measured_off: Inference) -> None:
    made = measured_off.shares.pair > 0.9
    assert made.sum() > 20
    measured = measured_off.coelution.delta[made]
    assert np.std(pair_delta(measured_off)[made]) < 0.9 * np.std(measured)
    # and no farther than the width of pairs that is learned from them
    assert measured_off.rates.pair_sigma < 0.9 * np.sqrt(2) * NOISE


def test_a_parent_far_off_its_line_is_where_it_was_measured() -> None:
    table = with_pieces(of_rows=NOISE)
    parent = table.index[table["Name"] == "GD1(38:1;O2)"][0]
    piece = table.index[table["Name"] == "GM1(38:1;O2)"][-1]
    table.loc[[parent, piece], "RT"] += 1.2
    state = state_of(table)
    of_parent = state.coelution.parent == np.flatnonzero(state.observed.row == parent)
    assert of_parent.any()
    pulled = pair_delta(state)[of_parent] - state.coelution.delta[of_parent]
    assert np.abs(pulled).max() < 0.01


def test_parts_of_peaks_stand_beside_the_peak_as_it_was_measured() -> None:
    table = with_pieces(of_rows=NOISE)
    peaks = table[table["Name"].str.startswith("GT1(")]
    parts = peaks.assign(RT=peaks["RT"] + 0.1, Volume=peaks["Volume"] * 0.2, Anchor="F")
    state = state_of(pd.concat([table, parts], ignore_index=True))
    assert state.rates.measured_off > 0.1
    splits = state.coelution.splits
    assert len(splits) >= len(parts)
    np.testing.assert_array_equal(pair_delta(state)[splits], state.coelution.delta[splits])


def test_the_prior_holds_where_pairs_are_few(measured_off: Inference) -> None:
    usual = Priors.usual()
    learned = learn_measured_off(measured_off)
    sure = usual.varied(measured_off={"weight": 1e6})
    assert learn_measured_off(replace(measured_off, priors=sure)) < 0.01 < learned


def explanations(analysis: gg.Analysis) -> list[str]:
    fragments = analysis.features.query("verdict == 'fragment'")
    return [str(analysis.explain(int(feature))) for feature in fragments["feature_id"].head(15)]


def test_an_explanation_says_where_the_parent_eluted() -> None:
    analysis = gg.analyze(gg.read_features(with_pieces(of_rows=NOISE)))
    assert any("and by its line it eluted" in text for text in explanations(analysis))
    usual = gg.analyze(gg.read_features(with_pieces()))
    assert not any("and by its line it eluted" in text for text in explanations(usual))
