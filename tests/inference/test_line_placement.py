"""Line placement: a main line for every group, further ones only while features support them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

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
