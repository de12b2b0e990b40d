"""Fitted retention model: predicted RT of any name, with interval and basis."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.inference.learning import composition_model, firm_lines
from ganglioside.inference.prediction_errors import PredictionErrors, prediction_errors
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.ion_source.coelution import USUAL_TOLERANCE, coelution_tolerance
from ganglioside.lipids.composition import UNITS
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.observations.drift import Drift, no_drift
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.observations.run import Run
from ganglioside.observations.sample_gradients import observe_gradients
from ganglioside.observations.shared_peaks import find_peaks
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.retention.chain_effects import NO_CHAINS, ChainEffect
from ganglioside.retention.composition_model import CompositionModel
from ganglioside.retention.curve import (
    Ceramides,
    Curve,
    ceramide_basis,
    ceramide_class,
    usual_carbons,
)
from ganglioside.retention.curve_covariance import SHAPE
from ganglioside.retention.first_curve import NoCurve
from ganglioside.retention.isomer_names import line_names
from ganglioside.retention.reach import Reach, usual_bend
from ganglioside.support.arrays import FloatArray, IntArray, decoded, encoded
from ganglioside.support.densities import STANDARD_DEVIATION
from ganglioside.support.formatting import minutes
from ganglioside.support.on_demand import ShownAsCard
from ganglioside.support.priors import Priors
from ganglioside.support.text_columns import as_column, as_numbers, several, texts

PREDICTION_COLUMNS: Final = ("name", "isomer", "predicted_rt", "lower", "upper", "basis")

#: Origin of a prediction: `own series`, `shared curve`, `composition only` or `no model`, with
#: `, extrapolated` where the ceramide is beyond those of the table.
Basis = str

#: Values of one row of a table of predictions, in the order of `PREDICTION_COLUMNS`.
_Prediction = tuple[str, str | None, float, float, float, Basis]

#: Features of a line from which predictions rest on them, and from which on some of them.
_OWN_SERIES: Final = 1.5
_SHARED_CURVE: Final = 0.5

_SHOWN: Final = 50  # points of a gradient that are shown


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
        same_series = [k for k, known in enumerate(self.series) if known == series]
        same_isomer: list[int] = []
        if isomer is not None:
            same_isomer = [k for k in same_series if self.isomer[k] == isomer]
        return np.array(same_isomer or same_series, dtype=np.int64)


class GradientShown(NamedTuple):
    """A gradient as an analyst sees it.

    Attributes
    ----------
    rt : numpy.ndarray, shape (s,)
        min.
    carbon : numpy.ndarray, shape (s,)
        Time that one carbon takes there, min.
    """

    rt: FloatArray
    carbon: FloatArray


@dataclass(frozen=True, eq=False)
class _Parameters:
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
        """RT of lines of a curve at ceramides and its standard deviation, min, each (L, c)."""
        straight = curve.predict(ceramides) + chains.shift
        speed = self.gradient.speed(self.gradient.to_rt(straight))
        scatter = self.sigma[ceramide_class(ceramides.basis)] * speed
        bend = usual_bend(curve.slope, self.composition.priors)
        variance = curve.variance(ceramides) + self.reach.variance(straight, bend)
        variance += self.errors.unsure.variance(curve, ceramides) + chains.variance
        scale = STANDARD_DEVIATION * self.errors.scale
        return self.in_minutes(straight, scale * np.sqrt(variance + scatter**2))

    def in_minutes(self, straight: FloatArray, sd: FloatArray) -> tuple[FloatArray, FloatArray]:
        """RT of straightened times and its standard deviation, min, in their shape."""
        rt = self.gradient.to_rt(straight)
        return self.run.rt(rt), self.run.sd(sd / self.gradient.speed(rt))


class FittedModel(ShownAsCard):
    """RT = offset(series, isomer) + f(ceramide), f shared by all series.

    A table that allows no curve gives a model whose predictions are missing and whose `reason`
    says why.

    Examples
    --------
    >>> import ganglioside as gg
    >>> model = gg.analyze(gg.example()).model
    >>> model.is_fitted
    True
    >>> model.predict(["GM3(36:1;O2)"])[["name", "basis"]]
               name       basis
    0  GM3(36:1;O2)  own series
    """

    def __init__(self, parameters: _Parameters | None, reason: str = "") -> None:
        self._parameters = parameters
        self.reason = reason

    def __repr__(self) -> str:
        """Number of lines, slope and scatter; or why there is no model."""
        if not self.is_fitted:
            return f"FittedModel(no model: {self.reason})"
        return (
            f"FittedModel({len(self.line_series):,} lines, {minutes(self.slope)} a carbon, "
            f"sigma {minutes(self.sigma)})"
        )

    @classmethod
    def fitted_to(cls, table: FeatureTable, priors: Priors | None = None) -> FittedModel:
        """Model of a feature table; where its samples have several gradients, of that of most rows.

        Parameters
        ----------
        table : FeatureTable
        priors : Priors, optional
            The usual priors where omitted.

        Returns
        -------
        FittedModel
        """
        observed = find_peaks(observe_gradients(table, priors=priors).parts[0], priors).observed
        return cls.from_inference(infer(observed, priors=priors))

    @classmethod
    def from_inference(cls, result: Inference | NoCurve) -> FittedModel:
        """Model with the parameters of an inference.

        Parameters
        ----------
        result : Inference or NoCurve
            Result of `infer`.

        Returns
        -------
        FittedModel
        """
        if isinstance(result, NoCurve):
            return cls(None, result.reason)
        groups, line_group = result.observed.groups, result.line_group
        seen = result.rates.fragments.seen
        lines = NamedLines(
            series=tuple(groups.series[g] for g in line_group),
            isomer=line_names(groups, line_group, result.curve.lines, seen),
            units=groups.units[line_group],
            support=result.support,
            anchors=result.anchor_support,
        )
        parameters = _Parameters(
            curve=result.curve,
            lines=lines,
            composition=composition_model(result, firm_lines(result)),
            sigma=result.rates.sigma,
            drift=result.observed.drift,
            gradient=result.observed.gradient,
            reach=result.reach,
            run=result.observed.run,
            pair_tolerance=result.pair_tolerance,
            learned_from=result,
            stored_errors=PredictionErrors.nothing(),
        )
        return cls(parameters)

    def with_drift(self, drift: Drift) -> FittedModel:
        """The model with the drift of further samples, which have gradients of their own."""
        if self._parameters is None:
            return self
        return FittedModel(replace(self._parameters, drift=drift), self.reason)

    @property
    def is_fitted(self) -> bool:
        """Whether the model predicts anything."""
        return self._parameters is not None

    @property
    def priors(self) -> Priors:
        """Priors with which the model was fitted."""
        return self._parameters.composition.priors if self._parameters else Priors.usual()

    @property
    def drift(self) -> Drift:
        """Drift of the samples of the study; predictions are in the study's time."""
        return self._parameters.drift if self._parameters else no_drift()

    @property
    def sigma(self) -> float:
        """Scatter of features with plain ceramides about their line, min; NaN without a fit."""
        return float(self._parameters.sigma[0]) if self._parameters else float("nan")

    def coelution_tolerance(self, rt_tolerance: float) -> float:
        """Largest RT difference of rows that were taken to elute together, min.

        Parameters
        ----------
        rt_tolerance : float
            The setting, min. Where features scatter so much about their lines that co-eluting
            ones are farther apart, it is more in proportion.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.analyze(gg.example()).model.coelution_tolerance(0.1)
        0.1
        """
        usual = self._parameters.pair_tolerance if self._parameters else USUAL_TOLERANCE
        return coelution_tolerance(rt_tolerance, usual)

    @property
    def slope(self) -> float:
        """RT that one carbon adds, min; NaN without a fit."""
        return self._parameters.curve.slope if self._parameters else float("nan")

    @property
    def gradient_shown(self) -> GradientShown | None:
        """The shape of an uneven gradient as far as features show it; None of an even one.

        None too where too few are on their lines to show any.
        """
        parameters = self._parameters
        if parameters is None or parameters.gradient.is_even or not parameters.reach.is_known:
            return None
        reach = np.array([parameters.reach.first, parameters.reach.last])
        first, last = parameters.gradient.to_rt(reach)
        rt = np.linspace(first, last, _SHOWN)
        return GradientShown(rt, parameters.curve.slope / parameters.gradient.speed(rt))

    @property
    def line_series(self) -> tuple[str, ...]:
        """Series of each line."""
        return self._parameters.lines.series if self._parameters else ()

    @property
    def line_isomers(self) -> tuple[str | None, ...]:
        """Isomer of each line, None where the series has one line."""
        return self._parameters.lines.isomer if self._parameters else ()

    @property
    def line_labels(self) -> tuple[str, ...]:
        """Label of each line: its isomer, or else its series."""
        pairs = zip(self.line_isomers, self.line_series, strict=True)
        return tuple(isomer or series for isomer, series in pairs)

    @property
    def line_features(self) -> IntArray:
        """Number of features on each line, shape (L,)."""
        return _rounded(self._parameters.lines.support if self._parameters else np.zeros(0))

    @property
    def line_basis(self) -> tuple[Basis, ...]:
        """Basis of predictions on each line, as in `predict`."""
        if self._parameters is None:
            return ()
        return tuple(_basis(support) for support in self._parameters.lines.support)

    @property
    def lines(self) -> pd.DataFrame:
        """One row per series and isomer: series, isomer, n, n_anchors, offset, offset_se."""
        return pd.DataFrame(self.line_columns())

    def line_columns(self) -> dict[str, Any]:
        """Columns of `lines`, by name."""
        support = anchors = offset = sd = np.zeros(0)
        if self._parameters is not None:
            lines, curve = self._parameters.lines, self._parameters.curve
            support, anchors = lines.support, lines.anchors
            offset, sd = self._parameters.in_minutes(curve.lines, np.sqrt(curve.line_var))
        return {
            "series": as_column(texts(self.line_series)),
            "isomer": as_column(texts(self.line_isomers)),
            "n": as_numbers(_rounded(support)),
            "n_anchors": as_numbers(_rounded(anchors)),
            "offset": offset,
            "offset_se": sd,
        }

    def predict(self, names: str | Sequence[str]) -> pd.DataFrame:
        """Predicted RT of any names, with interval and basis.

        Parameters
        ----------
        names
            One name or several, in any spelling that `parse_name` reads; the table need not
            contain them.

        Returns
        -------
        pandas.DataFrame
            One row per isomer line: name, isomer, predicted_rt, lower, upper (95 %, min), basis:
            `own series`, `shared curve` (the series has one feature), `composition only` (the
            series has none) or `no model`; with `, extrapolated` where the ceramide has carbons,
            double bonds or hydroxyls beyond those of the table.

        Raises
        ------
        NameFormError
            If a name cannot be read.

        Examples
        --------
        >>> import ganglioside as gg
        >>> model = gg.analyze(gg.example()).model
        >>> model.predict(["GM3(60:1;O2)"])["basis"].item()
        'own series, extrapolated'
        """
        rows: list[_Prediction] = []
        for name in several(names):
            rows += self._predict_lines(name, parse_name(name))
        frame = pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS))
        return frame.astype({"name": "str", "isomer": "str", "basis": "str"})

    def predict_one(self, names: str | Sequence[str]) -> FloatArray:
        """RT of each name, min, shape (n,); of several lines that with most features.

        Parameters
        ----------
        names
            n names in any spelling that `parse_name` reads.

        Returns
        -------
        numpy.ndarray, shape (n,)

        Raises
        ------
        NameFormError
            If a name cannot be read.
        """
        return np.array(
            [self._best_rt(parse_name(name)) for name in several(names)], dtype=np.float64
        )

    def _best_rt(self, species: Species) -> float:
        """RT of a species, min, on the line with most features."""
        rts = [row[2] for row in self._predict_lines("", species)]
        if self._parameters is None or len(rts) == 1:
            return float(rts[0])
        lines = self._parameters.lines
        support = lines.support[lines.find(species.series, species.isomer)]
        return float(rts[int(np.argmax(support))])

    def _predict_lines(self, name: str, species: Species) -> list[_Prediction]:
        """Row of `predict` for each line of a species."""
        if self._parameters is None:
            return [(name, None, np.nan, np.nan, np.nan, "no model")]
        curve, lines = self._parameters.curve, self._parameters.lines
        line = lines.find(species.series, species.isomer)
        isomers = [lines.isomer[k] for k in line]
        basis = [_basis(lines.support[k]) for k in line]
        if len(line) == 0:
            curve = _with_expected_line(self._parameters, species)
            line = np.array([len(lines.series)])
            isomers = [species.isomer]
            basis = ["composition only"]
        ceramide = _ceramide(species)
        ceramides = _ceramides(curve, ceramide)
        beyond = ", extrapolated" if _beyond(curve.ceramides, ceramide) else ""
        chains = ChainEffect.of(species, curve, self._parameters.composition.priors)
        rt, sd = self._parameters.expect(curve, ceramides, chains)
        rt, sd = rt[line, 0], sd[line, 0]
        rows = zip(isomers, rt, *self._parameters.run.interval(rt, sd), basis, strict=True)
        return [
            (name, isomer, centre, lower, upper, origin + beyond)
            for isomer, centre, lower, upper, origin in rows
        ]

    def expect(self, line: IntArray, ceramide: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Expected RT of ceramides on lines, and its standard deviation.

        Parameters
        ----------
        line : numpy.ndarray of int, shape (n,)
            Indices into `line_labels`.
        ceramide : numpy.ndarray, shape (n, 3)
            Carbons, double bonds, hydroxyls.

        Returns
        -------
        rt, sd : numpy.ndarray, shape (n,)
            min; the standard deviation of a feature about the prediction. NaN without a fit.
        """
        if self._parameters is None:
            return np.full(len(line), np.nan), np.full(len(line), np.nan)
        curve = self._parameters.curve
        distinct, index = np.unique(ceramide, axis=0, return_inverse=True)
        ceramides = _ceramides(curve, distinct)
        rt, sd = self._parameters.expect(curve, ceramides)
        return rt[line, index], sd[line, index]

    def line_rt(
        self,
        series: str,
        isomer: str | None,
        carbons: npt.ArrayLike,
        double_bonds: npt.ArrayLike,
        hydroxyls: npt.ArrayLike,
    ) -> FloatArray:
        """RT of ceramides on one line, min, shape (n,).

        Parameters
        ----------
        series : str
        isomer : str or None
        carbons, double_bonds, hydroxyls : array-like, shape (n,) or scalar

        Returns
        -------
        numpy.ndarray, shape (n,)
            NaN where the model has no such line.
        """
        ceramide = _stack(carbons, double_bonds, hydroxyls)
        missing = np.full(len(ceramide), np.nan)
        if self._parameters is None:
            return missing
        curve, lines = self._parameters.curve, self._parameters.lines
        found = lines.find(series, isomer)
        if len(found) == 0:
            return missing
        straight = curve.predict(_ceramides(curve, ceramide))[found[0]]
        return self._parameters.run.rt(self._parameters.gradient.to_rt(straight))

    def reduced_rt(
        self,
        rt: npt.ArrayLike,
        carbons: npt.ArrayLike,
        double_bonds: npt.ArrayLike,
        hydroxyls: npt.ArrayLike,
    ) -> FloatArray:
        """RT less the effect of the ceramide: RT normalised to 36:1;O2, min.

        By how much a series is steeper than the others is left in.

        Parameters
        ----------
        rt, carbons, double_bonds, hydroxyls : array-like, shape (n,) or scalar

        Returns
        -------
        numpy.ndarray, shape (n,)
            NaN without a fit.
        """
        _, carbons, double_bonds, hydroxyls = np.broadcast_arrays(
            rt, carbons, double_bonds, hydroxyls
        )
        ceramide = _stack(carbons, double_bonds, hydroxyls)
        if self._parameters is None:
            return np.full(len(ceramide), np.nan)
        curve, gradient = self._parameters.curve, self._parameters.gradient
        index = np.arange(len(ceramide))
        straight = gradient.straighten(np.asarray(rt, np.float64))
        return gradient.to_rt(curve.reduce(straight, _ceramides(curve, ceramide), index))

    def to_dict(self) -> dict[str, Any]:
        """Fitted parameters, ready for JSON: `from_dict` reads them."""
        if self._parameters is None:
            return {"reason": self.reason}
        return {
            "reason": self.reason,
            "sigma": self._parameters.sigma.tolist(),
            "drift": self._parameters.drift.to_dict(),
            **self._parameters.run.to_dict(),
            "composition": _composition_to_dict(self._parameters.composition),
            "lines": _lines_to_dict(self._parameters.lines),
            "curve": _curve_to_dict(self._parameters.curve),
            **_reach_to_dict(self._parameters.reach),
            **_pairs_to_dict(self._parameters.pair_tolerance),
            **_gradient_to_dict(self._parameters.gradient),
            **self._parameters.errors.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FittedModel:
        """Fitted model from the values of `to_dict`."""
        if "curve" not in values:
            return cls(None, values["reason"])
        composition = _composition_from_dict(values["composition"])
        parameters = _Parameters(
            curve=_curve_from_dict(values["curve"], composition.priors),
            lines=_lines_from_dict(values["lines"]),
            composition=composition,
            sigma=np.array(values["sigma"]),
            drift=Drift.from_dict(values["drift"]),
            gradient=Gradient.from_dict(values.get("gradient")),
            reach=Reach(*values["reach"]) if "reach" in values else Reach.everywhere(),
            run=Run.from_dict(values),
            pair_tolerance=values.get("pair_tolerance", USUAL_TOLERANCE),
            learned_from=None,
            stored_errors=PredictionErrors.from_dict(values),
        )
        return cls(parameters, values["reason"])


def _gradient_to_dict(gradient: Gradient) -> dict[str, Any]:
    """Values of a gradient for JSON; none for an even one."""
    return {} if gradient.is_even else {"gradient": gradient.to_dict()}


def _pairs_to_dict(pair_tolerance: float) -> dict[str, Any]:
    """Largest RT difference of pairs for JSON; none where it is the usual one."""
    return {} if pair_tolerance == USUAL_TOLERANCE else {"pair_tolerance": pair_tolerance}


def _reach_to_dict(reach: Reach) -> dict[str, Any]:
    """Values of a reach for JSON; none where it has no end."""
    return {} if reach == Reach.everywhere() else {"reach": [reach.first, reach.last]}


def _composition_to_dict(composition: CompositionModel) -> dict[str, Any]:
    """Values of a composition model for JSON; priors only where they are not the usual ones."""
    values: dict[str, Any] = {
        "slope": composition.slope,
        "units": composition.units.tolist(),
        "inverse": composition.inverse.tolist(),
        "residual": composition.residual.tolist(),
        "noise": composition.noise.tolist(),
        "level": composition.level,
    }
    changes = composition.priors.changes()
    return {**values, "priors": changes} if changes else values


def _composition_from_dict(values: dict[str, Any]) -> CompositionModel:
    """Composition model from the values of `_composition_to_dict`."""
    units = np.array(values["units"], dtype=np.float64).reshape(-1, len(UNITS))
    return CompositionModel(
        slope=values["slope"],
        units=units,
        inverse=np.array(values["inverse"], dtype=np.float64).reshape(len(units), len(units)),
        residual=np.array(values["residual"]),
        noise=np.array(values["noise"]),
        level=values["level"],
        priors=Priors.usual().varied(**values.get("priors", {})),
    )


def _lines_to_dict(lines: NamedLines) -> dict[str, Any]:
    """Values of lines for JSON."""
    return {
        "series": list(lines.series),
        "isomer": list(lines.isomer),
        "units": lines.units.tolist(),
        "support": lines.support.tolist(),
        "anchors": lines.anchors.tolist(),
    }


def _lines_from_dict(values: dict[str, Any]) -> NamedLines:
    """Lines from the values of `_lines_to_dict`."""
    return NamedLines(
        series=tuple(values["series"]),
        isomer=tuple(values["isomer"]),
        units=np.array(values["units"]),
        support=np.array(values["support"]),
        anchors=np.array(values["anchors"]),
    )


def _curve_to_dict(curve: Curve) -> dict[str, Any]:
    """Values of a curve for JSON; of its covariance the upper triangle, row by row, in base64."""
    upper = np.triu_indices(len(curve.covariance))
    return {
        "shape": curve.shape.tolist(),
        "shrink": curve.shrink,
        "spared": curve.spared,
        "slope": curve.slope,
        "middle": curve.middle,
        "lines": curve.lines.tolist(),
        "tilt": curve.tilt.tolist(),
        "tilt_sd": curve.tilt_sd,
        "ceramides": curve.ceramides.tolist(),
        "deviation": curve.deviation.tolist(),
        "deviation_sd": curve.deviation_sd,
        "hydroxyl_deviation": curve.hydroxyl_deviation,
        "covariance": encoded(curve.covariance[upper]),
    }


def _curve_from_dict(values: dict[str, Any], priors: Priors) -> Curve:
    """Curve from the values of `_curve_to_dict`, or of before some parameters were there.

    What was not there had no effect, and was sure.
    """
    covariance, shape = _square(decoded(values["covariance"])), np.array(values["shape"])
    if "spared" not in values:
        covariance = _with_sure(covariance, len(shape) + 1)
    if len(shape) < SHAPE:  # a saturated ceramide with a third hydroxyl was as any other
        covariance, shape = _with_sure(covariance, len(shape)), np.append(shape, 0.0)
    return Curve(
        shape=shape,
        shrink=values["shrink"],
        spared=values.get("spared", 0.0),
        slope=values["slope"],
        middle=values["middle"],
        lines=np.array(values["lines"]),
        tilt=np.array(values["tilt"]),
        tilt_sd=values["tilt_sd"],
        ceramides=np.array(values["ceramides"]).reshape(-1, 3),
        deviation=np.array(values["deviation"]),
        deviation_sd=values["deviation_sd"],
        hydroxyl_deviation=values.get("hydroxyl_deviation", 1.0),
        covariance=covariance,
        usual_carbons=usual_carbons(priors),
    )


def _with_sure(covariance: FloatArray, at: int) -> FloatArray:
    """Covariance with one more parameter at a position, which is known exactly."""
    return np.insert(np.insert(covariance, at, 0.0, axis=0), at, 0.0, axis=1)


def _square(triangle: FloatArray) -> FloatArray:
    """Symmetric matrix with this upper triangle, given row by row."""
    size = (math.isqrt(8 * len(triangle) + 1) - 1) // 2  # size (size + 1) / 2 = len(triangle)
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = triangle
    return np.asarray(matrix + np.triu(matrix, 1).T)


def _basis(support: float) -> Basis:
    """Basis of predictions on a line with `support` features."""
    if support >= _OWN_SERIES:
        return "own series"
    if support >= _SHARED_CURVE:
        return "shared curve"
    return "composition only"


def _ceramide(species: Species) -> FloatArray:
    """Carbons, double bonds and hydroxyls of a species, shape (1, 3)."""
    ceramide = species.ceramide
    numbers = [ceramide.carbons, ceramide.double_bonds, ceramide.hydroxyls]
    return np.array([numbers], np.float64)


def _beyond(seen: FloatArray, ceramide: FloatArray) -> bool:
    """Whether a ceramide, shape (1, 3), is outside the range of those seen, shape (K, 3)."""
    below = ceramide < seen.min(axis=0)
    above = ceramide > seen.max(axis=0)
    return bool((below | above).any())


def _with_expected_line(parameters: _Parameters, species: Species) -> Curve:
    """The curve with a further line where the composition of `species` predicts it."""
    units = parse_names([species.name]).compositions.astype(np.float64) * UNIT_SIGN
    mean, variance = parameters.composition.predict(units)
    return parameters.curve.with_line(float(mean[0]), float(variance[0]))


def _ceramides(curve: Curve, ceramide: FloatArray) -> Ceramides:
    """Ceramides, shape (c, 3), in the form in which a curve takes them."""
    same = (ceramide[:, None, :] == curve.ceramides[None, :, :]).all(axis=2)
    known = np.where(same.any(axis=1), same.argmax(axis=1), -1)
    return Ceramides(ceramide_basis(ceramide), known.astype(np.int64))


def _stack(
    carbons: npt.ArrayLike, double_bonds: npt.ArrayLike, hydroxyls: npt.ArrayLike
) -> FloatArray:
    """Ceramides as an array of carbons, double bonds and hydroxyls, shape (n, 3)."""
    parts = np.broadcast_arrays(carbons, double_bonds, hydroxyls)
    return np.column_stack([np.asarray(part, np.float64).ravel() for part in parts])


def _rounded(counts: FloatArray) -> IntArray:
    """Counts, which are sums of shares, as whole numbers."""
    return np.round(counts).astype(np.int64)
