"""Tables with the state of the model that explains them, for tests of the inference."""

from __future__ import annotations

import known_curve
import numpy as np
from known_curve import Method

import ganglioside as gg
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.observations.observations import observe

TABLES = {
    "example": gg.example,
    "simulated": lambda: gg.simulate(1),
    "two samples": lambda: gg.simulate(2, level="easy", n_samples=2),
    "without areas": lambda: gg.read_features(
        known_curve.draw(Method(), np.random.default_rng(0)).drop(columns="Volume")
    ),
}


def explained(table: gg.FeatureTable) -> Inference:
    state = infer(observe(table))
    assert isinstance(state, Inference)
    return state


def by_row(state: Inference) -> np.ndarray:
    """Shares of each row: itself, parents, missing parents, lines not found, chance: (n, 5)."""
    shares, n = state.shares, len(state.observed)
    missing = shares.missing_parents
    own = np.bincount(state.candidates.row, shares.own, minlength=n)
    pairs = np.bincount(state.coelution.child, shares.pair, minlength=n)
    missing_parents = np.bincount(missing.child, missing.probability, minlength=n)
    return np.column_stack([own, pairs, missing_parents, shares.unfound, shares.chance])
