"""What an analyst should look at first: contradictions that single verdicts do not show."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import FINDINGS
from ganglioside.drift import FOR_SHIFT, FOR_STRETCH
from ganglioside.observations import FloatArray, IntArray
from ganglioside.retention import RetentionModel

#: Log P values farther than this from what their composition predicts are contradictions.
_LOG_P_TOLERANCE: Final = 0.25

_SEVERITIES: Final = ("error", "warning", "info")

_STACKED: Final = 3  # modifications on one head group that deserve a second look


def find(features: pd.DataFrame, model: RetentionModel) -> pd.DataFrame:
    """Return the findings of an analysis, gravest first: columns `columns.FINDINGS`.

    Parameters
    ----------
    features : pandas.DataFrame
        Columns `columns.FEATURES`.
    model : RetentionModel
    """
    if not model.is_fitted:
        return _frame([_row("no-model", "error", None, None, model.reason, _NEEDED)])
    features = features[_LOOKED_AT]
    detectors: tuple[Callable[[pd.DataFrame, RetentionModel], list[dict[str, Any]]], ...] = (
        _wrong_anchors,
        _log_p_slips,
        _neugc_candidates,
        _sparse_series,
        _extrapolations,
        _stacks,
        _samples_apart,
    )
    return _frame([row for detect in detectors for row in detect(features, model)])


_LOOKED_AT: Final = [
    "feature_id",
    "name",
    "rt",
    "log_p",
    "anchor",
    "series",
    "carbons",
    "double_bonds",
    "hydroxyls",
    "predicted_rt",
    "verdict",
    "confidence",
    "parent",
    "process",
]

_NEEDED: Final = (
    "Give a reversed-phase table in which at least one series has features whose ceramides differ "
    "in carbons."
)


def _row(
    code: str, severity: str, feature: int | None, series: str | None, message: str, advice: str
) -> dict[str, Any]:
    values = (code, severity, feature, series, message, advice)
    return dict(zip(FINDINGS, values, strict=True))


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    rows = sorted(rows, key=lambda row: _SEVERITIES.index(row["severity"]))
    return pd.DataFrame(rows, columns=list(FINDINGS)).astype(FINDINGS)


def _wrong_anchors(features: pd.DataFrame, _: RetentionModel) -> list[dict[str, Any]]:
    wrong = features[features["anchor"] & ~features["verdict"].isin(["valid", "undetermined"])]
    return [
        _row(
            "wrong-anchor",
            "error",
            row.feature_id,
            row.series,
            f"Anchor {row.name} at {row.rt:.3f} min contradicts the other features: "
            + (f"{row.verdict} of {row.parent}" if pd.notna(row.parent) else str(row.verdict))
            + f" ({row.confidence:.0%}).",
            f"Check this anchor; {row.series} is expected at {row.predicted_rt:.3f} min.",
        )
        for row in _tuples(wrong)
    ]


def _log_p_slips(features: pd.DataFrame, _: RetentionModel) -> list[dict[str, Any]]:
    known = features[features["log_p"].notna() & features["series"].notna()]
    if known["log_p"].nunique() < 10:
        return []
    known = known.drop_duplicates(["series", "name", "log_p"])
    expected, reach = _expected_log_p(known)
    off = (known["log_p"] - expected).abs() > reach
    slips = known.assign(expected=expected)[off]
    return [
        _row(
            "log-p-slip",
            "warning",
            row.feature_id,
            row.series,
            f"Log P {row.log_p:g} of {row.name} contradicts its composition: the other names "
            f"predict {row.expected:.2f}.",
            "Check the Log P of this name; verdicts do not use it.",
        )
        for row in _tuples(slips)
    ]


def _expected_log_p(known: pd.DataFrame) -> tuple[FloatArray, float]:
    """Return the Log P that composition predicts, and the tolerance, by robust regression.

    Log P from fragment sums is additive: each head group shifts one plane over ceramides. The
    shift is the median over the group's rows, so that a minority of slips cannot move it.
    """
    ceramide = known[["carbons", "double_bonds", "hydroxyls"]].to_numpy(np.float64)
    x = np.column_stack([ceramide, ceramide[:, 1] == 0]) - [36.0, 1.0, 2.0, 0.0]
    y = known["log_p"].to_numpy(np.float64)
    head = np.unique(known["series"].to_numpy(str), return_inverse=True)[1]
    plane, fitted, scale = np.zeros(x.shape[1]), y, 1.0
    for _ in range(30):
        fitted = _medians(y - x @ plane, head)[head] + x @ plane
        scale = max(1.4826 * float(np.median(np.abs(y - fitted))), 0.02)
        weight = np.minimum(scale / np.maximum(np.abs(y - fitted), 1e-9), 1.0)  # Huber
        normal = (x * weight[:, None]).T @ x + 1e-9 * np.eye(x.shape[1])
        plane = plane + np.linalg.solve(normal, x.T @ (weight * (y - fitted)))
    return fitted, max(6 * scale, _LOG_P_TOLERANCE)


def _medians(values: FloatArray, group: IntArray) -> FloatArray:
    """Return the median of each group, numbered from 0."""
    ordered = values[np.lexsort((values, group))]
    count = np.bincount(group)
    first = np.cumsum(count) - count
    return np.asarray((ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2)


def _neugc_candidates(features: pd.DataFrame, _: RetentionModel) -> list[dict[str, Any]]:
    return [
        _row(
            "neugc-candidate",
            "info",
            row.feature_id,
            row.series,
            f"{row.name} at {row.rt:.3f} min may be a NeuGc form, which has the same formula.",
            "Look for NeuGc fragments (m/z 306.08) in MS/MS.",
        )
        for row in _tuples(features[features["process"] == "NeuGc"])
    ]


def _sparse_series(_: pd.DataFrame, model: RetentionModel) -> list[dict[str, Any]]:
    lines = model.lines
    support = lines.groupby("series", sort=True)["n"].sum()
    return [
        _row(
            "sparse-series",
            "info",
            None,
            str(series),
            f"Only {n} feature{'' if n == 1 else 's'} of {series} stand on its line; it is judged "
            "through the curve that all series share and what its composition predicts.",
            "An anchor of this series would settle it.",
        )
        for series, n in support.items()
        if n < 2
    ]


def _extrapolations(features: pd.DataFrame, _: RetentionModel) -> list[dict[str, Any]]:
    valid = features[features["verdict"] == "valid"]
    if valid.empty:
        return []
    ceramide = valid[["carbons", "double_bonds", "hydroxyls"]].to_numpy(np.float64)
    carbons = ceramide[:, 0]
    place, count = np.unique(ceramide, axis=0, return_inverse=True, return_counts=True)[1:]
    low, high = np.quantile(carbons, [0.02, 0.98])
    alone = valid[(count[place.ravel()] == 1) & ((carbons < low) | (carbons > high))]
    return [
        _row(
            "extrapolation",
            "info",
            row.feature_id,
            row.series,
            f"{row.name} is the only valid feature with its ceramide, at the edge of the curve: "
            "its prediction is extrapolated.",
            "Do not use it as an anchor without a standard.",
        )
        for row in _tuples(alone)
    ]


def _stacks(features: pd.DataFrame, _: RetentionModel) -> list[dict[str, Any]]:
    series = features["series"].dropna().unique()
    return [
        _row(
            "modification-stack",
            "info",
            None,
            str(name),
            f"{name} carries {name.count('+')} modifications at once, which is rare.",
            "Confirm the composition by MS/MS.",
        )
        for name in sorted(series)
        if name.count("+") >= _STACKED
    ]


def _samples_apart(_: pd.DataFrame, model: RetentionModel) -> list[dict[str, Any]]:
    """Return the samples that share too little with the others to be aligned with them."""
    drift = model.drift
    if len(drift) < 2:
        return []
    return [
        _row(
            "sample-not-aligned" if shared < FOR_SHIFT else "sample-shifted-only",
            "warning" if shared < FOR_SHIFT else "info",
            None,
            None,
            f"Sample {sample or 'without a name'} shares only {shared} features with the others: "
            + ("its retention times" if shared < FOR_SHIFT else "how its run stretches")
            + " could not be aligned with the study.",
            "Judge this sample on its own, or give more of its features.",
        )
        for sample, shared in zip(drift.samples, drift.shared.tolist(), strict=True)
        if shared < FOR_STRETCH
    ]


def _tuples(frame: pd.DataFrame) -> list[Any]:
    columns = [frame[column].tolist() for column in frame.columns]
    row = namedtuple("row", list(frame.columns))  # type: ignore[misc]
    return [row(*values) for values in zip(*columns, strict=True)]
