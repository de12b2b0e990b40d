"""A fitted retention model: predictions for any name, with interval and basis."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.inference.densities import INTERVAL, STANDARD_DEVIATION
from ganglioside.inference.learning import composition_model, firm_lines
from ganglioside.inference.rounds import infer
from ganglioside.inference.state import Inference
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.observations.drift import Drift, no_drift
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.observations.observations import observe
from ganglioside.observations.shared_peaks import find_peaks
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.retention.composition_model import CompositionModel
from ganglioside.retention.curve import Ceramides, Curve, ceramide_basis, ceramide_class
from ganglioside.retention.curve_covariance import SHARED
from ganglioside.retention.first_curve import NoCurve
from ganglioside.retention.isomer_names import line_names
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.priors import Priors
from ganglioside.support.text_columns import as_column, as_numbers, texts

PREDICTION_COLUMNS: Final = ("name", "isomer", "predicted_rt", "lower", "upper", "basis")

Basis = str


@dataclass(frozen=True, eq=False)
class Lines:
    """The lines of a fitted model, one per series and isomer.

    Attributes
    ----------
    series : tuple of str, length L
    isomer : tuple of (str or None), length L
        None where the series has one line.
    units : numpy.ndarray, shape (L, len(UNITS))
    support, anchors : numpy.ndarray, shape (L,)
        Features and anchors that stand on each line.
    """

    series: tuple[str, ...]
    isomer: tuple[str | None, ...]
    units: FloatArray
    support: FloatArray
    anchors: FloatArray

    def of(self, series: str, isomer: str | None) -> IntArray:
        """Return the lines of a series; of one isomer where it is named and known."""
        same = [k for k, s in enumerate(self.series) if s == series]
        named = [k for k in same if isomer is not None and self.isomer[k] == isomer]
        return np.array(named or same, dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Fit:
    curve: Curve
    lines: Lines
    composition: CompositionModel
    sigma: FloatArray  # min, scatter about a line by ceramide class
    drift: Drift


class FittedModel:
    """RT = offset(series, isomer) + f(ceramide), f shared by all series.

    A table that allows no curve gives a model whose predictions are missing and whose `reason`
    says why.
    """

    def __init__(self, fit: _Fit | None, reason: str = "") -> None:
        self._fit = fit
        self.reason = reason

    @classmethod
    def fitted_to(cls, table: FeatureTable, priors: Priors | None = None) -> FittedModel:
        """Model of a feature table."""
        observed = find_peaks(observe(table)).observed
        return cls.from_inference(infer(observed, priors=priors))

    @classmethod
    def from_inference(cls, result: Inference | NoCurve) -> FittedModel:
        """Model that an inference holds."""
        if isinstance(result, NoCurve):
            return cls(None, result.reason)
        groups = result.observed.groups
        lines = Lines(
            series=tuple(groups.series[g] for g in result.line_group),
            isomer=line_names(
                groups, result.line_group, result.curve.lines, result.rates.fragments.seen
            ),
            units=groups.units[result.line_group],
            support=result.support,
            anchors=result.anchor_support,
        )
        composition = composition_model(result, firm_lines(result))
        return cls(
            _Fit(result.curve, lines, composition, result.rates.sigma, result.observed.drift)
        )

    @property
    def is_fitted(self) -> bool:
        """Whether the model predicts anything."""
        return self._fit is not None

    @property
    def priors(self) -> Priors:
        """What was held likely before the table was seen."""
        return self._fit.composition.priors if self._fit else Priors.usual()

    @property
    def drift(self) -> Drift:
        """How the samples of the study drifted; predictions are in the study's time."""
        return self._fit.drift if self._fit else no_drift()

    @property
    def sigma(self) -> float:
        """Scatter of features with plain ceramides about their line, min; NaN without a fit."""
        return float(self._fit.sigma[0]) if self._fit else float("nan")

    @property
    def slope(self) -> float:
        """How much one carbon retains, min; NaN without a fit."""
        return self._fit.curve.slope if self._fit else float("nan")

    @property
    def line_series(self) -> tuple[str, ...]:
        """Series of each line."""
        return self._fit.lines.series if self._fit else ()

    @property
    def line_isomers(self) -> tuple[str | None, ...]:
        """Isomer of each line, None where the series has one line."""
        return self._fit.lines.isomer if self._fit else ()

    @property
    def line_labels(self) -> tuple[str, ...]:
        """What each line is called: its isomer, or else its series."""
        pairs = zip(self.line_isomers, self.line_series, strict=True)
        return tuple(isomer or series for isomer, series in pairs)

    @property
    def line_features(self) -> IntArray:
        """How many features stand on each line."""
        return _rounded(self._fit.lines.support if self._fit else np.zeros(0))

    @property
    def line_basis(self) -> tuple[Basis, ...]:
        """What predictions on each line rest on, as in `predict`."""
        return tuple(_basis(n) for n in self._fit.lines.support) if self._fit else ()

    @property
    def lines(self) -> pd.DataFrame:
        """One row per series and isomer: series, isomer, n, n_anchors, offset, offset_se."""
        return pd.DataFrame(self.line_columns())

    def line_columns(self) -> dict[str, Any]:
        """Return the columns of `lines`."""
        none = np.zeros(0)
        lines, curve = (self._fit.lines, self._fit.curve) if self._fit else (None, None)
        return {
            "series": as_column(texts(self.line_series)),
            "isomer": as_column(texts(self.line_isomers)),
            "n": as_numbers(_rounded(lines.support if lines else none)),
            "n_anchors": as_numbers(_rounded(lines.anchors if lines else none)),
            "offset": curve.lines if curve else none,
            "offset_se": np.sqrt(curve.line_var) if curve else none,
        }

    def predict(self, names: Sequence[str]) -> pd.DataFrame:
        """Predict RT for any names.

        Parameters
        ----------
        names
            Any spelling that `parse_name` reads; the table need not hold them.

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
        """
        rows = [row for name in names for row in self._predict_one(name, parse_name(name))]
        return pd.DataFrame(rows, columns=list(PREDICTION_COLUMNS)).astype(
            {"name": "str", "isomer": "str", "basis": "str"}
        )

    def predict_one(self, names: Sequence[str]) -> FloatArray:
        """RT of each name, min, shape (n,); of several lines that with most features.

        Raises
        ------
        NameFormError
            If a name cannot be read.
        """
        return np.array([self._best_rt(parse_name(name)) for name in names], dtype=np.float64)

    def _best_rt(self, species: Species) -> float:
        rows = self._predict_one("", species)
        if self._fit is None or len(rows) == 1:
            return float(rows[0][2])
        support = self._fit.lines.support[self._fit.lines.of(species.series, species.isomer)]
        return float(rows[int(np.argmax(support))][2])

    def _predict_one(self, name: str, species: Species) -> list[tuple[Any, ...]]:
        if self._fit is None:
            return [(name, None, np.nan, np.nan, np.nan, "no model")]
        fit = self._fit
        found = fit.lines.of(species.series, species.isomer)
        if len(found) == 0:
            curve, line = _with_expected_line(fit, species), np.array([len(fit.lines.series)])
            labels: list[tuple[str | None, Basis]] = [(species.isomer, "composition only")]
        else:
            curve, line = fit.curve, found
            labels = [(fit.lines.isomer[k], _basis(fit.lines.support[k])) for k in found]
        ceramide = _ceramide(species)
        beyond = ", extrapolated" if _beyond(curve.ceramides, ceramide) else ""
        asked = _asked(curve, ceramide)
        rt = curve.predict(asked)[line, 0]
        scatter = fit.sigma[ceramide_class(asked.basis)]
        half = INTERVAL * np.sqrt(curve.variance(asked)[line, 0] + scatter**2)
        return [
            (name, isomer, centre, centre - reach, centre + reach, basis + beyond)
            for (isomer, basis), centre, reach in zip(labels, rt, half, strict=True)
        ]

    def expect(self, line: IntArray, ceramide: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return where ceramides elute on lines, and how surely.

        Parameters
        ----------
        line : numpy.ndarray of int, shape (n,)
            Places in `line_labels`.
        ceramide : numpy.ndarray, shape (n, 3)
            Carbons, double bonds, hydroxyls.

        Returns
        -------
        rt, sd : numpy.ndarray, shape (n,)
            min; the standard deviation of a feature about the prediction. NaN without a fit.
        """
        if self._fit is None:
            return np.full(len(line), np.nan), np.full(len(line), np.nan)
        curve, (distinct, place) = self._fit.curve, np.unique(ceramide, axis=0, return_inverse=True)
        asked = _asked(curve, distinct)
        scale = np.sqrt(curve.variance(asked) + self._fit.sigma[ceramide_class(asked.basis)] ** 2)
        return curve.predict(asked)[line, place], STANDARD_DEVIATION * scale[line, place]

    def line_rt(
        self,
        series: str,
        isomer: str | None,
        carbons: npt.ArrayLike,
        double_bonds: npt.ArrayLike,
        hydroxyls: npt.ArrayLike,
    ) -> FloatArray:
        """Return the RT in min of ceramides on one line (NaN where the model has no such line)."""
        ceramide = _stack(carbons, double_bonds, hydroxyls)
        if self._fit is None or len(found := self._fit.lines.of(series, isomer)) == 0:
            return np.full(len(ceramide), np.nan)
        curve = self._fit.curve
        return np.asarray(curve.predict(_asked(curve, ceramide))[found[0]])

    def reduced_rt(
        self,
        rt: npt.ArrayLike,
        carbons: npt.ArrayLike,
        double_bonds: npt.ArrayLike,
        hydroxyls: npt.ArrayLike,
    ) -> FloatArray:
        """Return RT less the effect of the ceramide: what it would be for 36:1;O2, in min.

        By how much a series is steeper than the others is left in.
        """
        _, carbons, double_bonds, hydroxyls = np.broadcast_arrays(
            rt, carbons, double_bonds, hydroxyls
        )
        ceramide = _stack(carbons, double_bonds, hydroxyls)
        if self._fit is None:
            return np.full(len(ceramide), np.nan)
        curve = self._fit.curve
        asked, place = _asked(curve, ceramide), np.arange(len(ceramide))
        return curve.reduce(np.asarray(rt, np.float64), asked, place)

    def to_dict(self) -> dict[str, Any]:
        """Return the fitted parameters, ready for JSON."""
        if self._fit is None:
            return {"reason": self.reason}
        curve, lines, composition = self._fit.curve, self._fit.lines, self._fit.composition
        size, changes = len(curve.covariance), composition.priors.changes()
        triangle = curve.covariance[np.triu_indices(size)].astype("<f8").tobytes()
        return {
            "reason": self.reason,
            "sigma": self._fit.sigma.tolist(),
            "drift": self._fit.drift.to_dict(),
            "composition": {
                "slope": composition.slope,
                "units": composition.units.tolist(),
                "inverse": composition.inverse.tolist(),
                "residual": composition.residual.tolist(),
                "noise": composition.noise.tolist(),
                "level": composition.level,
                **({"priors": changes} if changes else {}),
            },
            "lines": {
                "series": list(lines.series),
                "isomer": list(lines.isomer),
                "units": lines.units.tolist(),
                "support": lines.support.tolist(),
                "anchors": lines.anchors.tolist(),
            },
            "curve": {
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
                "covariance": base64.b64encode(triangle).decode("ascii"),
            },
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> FittedModel:
        """Rebuild a fitted model from `to_dict`."""
        if "curve" not in values:
            return cls(None, values["reason"])
        curve, lines = values["curve"], values["lines"]
        covariance = _square(np.frombuffer(base64.b64decode(curve["covariance"]), "<f8"))
        if "spared" not in curve:  # models of before it was a parameter
            covariance = np.insert(np.insert(covariance, SHARED - 1, 0, axis=0), SHARED - 1, 0, 1)
        fit = _Fit(
            Curve(
                shape=np.array(curve["shape"]),
                shrink=curve["shrink"],
                spared=curve.get("spared", 0.0),
                slope=curve["slope"],
                middle=curve["middle"],
                lines=np.array(curve["lines"]),
                tilt=np.array(curve["tilt"]),
                tilt_sd=curve["tilt_sd"],
                ceramides=np.array(curve["ceramides"]).reshape(-1, 3),
                deviation=np.array(curve["deviation"]),
                deviation_sd=curve["deviation_sd"],
                covariance=covariance,
            ),
            Lines(
                tuple(lines["series"]),
                tuple(lines["isomer"]),
                np.array(lines["units"]),
                np.array(lines["support"]),
                np.array(lines["anchors"]),
            ),
            CompositionModel(
                values["composition"]["slope"],
                np.array(values["composition"]["units"]),
                np.array(values["composition"]["inverse"]),
                np.array(values["composition"]["residual"]),
                np.array(values["composition"]["noise"]),
                values["composition"]["level"],
                Priors.usual().varied(**values["composition"].get("priors", {})),
            ),
            np.array(values["sigma"]),
            Drift.from_dict(values["drift"]),
        )
        return cls(fit, values["reason"])


def _square(triangle: FloatArray) -> FloatArray:
    """Return the symmetric matrix of which this is the upper triangle."""
    size = (math.isqrt(8 * len(triangle) + 1) - 1) // 2
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = triangle
    return np.asarray(matrix + np.triu(matrix, 1).T)


def _basis(support: float) -> Basis:
    return (
        "own series" if support >= 1.5 else "shared curve" if support >= 0.5 else "composition only"
    )


def _ceramide(species: Species) -> FloatArray:
    c = species.ceramide
    return np.array([[c.carbons, c.double_bonds, c.hydroxyls]], np.float64)


def _beyond(seen: FloatArray, ceramide: FloatArray) -> bool:
    """Tell whether a ceramide lies outside of what the table holds."""
    return bool(((ceramide < seen.min(axis=0)) | (ceramide > seen.max(axis=0))).any())


def _with_expected_line(fit: _Fit, species: Species) -> Curve:
    """Return the curve with a further line where the composition of `species` predicts it."""
    units = parse_names([species.name]).compositions.astype(np.float64) * UNIT_SIGN
    mean, variance = fit.composition.predict(units)
    return fit.curve.with_line(float(mean[0]), float(variance[0]))


def _asked(curve: Curve, ceramide: FloatArray) -> Ceramides:
    """Return ceramides, shape (c, 3), as a curve is asked for them."""
    same = (ceramide[:, None, :] == curve.ceramides[None, :, :]).all(axis=2)
    known = np.where(same.any(axis=1), same.argmax(axis=1), -1)
    return Ceramides(ceramide_basis(ceramide), known.astype(np.int64))


def _stack(
    carbons: npt.ArrayLike, double_bonds: npt.ArrayLike, hydroxyls: npt.ArrayLike
) -> FloatArray:
    parts = np.broadcast_arrays(carbons, double_bonds, hydroxyls)
    return np.column_stack([np.asarray(part, np.float64).ravel() for part in parts])


def _rounded(counts: FloatArray) -> IntArray:
    return np.round(counts).astype(np.int64)
