"""Missing parents: a fragment of a common species without a row shows that species."""

from __future__ import annotations

import known_curve
import numpy as np
import pandas as pd
import pytest
from explained import explained
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.missing_parents import missing_parents
from ganglioside.inference.posterior import other_intensity
from ganglioside.inference.state import Inference

PARENT, CHILD = "GT1", "GM3"
CERAMIDE = "(38:1;O2)"


def with_fragments(*, missing: bool) -> pd.DataFrame:
    """Rows of every series, and fragments of GT1 named GM3; one GT1 may lack its row."""
    table = known_curve.draw(Method(), np.random.default_rng(4))
    parents = table[table["Name"].str.startswith(f"{PARENT}(")]
    names = parents["Name"].str.replace(PARENT, CHILD)
    fragments = parents.assign(Name=names, RT=parents["RT"] + 0.003, Anchor=False)
    fragments["Volume"] = parents["Volume"] / 10
    if missing:
        table = table[table["Name"] != PARENT + CERAMIDE]
    return pd.concat([table, fragments], ignore_index=True)


def entries(state: Inference, table: pd.DataFrame) -> tuple[np.ndarray, int]:
    """Entries of the fragment at the parent's RT, and its position among the rows."""
    at = int(np.flatnonzero(table["Name"] == CHILD + CERAMIDE)[-1])
    row = int(np.flatnonzero(state.observed.row == at)[0])
    return np.flatnonzero(state.shares.missing_parents.child == row), row


@pytest.fixture(scope="module")
def lacking() -> tuple[pd.DataFrame, Inference]:
    table = with_fragments(missing=True)
    return table, explained(gg.read_features(table))


def test_a_fragment_without_its_parent_is_still_a_fragment(
    lacking: tuple[pd.DataFrame, Inference],
) -> None:
    table, state = lacking
    found = state.shares.missing_parents
    entry, row = entries(state, table)
    assert found.probability[entry].sum() > 0.5
    assert state.shares.genuine[row] < 0.2
    likeliest = entry[found.probability[entry].argmax()]
    group = state.line_group[found.line[likeliest]]
    assert state.observed.groups.series[group] in {PARENT, "GD1", "GQ1", "GD3"}
    ceramide = state.observed.ceramides[found.ceramide[likeliest]]
    assert ceramide.tolist() == [38, 1, 2]
    assert found.process[likeliest] == -1


def test_a_parent_with_a_row_is_not_missing() -> None:
    table = with_fragments(missing=False)
    state = explained(gg.read_features(table))
    entry, row = entries(state, table)
    assert state.shares.missing_parents.probability[entry].sum() < 0.1
    assert state.shares.pair[state.coelution.child == row].sum() > 0.8


def test_only_rows_that_are_sought_have_missing_parents(
    lacking: tuple[pd.DataFrame, Inference],
) -> None:
    _, state = lacking
    n = len(state.observed)
    total = other_intensity(state, missing=False).total
    nowhere = missing_parents(state, np.zeros(n, dtype=np.bool_), total)
    assert len(nowhere.child) == 0
    everywhere = missing_parents(state, np.ones(n, dtype=np.bool_), total)
    some = np.arange(n) % 2 == 0
    half = missing_parents(state, some, total)
    assert set(half.child.tolist()) == {k for k in everywhere.child.tolist() if some[k]}


def test_parents_are_expected_at_the_rt_of_their_child(
    lacking: tuple[pd.DataFrame, Inference],
) -> None:
    _, state = lacking
    n = len(state.observed)
    found = missing_parents(state, np.ones(n, dtype=np.bool_), np.ones(n))
    fragments = found.process < 0
    rt = state.tabulated.predicted[found.line, found.ceramide]
    away = np.abs(state.observed.rt[found.child] - rt)[fragments]
    assert len(away) > 0
    assert away.max() < 0.5 * state.curve.slope
    made = state.line_group[found.line[fragments]]
    child_group = state.observed.group[found.child[fragments]]
    assert state.observed.groups.contains[made, child_group].all()


def test_siblings_make_a_parent_likelier(example: Inference) -> None:
    """A row that little else explains is evidence for its parent, at its siblings only."""
    observed = example.observed
    sought = np.ones(len(observed), dtype=np.bool_)
    total = other_intensity(example, missing=False).total
    before = missing_parents(example, sought, total)
    parent = pd.MultiIndex.from_arrays(
        [observed.sample[before.child], before.line, before.ceramide]
    ).factorize()[0]
    with_siblings = np.flatnonzero(np.bincount(parent)[parent] > 1)
    fragments = with_siblings[before.process[with_siblings] < 0]
    entry = int(fragments[before.probability[fragments].argmax()])
    siblings = np.flatnonzero((parent == parent[entry]) & (before.child != before.child[entry]))
    unexplained = total.copy()
    unexplained[before.child[siblings]] /= 10
    after = missing_parents(example, sought, unexplained)
    assert after.probability[entry] > before.probability[entry]
    others = ~np.isin(parent, parent[np.isin(before.child, before.child[siblings])])
    np.testing.assert_array_equal(after.probability[others], before.probability[others])


def test_a_sodium_adduct_is_one_though_no_row_has_the_ceramide_of_its_parent() -> None:
    table = known_curve.draw(Method(), np.random.default_rng(4))
    saturated = table["Name"].str.contains("(38:0;O2)", regex=False)
    (parent,) = np.flatnonzero(saturated & table["Name"].str.startswith(f"{PARENT}("))
    adduct = table.iloc[[parent]].assign(Name=f"{PARENT}(40:3;O2)", Anchor=False)
    adduct["Volume"] *= 0.3
    analysis = gg.analyze(gg.read_features(pd.concat([table[~saturated], adduct])))
    found = analysis.features.iloc[-1]
    assert found["name"] == f"{PARENT}(40:3;O2)"
    assert (found["verdict"], found["process"]) == ("adduct", "+Na-H")
    assert found["parent"] == f"{PARENT}(38:0;O2)"
    assert f"{PARENT}(38:0;O2) (no row)" in str(analysis.explain(f"{PARENT}(40:3;O2)"))
