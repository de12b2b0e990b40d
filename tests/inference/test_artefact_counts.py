"""How often names are artefacts, and how large those are: learned, without the row at hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference.artefact_counts import (
    artefact_rates,
    count_artefacts,
    expected_extents,
    pair_extents,
    pair_rates,
)
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.lipids.artefacts import artefact, artefacts
from ganglioside.observations.observations import observe

FORMATE = [a.process for a in artefacts()].index("+HCOOH")
ISOTOPE = [a.process for a in artefacts()].index("M+2")
SODIUM = [a.process for a in artefacts()].index("+Na-H")


def inferred(table: pd.DataFrame | gg.FeatureTable) -> Inference:
    state = infer(observe(table))
    assert isinstance(state, Inference)
    return state


@pytest.fixture(scope="module")
def with_formate() -> Inference:
    """A table whose formate adducts have 20 to 30 % of the area."""
    return inferred(gg.simulate(4, formate_share=(0.2, 0.3)))


@pytest.fixture(scope="module")
def plain() -> Inference:
    return inferred(gg.simulate(4))


def test_a_table_teaches_that_it_has_an_artefact(with_formate: Inference, plain: Inference) -> None:
    assert with_formate.rates.artefact[FORMATE] > 0.5
    assert plain.rates.artefact[FORMATE] < artefact("+HCOOH").rate


def test_a_table_teaches_how_large_an_artefact_is(
    with_formate: Inference, plain: Inference
) -> None:
    usual = artefact("+HCOOH").log10_extent
    learned = expected_extents(with_formate)
    assert learned.mean[FORMATE] == pytest.approx(np.log10(0.25), abs=0.05)
    before = expected_extents(plain)
    assert before.mean[FORMATE] == pytest.approx(usual, abs=0.05)
    assert learned.sd[FORMATE] < before.sd[FORMATE]


def test_isotopes_are_as_large_as_the_formula_says() -> None:
    state = inferred(gg.simulate(4, isotope_share=0.8))
    learned = expected_extents(state)
    assert learned.mean[ISOTOPE] == pytest.approx(0.0, abs=0.01)
    pairs = state.coelution
    sure = (pairs.process == ISOTOPE) & (state.shares.pair > 0.9) & pairs.measured
    assert sure.sum() > 50
    assert np.std(pairs.log_ratio[sure]) > 0.05  # formulas differ
    off = pairs.log_ratio[sure] - pair_extents(state).mean[sure]
    assert np.abs(off).max() < 0.1


def test_a_pair_is_compared_with_others(with_formate: Inference) -> None:
    """A pair more changes the rates and extents of all pairs but its own."""
    pairs, counted = with_formate.coelution, with_formate.rates.fragments.pair
    at = int(np.flatnonzero((pairs.process == FORMATE) & (counted > 0.9) & pairs.measured)[0])
    ratio = pairs.log_ratio.copy()
    ratio[at] -= 3.0
    moved = replace(with_formate, coelution=replace(pairs, log_ratio=ratio))
    counts = count_artefacts(replace(moved, shares=replace(moved.shares, pair=counted)))
    moved = replace(moved, rates=replace(moved.rates, artefact_counts=counts))
    before, after = pair_extents(with_formate).mean, pair_extents(moved).mean
    same = np.flatnonzero((pairs.process == FORMATE) & (np.arange(len(ratio)) != at))
    shift = np.abs(after[same] - before[same])
    assert np.median(shift) > 3 * abs(after[at] - before[at])


def test_a_single_pair_makes_no_rate(plain: Inference) -> None:
    """Its process is as rare for it as if it were not there, however sure it is."""
    pairs, shares = plain.coelution, plain.shares
    at, *others = np.flatnonzero(pairs.process == SODIUM).tolist()
    nobody = np.where(pairs.fragment, shares.pair, 0.0)
    rates = []
    for certain in (False, True):
        pair = nobody.copy()
        pair[at] = certain
        state = replace(plain, shares=replace(shares, pair=pair))
        counts = count_artefacts(state)
        of_fragments = replace(plain.rates.fragments, pair=pair)
        learned = replace(
            plain.rates,
            artefact=artefact_rates(state, counts),
            artefact_counts=counts,
            fragments=of_fragments,
        )
        rates.append(pair_rates(replace(state, rates=learned)))
    assert rates[1][at] == pytest.approx(rates[0][at])
    assert (rates[1][others] > rates[0][others]).all()


def test_fragments_are_no_artefacts(plain: Inference) -> None:
    assert (pair_rates(plain)[plain.coelution.fragment] == 0).all()
    counts = plain.rates.artefact_counts
    assert counts.measured[-1] == 0
    assert len(counts.names) == len(processes().splits)
