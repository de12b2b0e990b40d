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
    pair_extents,
    pair_rates,
    relative_extents,
)
from ganglioside.inference.rates import ArtefactCounts
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import processes
from ganglioside.lipids.artefacts import artefact, artefacts
from ganglioside.observations.observations import observe

FORMATE = [a.process for a in artefacts()].index("+HCOOH")
NEUGC = [a.process for a in artefacts()].index("NeuGc")
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


def test_a_table_teaches_how_large_an_artefact_is(with_formate: Inference) -> None:
    """Its mean, and that it hardly differs between rows: less than is usual."""
    mean, sd = of_process(with_formate, FORMATE)
    assert mean == pytest.approx(np.log10(0.25), abs=0.05)
    assert sd < 0.6 * artefact("+HCOOH").log10_spread


def test_without_an_artefact_its_extent_is_the_usual_one(plain: Inference) -> None:
    mean, sd = of_process(plain, SODIUM)
    nothing = replace(
        plain.rates,
        artefact_counts=ArtefactCounts.nothing(len(artefacts())),
        fragments=replace(plain.rates.fragments, pair=np.zeros(len(plain.coelution))),
    )
    usual_mean, usual_sd = of_process(replace(plain, rates=nothing), SODIUM)
    known = artefact("+Na-H")
    assert usual_mean == pytest.approx(known.log10_extent)
    assert usual_sd == pytest.approx(np.hypot(known.log10_spread, known.log10_between))
    assert sd < usual_sd
    assert mean != usual_mean


def of_process(state: Inference, process: int) -> tuple[float, float]:
    """Median extent and spread of the pairs of a process."""
    pairs, extents = state.coelution, pair_extents(state)
    its, mean = pairs.process == process, extents.mean - pairs.formula_extent
    return float(np.median(mean[its])), float(np.median(extents.sd[its]))


def test_a_table_teaches_how_large_a_form_of_another_retention_is() -> None:
    """NeuGc forms of one share of the area: their mean, and that they hardly differ."""
    state = inferred(gg.simulate(6, "middle", neugc_share=0.02))
    found = state.shares.missing_parents
    sure = (found.process == NEUGC) & (found.probability > 0.5) & np.isfinite(found.log_ratio)
    assert sure.sum() > 5
    extents = relative_extents(state, found)
    known = artefact("NeuGc")
    assert extents.mean[sure] == pytest.approx(np.log10(0.02), abs=0.15)
    assert (extents.sd[sure] < known.log10_spread).all()


def test_a_relative_is_compared_with_others() -> None:
    """What one row shows of its own process does not count for itself."""
    state = inferred(gg.simulate(6, "middle", neugc_share=0.02))
    found = state.shares.missing_parents
    at = np.flatnonzero((found.process == NEUGC) & np.isfinite(found.log_ratio))
    one = int(at[found.probability[at].argmax()])
    ratio = found.log_ratio.copy()
    ratio[found.child == found.child[one]] -= 3.0
    moved = replace(found, log_ratio=ratio)
    state_of = replace(state, shares=replace(state.shares, missing_parents=moved))
    counts = count_artefacts(state_of)
    state_of = replace(state_of, rates=replace(state.rates, artefact_counts=counts))
    before = relative_extents(state, found).mean
    after = relative_extents(state_of, moved).mean
    others = at[found.child[at] != found.child[one]]
    assert np.median(np.abs(after[others] - before[others])) > 3 * abs(after[one] - before[one])


def test_isotopes_are_as_large_as_the_formula_says() -> None:
    state = inferred(gg.simulate(4, isotope_share=0.8))
    assert of_process(state, ISOTOPE)[0] == pytest.approx(0.0, abs=0.01)
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
    assert counts.extents.weight[-1] == 0
    assert len(counts.names) == len(processes().splits)
