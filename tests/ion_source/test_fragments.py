"""Rule 5: which rows could be pieces of which."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.ion_source.fragments import fragment_pairs
from ganglioside.observations.observations import Observations, observe


@pytest.fixture(scope="module")
def example() -> Observations:
    return observe(gg.example())


@pytest.mark.parametrize("tolerance", [0.01, 0.1, 0.5])
def test_fragment_pairs_are_those_of_brute_force(example: Observations, tolerance: float) -> None:
    pairs = fragment_pairs(example, tolerance)
    units = example.groups.units[example.group]
    expected = set()
    for p in range(len(example)):
        near = np.flatnonzero(
            (np.abs(example.rt - example.rt[p]) <= tolerance)
            & (example.ceramide == example.ceramide[p])
            & (example.sample == example.sample[p])
        )
        for c in near:
            lost = units[p] - units[c]
            if (lost >= 0).all() and lost.any():
                expected.add((p, int(c)))
    assert set(zip(pairs.parent.tolist(), pairs.child.tolist(), strict=True)) == expected
    assert len(pairs) == len(expected)
    assert (pairs.process == -1).all()
    np.testing.assert_allclose(pairs.delta, example.rt[pairs.child] - example.rt[pairs.parent])


def pairs_of(names: list[str], rts: list[float], **columns: object) -> set[tuple[str, str]]:
    table = pd.DataFrame({"Name": names, "RT": rts, **columns})
    seen = observe(gg.read_features(table))
    pairs = fragment_pairs(seen, 0.1)
    row = seen.row
    return {(names[row[p]], names[row[c]]) for p, c in zip(pairs.parent, pairs.child, strict=True)}


def test_a_parent_holds_all_that_its_fragment_has() -> None:
    names = ["GT1(36:1;O2)", "GD3(36:1;O2)", "GM3(36:1;O2)", "GM1(36:1;O2)", "GM1+OAc(36:1;O2)"]
    assert pairs_of(names, [8.7] * 5) == {
        ("GT1(36:1;O2)", "GD3(36:1;O2)"),
        ("GT1(36:1;O2)", "GM3(36:1;O2)"),
        ("GT1(36:1;O2)", "GM1(36:1;O2)"),
        ("GD3(36:1;O2)", "GM3(36:1;O2)"),
        ("GM1(36:1;O2)", "GM3(36:1;O2)"),
        ("GM1+OAc(36:1;O2)", "GM1(36:1;O2)"),
        ("GM1+OAc(36:1;O2)", "GM3(36:1;O2)"),
    }


def test_another_ceramide_rt_or_sample_is_no_fragment() -> None:
    names = ["GM1(36:1;O2)", "GM3(38:1;O2)", "GM3(36:1;O3)"]
    assert pairs_of(names, [8.7] * 3) == set()
    assert pairs_of(["GM1(36:1;O2)", "GM3(36:1;O2)"], [8.7, 8.85]) == set()
    assert pairs_of(["GM1(36:1;O2)", "GM3(36:1;O2)"], [8.7] * 2, Sample=["a", "b"]) == set()
    assert len(pairs_of(["GM1(36:1;O2)", "GM3(36:1;O2)"], [8.7] * 2, Sample=["a", "a"])) == 1


def test_two_forms_of_one_composition_are_no_fragments() -> None:
    assert pairs_of(["GM3(NeuGc)(36:1;O2)", "GM3(36:1;O2)"], [8.7, 8.7]) == set()


def test_a_fragment_has_the_chains_of_its_parent_or_names_their_sum() -> None:
    names = ["GM1(d18:1/20:0)", "GM3(d18:1/20:0)", "GM3(d20:1/18:0)", "GM3(38:1;O2)"]
    observed = observe(gg.read_features(pd.DataFrame({"Name": names, "RT": [9.0] * 4})))
    pairs = fragment_pairs(observed, 0.1)
    assert set(observed.row[pairs.parent]) == {0}
    assert sorted(observed.row[pairs.child]) == [1, 3]
