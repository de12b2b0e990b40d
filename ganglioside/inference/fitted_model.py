"""Fitted retention model: predicted RT of any name, with interval and basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.inference.learning import composition_model, firm_lines
from ganglioside.inference.model_parameters import (
    Basis,
    NamedLines,
    Parameters,
    basis_of,
    curve_ceramides,
)
from ganglioside.inference.prediction_errors import PredictionErrors
from ganglioside.inference.predictions import Predictions, predictions
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.inference.stored_model import parameters_from_dict, parameters_to_dict
from ganglioside.ion_source.coelution import USUAL_TOLERANCE, coelution_tolerance
from ganglioside.lipids.names import parse_name
from ganglioside.observations.drift import Drift, no_drift
from ganglioside.observations.sample_gradients import observe_gradients
from ganglioside.observations.shared_peaks import find_peaks
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.retention.first_curve import NoCurve
from ganglioside.retention.isomer_names import line_names
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.formatting import counted, minutes
from ganglioside.support.on_demand import ShownAsCard
from ganglioside.support.priors import Priors
from ganglioside.support.text_columns import as_column, as_numbers, several, texts

PREDICTION_COLUMNS: Final = ("name", "isomer", "predicted_rt", "lower", "upper", "basis")

_SHOWN: Final = 50  # points of a gradient that are shown


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

    def __init__(self, parameters: Parameters | None, reason: str = "") -> None:
        self._parameters = parameters
        self.reason = reason

    def __repr__(self) -> str:
        """Number of lines, slope and scatter; or why there is no model."""
        if not self.is_fitted:
            return f"FittedModel(no model: {self.reason})"
        return (
            f"FittedModel({counted(len(self.line_series), 'line')}, "
            f"{minutes(self.slope)} a carbon, sigma {minutes(self.sigma)})"
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
        parameters = Parameters(
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
        return tuple(basis_of(support) for support in self._parameters.lines.support)

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
        wanted = several(names)
        found = self._predicted(wanted)
        values = {
            "name": [wanted[k] for k in found.species.tolist()],
            "isomer": found.isomer,
            "predicted_rt": found.rt,
            "lower": found.lower,
            "upper": found.upper,
            "basis": found.basis,
        }
        frame = pd.DataFrame(values, columns=list(PREDICTION_COLUMNS))
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
        found = self._predicted(several(names))
        return found.rt[found.of_most_features]

    def _predicted(self, names: list[str]) -> Predictions:
        """Predictions of names on each of their lines, in the order of the names."""
        species = [parse_name(name) for name in names]
        if self._parameters is None:
            return Predictions.nothing(len(species))
        return predictions(self._parameters, species)

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
        ceramides = curve_ceramides(curve, distinct)
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
        straight = curve.predict(curve_ceramides(curve, ceramide))[found[0]]
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
        return gradient.to_rt(curve.reduce(straight, curve_ceramides(curve, ceramide), index))

    def to_dict(self) -> dict[str, Any]:
        """Fitted parameters, ready for JSON: `from_dict` reads them."""
        learned = {} if self._parameters is None else parameters_to_dict(self._parameters)
        return {"reason": self.reason, **learned}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FittedModel:
        """Fitted model from the values of `to_dict`."""
        parameters = parameters_from_dict(values) if "curve" in values else None
        return cls(parameters, values["reason"])


def _stack(
    carbons: npt.ArrayLike, double_bonds: npt.ArrayLike, hydroxyls: npt.ArrayLike
) -> FloatArray:
    """Ceramides as an array of carbons, double bonds and hydroxyls, shape (n, 3)."""
    parts = np.broadcast_arrays(carbons, double_bonds, hydroxyls)
    return np.column_stack([np.asarray(part, np.float64).ravel() for part in parts])


def _rounded(counts: FloatArray) -> IntArray:
    """Counts, which are sums of shares, as whole numbers."""
    return np.round(counts).astype(np.int64)
