"""What a fitted model has learned: its lines, and RT of ceramides on them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from ganglioside.inference.prediction_errors import PredictionErrors, prediction_errors
from ganglioside.inference.state import Inference
from ganglioside.observations.drift import Drift
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.run import Run
from ganglioside.retention.chain_effects import NO_CHAINS, ChainEffect
from ganglioside.retention.composition_model import CompositionModel
from ganglioside.retention.curve import Ceramides, Curve, ceramide_basis, ceramide_class
from ganglioside.retention.reach import Reach, usual_bend
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.densities import STANDARD_DEVIATION

#: Origin of a prediction: `own series`, `shared curve`, `composition only` or `no model`, with
#: `, extrapolated` where the ceramide is beyond those of the table.
Basis = str

#: Features of a line from which predictions rest on them, and from which on some of them.
_OWN_SERIES: Final = 1.5
_SHARED_CURVE: Final = 0.5


@dataclass(frozen=True, eq=False)
class NamedLines:
    """Lines of a fitted model, one per series and isomer.

    Attributes
    ----------
    series : tuple of str, length L
    isomer : tuple of (str or None), length L
        None where the series has one line.
    units : numpy.ndarray, shape (L, len(UNITS))
    support, anchors : numpy.ndarray, shape (L,)
        Number of features and of anchors on each line.
    """

    series: tuple[str, ...]
    isomer: tuple[str | None, ...]
    units: FloatArray
    support: FloatArray
    anchors: FloatArray

    def find(self, series: str, isomer: str | None) -> IntArray:
        """Indices of the lines of a series; only that of `isomer` where it is known."""
        same_series = self._of_series.get(series, [])
        same_isomer: list[int] = []
        if isomer is not None:
            same_isomer = [k for k in same_series if self.isomer[k] == isomer]
        return np.array(same_isomer or same_series, dtype=np.int64)

    @cached_property
    def _of_series(self) -> dict[str, list[int]]:
        """Indices of the lines of each series."""
        found: dict[str, list[int]] = {}
        for line, series in enumerate(self.series):
            found.setdefault(series, []).append(line)
        return found


@dataclass(frozen=True, eq=False)
class Parameters:
    """All that a model has learned; `sigma` is the scatter by ceramide class, min, shape (2,).

    The curve holds in the straightened time of the gradient. `stored_errors` are those of a model
    that was stored; others have the inference that they were learned from.
    """

    curve: Curve
    lines: NamedLines
    composition: CompositionModel
    sigma: FloatArray
    drift: Drift
    gradient: Gradient
    reach: Reach
    run: Run
    pair_tolerance: float
    learned_from: Inference | None
    stored_errors: PredictionErrors

    @cached_property
    def errors(self) -> PredictionErrors:
        """How far predictions are off: found when it is first needed."""
        return prediction_errors(self.learned_from) if self.learned_from else self.stored_errors

    def expect(
        self, curve: Curve, ceramides: Ceramides, chains: ChainEffect = NO_CHAINS
    ) -> tuple[FloatArray, FloatArray]:
        """RT of lines of a curve at ceramides and its standard deviation, min, each (L, c).

        Where left-out rows are nearer than expected, what they say nothing of is as uncertain.
        """
        straight = curve.predict(ceramides) + chains.shift
        speed = self.gradient.speed(self.gradient.to_rt(straight))
        scatter = self.sigma[ceramide_class(ceramides.basis)] * speed
        bend = usual_bend(curve.slope, self.composition.priors)
        shown = curve.variance(ceramides) + scatter**2
        shown += self.errors.unsure.variance(curve, ceramides)
        beyond = self.reach.variance(straight, bend) + chains.variance
        scale = self.errors.scale
        variance = scale**2 * shown + max(scale, 1.0) ** 2 * beyond
        return self.in_minutes(straight, STANDARD_DEVIATION * np.sqrt(variance))

    def in_minutes(self, straight: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """RT of straightened times and its standard deviation, min, in their shape."""
        rt = self.gradient.to_rt(straight)
        return self.run.rt(rt), self.run.sd(sd / self.gradient.speed(rt))


def basis_of(support: float) -> Basis:
    """Basis of predictions on a line with `support` features."""
    if support >= _OWN_SERIES:
        return "own series"
    if support >= _SHARED_CURVE:
        return "shared curve"
    return "composition only"


def curve_ceramides(curve: Curve, ceramide: FloatArray) -> Ceramides:
    """Ceramides, shape (c, 3), in the form in which a curve takes them."""
    same = (ceramide[:, None, :] == curve.ceramides[None, :, :]).all(axis=2)
    known = np.where(same.any(axis=1), same.argmax(axis=1), -1)
    return Ceramides(ceramide_basis(ceramide), known.astype(np.int64))
