"""Line placement: a main line for every group, further ones only while features support them."""

from __future__ import annotations

from dataclasses import replace

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.line_placement import place_lines, prune_lines
from ganglioside.inference.state import Inference, with_lines
from ganglioside.retention.isomer_lines import LineOffsets


def test_rows_stand_on_lines_of_their_own_group_only(state: Inference) -> None:
    c = state.candidates
    np.testing.assert_array_equal(state.line_group[c.line], state.observed.group[c.row])
    wanted = sum(int((state.line_group == g).sum()) for g in state.observed.group)
    assert len(c.row) == wanted
    assert set(state.line_group) == set(range(len(state.observed.groups)))


def test_one_main_line_in_every_group(state: Inference) -> None:
    main = np.bincount(state.line_group[state.main], minlength=len(state.observed.groups))
    assert (main == 1).all()
    for group in range(len(main)):
        lines = np.flatnonzero(state.line_group == group)
        assert state.support[lines].argmax() == state.main[lines].argmax()


@pytest.fixture(scope="module")
def twofold(example: Inference) -> Inference:
    """The example with a second line in its first group, beside the main one of that group."""
    first = int(np.flatnonzero(example.line_group == 0)[0])
    offset = np.append(example.curve.lines, example.curve.lines[first])
    return with_lines(example, LineOffsets(np.append(example.line_group, 0), offset))


def test_of_two_lines_at_one_offset_the_weaker_is_dropped(twofold: Inference) -> None:
    c = twofold.candidates
    last = len(twofold.line_group) - 1
    own = np.where(c.line == last, 0.4, twofold.shares.own)
    weaker = replace(twofold, shares=replace(twofold.shares, own=own))
    kept = prune_lines(weaker)
    assert last not in kept.candidates.line
    assert len(kept.line_group) == len(kept.curve.lines) < len(twofold.line_group)
    assert (np.bincount(kept.line_group[kept.main]) == 1).all()


def test_of_two_lines_at_one_offset_that_are_as_strong_one_stays(twofold: Inference) -> None:
    """Once both stayed, as neither was the stronger."""
    own = np.ones(len(twofold.candidates.row))
    alike = replace(twofold, shares=replace(twofold.shares, own=own))
    kept = prune_lines(alike)
    assert np.count_nonzero(kept.line_group == 0) < np.count_nonzero(twofold.line_group == 0)
    assert (np.bincount(kept.line_group[kept.main]) == 1).all()


def test_a_further_line_without_features_is_dropped(twofold: Inference) -> None:
    c = twofold.candidates
    last = len(twofold.line_group) - 1
    offset = twofold.curve.lines.copy()
    offset[last] += 5.0
    far = replace(
        twofold, tabulated=replace(twofold.tabulated, curve=replace(twofold.curve, lines=offset))
    )
    support = np.where(c.line == last, 0.0, 1.0)
    empty = replace(far, shares=replace(far.shares, own=support))
    assert not np.isclose(prune_lines(empty).curve.lines, offset[last]).any()
    full = replace(far, shares=replace(far.shares, own=np.ones(len(c.line))))
    assert np.isclose(prune_lines(full).curve.lines, offset[last]).any()


def test_lines_are_found_again_where_they_were(example: Inference) -> None:
    found = place_lines(example)
    before = example.curve.lines[example.main]
    after = np.array(
        [
            found.curve.lines[found.line_group == group][
                np.abs(found.curve.lines[found.line_group == group] - offset).argmin()
            ]
            for group, offset in zip(example.line_group[example.main], before, strict=True)
        ]
    )
    firm = example.support[example.main] > 3
    assert np.abs(after - before)[firm].max() < 0.2 * example.curve.slope


QUIET = Method(noise=0.005)


def with_close_gd1(apart: float, area: float, seed: int) -> pd.DataFrame:
    """Every GD1 with an isomer `apart`, min, before it, whose area is a multiple of its own."""
    rng = np.random.default_rng(seed)
    table = known_curve.draw(QUIET, rng)
    gd1 = table[table["Name"].str.startswith("GD1")]
    rt = gd1["RT"] - apart + rng.normal(0, QUIET.noise, len(gd1))
    return pd.concat([table, gd1.assign(RT=rt, Volume=gd1["Volume"] * area, Anchor="F")])


def with_pieces(table: pd.DataFrame, late: pd.DataFrame) -> pd.DataFrame:
    """`table` with a GM3 at the RT of each row that is not in `late`, as its fragment."""
    early = table[table["Name"].str.startswith("GD1") & ~table["RT"].isin(late["RT"])]
    names = early["Name"].str.replace("GD1", "GM3")
    return pd.concat([table, early.assign(Name=names, Volume=early["Volume"] * 0.3)])


@pytest.mark.parametrize("area", [0.3, 1.0])
@pytest.mark.parametrize("apart", [0.06, 0.09, 0.12])
def test_isomers_closer_than_usual_are_two_lines(apart: float, area: float) -> None:
    """Once they were one line below 0.2 carbons, and half of all rows `outlier`."""
    features = gg.analyze(with_close_gd1(apart, area, seed=2)).features
    gd1 = features[features["series"].eq("GD1")]
    assert gd1["verdict"].eq("valid").all()
    assert gd1["isomer"].value_counts().to_dict() == {"GD1 early": 14, "GD1 late": 14}


def test_pieces_of_the_earlier_of_close_isomers_are_no_line_of_their_own() -> None:
    """Once GM3 was said to be where GD1 is, as half of GD1 was on no line."""
    isomers = with_close_gd1(0.09, 0.8, seed=3)
    late = known_curve.draw(QUIET, np.random.default_rng(3))
    features = gg.analyze(with_pieces(isomers, late)).features
    verdict = features["verdict"].astype(str)
    pieces = np.arange(len(features)) >= len(isomers)
    assert verdict[pieces].eq("fragment").all()
    assert verdict[~pieces].eq("valid").mean() > 0.97


@pytest.mark.parametrize("seed", range(6))
def test_rows_that_scatter_about_one_line_are_not_two(seed: int) -> None:
    """Only species with a row on each line tell lines apart that are as close as scatter."""
    table = known_curve.draw(Method(), np.random.default_rng(seed))
    features = gg.analyze(table).features
    assert features["isomer"].isna().all()
    assert features["verdict"].eq("valid").all()
