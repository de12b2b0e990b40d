"""The accepted species of the displayed result, found while somebody looks."""

from __future__ import annotations

from collections.abc import Callable

from effort import PATIENCE

import ganglioside as gg
from ganglioside.verdicts.review import reject
from ganglioside_widgets.state.results import ResultsState
from ganglioside_widgets.state.species_list import SpeciesListState


def test_nothing_is_computed_until_somebody_looks(analysis: gg.Analysis) -> None:
    results = ResultsState(analysis=analysis)
    state = SpeciesListState(results)
    assert state._thread is None
    state.is_open = True
    state.join(PATIENCE)
    assert state.is_ready
    assert state.species["area_consolidated"].is_monotonic_decreasing
    assert set(state.species["name"]) == set(analysis.species["name"])
    assert state.profile is not None
    assert round(state.profile.table["share"].sum()) == 100


def test_a_decision_changes_the_list(analysis: gg.Analysis) -> None:
    results = ResultsState(analysis=analysis)
    state = SpeciesListState(results)
    state.is_open = True
    state.join(PATIENCE)
    largest = state.species.iloc[0]
    results.put([reject(analysis.features.iloc[int(largest["feature_id"])], author="ann")])
    state.join(PATIENCE)
    assert state.is_ready
    assert largest["name"] not in set(state.species["name"])


def test_what_comes_late_is_not_shown_under_another_result(analysis: gg.Analysis) -> None:
    results = ResultsState(analysis=analysis)
    late: list[Callable[[], None]] = []
    state = SpeciesListState(results, late.append)
    state.is_open = True
    state.join(PATIENCE)
    results.analysis = None
    for change in late:
        change()
    assert state.species.empty
    assert not state.is_ready


def test_a_closed_list_waits_until_it_is_opened_again(analysis: gg.Analysis) -> None:
    results = ResultsState(analysis=analysis)
    state = SpeciesListState(results)
    state.is_open = True
    state.join(PATIENCE)
    state.is_open = False
    results.analysis = gg.analyze(gg.simulate(1))
    assert not state.is_ready
    state.is_open = True
    state.join(PATIENCE)
    assert state.of is results.analysis
