"""What is kept goes with the object that it was computed from."""

from __future__ import annotations

import gc
import weakref
from dataclasses import dataclass

import ganglioside as gg
from ganglioside.charts.evidence import series_curve
from ganglioside.inference.rounds import infer
from ganglioside.observations.observations import observe
from ganglioside.support.caches import kept_with_first
from ganglioside_widgets.state.results import ResultsState


@dataclass(frozen=True, eq=False)
class Owner:
    size: int


def test_a_result_is_kept_while_its_owner_lives_and_its_arguments_stay() -> None:
    calls: list[int] = []

    @kept_with_first
    def scaled(owner: Owner, factor: int = 1) -> int:
        calls.append(factor)
        return owner.size * factor

    first, second = Owner(2), Owner(2)
    assert [scaled(first, 3), scaled(first, 3), scaled(second, 3)] == [6, 6, 6]
    assert calls == [3, 3]
    assert scaled(first, factor=5) == 10
    assert calls == [3, 3, 5]


def test_a_table_is_let_go_after_its_analysis() -> None:
    observed = observe(gg.example())
    infer(observed)
    gone = weakref.ref(observed)
    groups = weakref.ref(observed.groups)
    del observed
    gc.collect()
    assert gone() is None
    assert groups() is None


def test_charts_and_explanations_of_an_analysis_go_with_it() -> None:
    state = ResultsState()
    state.analysis = shown = gg.analyze(gg.example())
    state.selected = 12
    series_curve(shown, 12)
    state.explanation()
    state.score_card()
    gone = weakref.ref(shown)
    state.analysis = None
    del shown
    gc.collect()
    assert gone() is None
