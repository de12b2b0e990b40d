"""Parameters of a fitted model as JSON holds them, and back."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ganglioside.inference.model_parameters import NamedLines, Parameters
from ganglioside.inference.prediction_errors import PredictionErrors
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.lipids.composition import UNITS
from ganglioside.observations.drift import Drift
from ganglioside.observations.gradient import Gradient
from ganglioside.observations.run import Run
from ganglioside.retention.composition_model import CompositionModel
from ganglioside.retention.curve import Curve, usual_carbons
from ganglioside.retention.curve_covariance import SHAPE
from ganglioside.retention.reach import Reach
from ganglioside.support.arrays import FloatArray, decoded, encoded
from ganglioside.support.priors import Priors


def parameters_to_dict(parameters: Parameters) -> dict[str, Any]:
    """Values of the parameters for JSON, which `parameters_from_dict` reads."""
    return {
        "sigma": parameters.sigma.tolist(),
        "drift": parameters.drift.to_dict(),
        **parameters.run.to_dict(),
        "composition": _composition_to_dict(parameters.composition),
        "lines": _lines_to_dict(parameters.lines),
        "curve": _curve_to_dict(parameters.curve),
        **_reach_to_dict(parameters.reach),
        **_pairs_to_dict(parameters.pair_tolerance),
        **_gradient_to_dict(parameters.gradient),
        **parameters.errors.to_dict(),
    }


def parameters_from_dict(values: dict[str, Any]) -> Parameters:
    """Parameters from the values of `parameters_to_dict`, also of older versions."""
    composition = _composition_from_dict(values["composition"])
    return Parameters(
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
