"""What an analyst should look at first: contradictions that single verdicts do not show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from ganglioside.columns import FINDINGS, VERDICTS
from ganglioside.drift import FOR_SHIFT, FOR_STRETCH, Drift
from ganglioside.log_p import LogP
from ganglioside.observations import BoolArray, IntArray, join
from ganglioside.retention import RetentionModel

_SEVERITIES: Final = ("error", "warning", "info")

_STACKED: Final = 3  # modifications on one head group that deserve a second look


def find(features: pd.DataFrame, model: RetentionModel, log_p: LogP) -> pd.DataFrame:
    """Return the findings of an analysis, gravest first: columns `columns.FINDINGS`.

    Parameters
    ----------
    features : pandas.DataFrame
        Columns `columns.FEATURES`.
    model : RetentionModel
    log_p : LogP
        Of the same table.
    """
    if not model.is_fitted:
        return _frame([_Finding("no-model", "error", None, None, model.reason, _NEEDED)])
    cells = {column: features[column].array for column in _LOOKED_AT}
    return _frame(
        [
            *_wrong_anchors(cells),
            *_log_p_slips(cells, log_p),
            *_neugc_candidates(cells),
            *_sparse_series(model),
            *_extrapolations(cells),
            *_stacks(cells),
            *_samples_apart(model.drift),
        ]
    )


_NEEDED: Final = (
    "Give a reversed-phase table in which at least one series has features whose ceramides differ "
    "in carbons."
)


#: Columns of the features, by name.
Cells = Mapping[str, Any]

_LOOKED_AT: Final = (
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
)


class _Finding(NamedTuple):
    """One row of the findings; the fields are `columns.FINDINGS`."""

    code: str
    severity: str
    feature_id: int | None
    series: str | None
    message: str
    advice: str


def _frame(found: list[_Finding]) -> pd.DataFrame:
    found = sorted(found, key=lambda finding: _SEVERITIES.index(finding.severity))
    columns = {name: [finding[k] for finding in found] for k, name in enumerate(FINDINGS)}
    return pd.DataFrame(
        {name: pd.array(columns[name], dtype=kind) for name, kind in FINDINGS.items()}  # type: ignore[call-overload]
    )


def _of_rows(cells: Cells, rows: IntArray, *columns: str) -> Iterator[tuple[Any, ...]]:
    """Return the values of some columns in some rows, row by row."""
    if len(rows) == 0:
        return iter(())
    return zip(*(cells[column].take(rows).tolist() for column in columns), strict=True)


def _has_verdict(cells: Cells, *verdicts: str) -> BoolArray:
    return np.isin(cells["verdict"].codes, [VERDICTS.index(verdict) for verdict in verdicts])


def _wrong_anchors(cells: Cells) -> list[_Finding]:
    anchor = cells["anchor"].to_numpy()
    wrong = np.flatnonzero(anchor & ~_has_verdict(cells, "valid", "undetermined"))
    given = "feature_id", "series", "name", "rt", "predicted_rt"
    decided = "verdict", "parent", "confidence"
    return [
        _Finding(
            "wrong-anchor",
            "error",
            number,
            series,
            f"Anchor {name} at {rt:.3f} min contradicts the other features: {verdict}"
            f"{f' of {parent}' if isinstance(parent, str) else ''} ({confidence:.0%}).",
            f"Check this anchor; {series} is expected at {expected:.3f} min.",
        )
        for number, series, name, rt, expected, verdict, parent, confidence in _of_rows(
            cells, wrong, *given, *decided
        )
    ]


def _log_p_slips(cells: Cells, log_p: LogP) -> list[_Finding]:
    rows = _of_rows(cells, log_p.slips, "feature_id", "series", "name", "log_p")
    return [
        _Finding(
            "log-p-slip",
            "warning",
            number,
            series,
            f"Log P {value:g} of {name} contradicts its composition: the other names predict "
            f"{expected:.2f}.",
            "Check the Log P of this name; verdicts do not use it.",
        )
        for (number, series, name, value), expected in zip(rows, log_p.expected, strict=True)
    ]


def _neugc_candidates(cells: Cells) -> list[_Finding]:
    rows = np.flatnonzero(cells["process"] == "NeuGc")
    return [
        _Finding(
            "neugc-candidate",
            "info",
            number,
            series,
            f"{name} at {rt:.3f} min may be a NeuGc form, which has the same formula.",
            "Look for NeuGc fragments (m/z 306.08) in MS/MS.",
        )
        for number, series, name, rt in _of_rows(cells, rows, "feature_id", "series", "name", "rt")
    ]


def _sparse_series(model: RetentionModel) -> list[_Finding]:
    support: dict[str, int] = {}
    for series, n in zip(model.line_series, model.line_features.tolist(), strict=True):
        support[series] = support.get(series, 0) + n
    return [
        _Finding(
            "sparse-series",
            "info",
            None,
            series,
            f"Only {n} feature{'' if n == 1 else 's'} of {series} stand on its line; it is judged "
            "through the curve that all series share and what its composition predicts.",
            "An anchor of this series would settle it.",
        )
        for series, n in sorted(support.items())
        if n < 2
    ]


def _extrapolations(cells: Cells) -> list[_Finding]:
    valid = np.flatnonzero(_has_verdict(cells, "valid"))
    if len(valid) == 0:
        return []
    carbons, double_bonds, hydroxyls = (
        cells[column].take(valid).to_numpy(np.int64)
        for column in ("carbons", "double_bonds", "hydroxyls")
    )
    ceramide = join(join(carbons, double_bonds), hydroxyls)
    low, high = np.quantile(carbons, [0.02, 0.98])
    alone = (np.bincount(ceramide)[ceramide] == 1) & ((carbons < low) | (carbons > high))
    return [
        _Finding(
            "extrapolation",
            "info",
            number,
            series,
            f"{name} is the only valid feature with its ceramide, at the edge of the curve: "
            "its prediction is extrapolated.",
            "Do not use it as an anchor without a standard.",
        )
        for number, series, name in _of_rows(cells, valid[alone], "feature_id", "series", "name")
    ]


def _stacks(cells: Cells) -> list[_Finding]:
    return [
        _Finding(
            "modification-stack",
            "info",
            None,
            series,
            f"{series} carries {series.count('+')} modifications at once, which is rare.",
            "Confirm the composition by MS/MS.",
        )
        for series in sorted(cells["series"].dropna().unique())
        if series.count("+") >= _STACKED
    ]


def _samples_apart(drift: Drift) -> list[_Finding]:
    """Return the samples that share too little with the others to be aligned with them."""
    if len(drift) < 2:
        return []
    return [
        _Finding(
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
