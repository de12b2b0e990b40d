"""What an analyst should look at first: contradictions that single verdicts do not show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from ganglioside.columns import VERDICTS
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.observations.drift import FOR_SHIFT, FOR_STRETCH, Drift
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import IntArray, join
from ganglioside.support.text_columns import as_column, as_numbers, texts, where
from ganglioside.verdicts.decisions import UNDETERMINED, VALID
from ganglioside.verdicts.log_p import LogP
from ganglioside.verdicts.result_tables import Decided

_SEVERITIES: Final = ("error", "warning", "info")

_STACKED: Final = 3  # modifications on one head group that deserve a second look


def find(table: FeatureTable, decided: Decided, model: FittedModel, log_p: LogP) -> pd.DataFrame:
    """Return the findings of an analysis, gravest first: columns `columns.FINDINGS`.

    Parameters
    ----------
    table : FeatureTable
    decided : Decided
        What was decided of its rows.
    model : FittedModel
    log_p : LogP
        Of the same table.
    """
    if not model.is_fitted:
        return _frame([_Finding("no-model", "error", None, None, model.reason, _NEEDED)])
    rows = _Rows(table)
    return _frame(
        [
            *_wrong_anchors(rows, decided),
            *_log_p_slips(rows, log_p),
            *_neugc_candidates(rows, decided),
            *_sparse_series(model),
            *_extrapolations(rows, decided),
            *_stacks(table),
            *_samples_apart(model.drift),
        ]
    )


_NEEDED: Final = (
    "Give a reversed-phase table in which at least one series has features whose ceramides differ "
    "in carbons."
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
    numbers = [-1 if finding.feature_id is None else finding.feature_id for finding in found]
    return pd.DataFrame(
        {
            "code": as_column(texts([finding.code for finding in found])),
            "severity": as_column(texts([finding.severity for finding in found])),
            "feature_id": as_numbers(np.array(numbers, dtype=np.int64)),
            "series": as_column(texts([finding.series for finding in found])),
            "message": as_column(texts([finding.message for finding in found])),
            "advice": as_column(texts([finding.advice for finding in found])),
        },
        index=pd.RangeIndex(len(found)),
        copy=False,
    )


class _Row(NamedTuple):
    """A row of the table whose name can be read."""

    at: int
    number: int
    series: str
    name: str
    rt: float
    log_p: float


@dataclass(frozen=True, eq=False)
class _Rows:
    """The rows of a table, to be asked for."""

    table: FeatureTable

    @cached_property
    def _given(self) -> tuple[Any, ...]:
        return tuple(self.table.data[c].array for c in ("feature_id", "name", "rt", "log_p"))

    def at(self, places: IntArray) -> Iterator[_Row]:
        names = self.table.names
        for k in places.tolist():
            number, *given = (column[k] for column in self._given)
            yield _Row(k, int(number), names.species[names.index[k]].series, *given)


def _wrong_anchors(rows: _Rows, decided: Decided) -> list[_Finding]:
    anchor, verdict = rows.table.data["anchor"].to_numpy(), decided.verdict
    wrong = np.flatnonzero(anchor & (verdict != VALID) & (verdict != UNDETERMINED))
    parents = decided.parent.take(wrong).to_pylist()
    return [
        _Finding(
            "wrong-anchor",
            "error",
            row.number,
            row.series,
            f"Anchor {row.name} at {row.rt:.3f} min contradicts the other features: "
            f"{VERDICTS[verdict[row.at]]}{f' of {parent}' if parent else ''} "
            f"({decided.confidence[row.at]:.0%}).",
            f"Check this anchor; {row.series} is expected at "
            f"{decided.predicted_rt[row.at]:.3f} min.",
        )
        for row, parent in zip(rows.at(wrong), parents, strict=True)
    ]


def _log_p_slips(rows: _Rows, log_p: LogP) -> list[_Finding]:
    return [
        _Finding(
            "log-p-slip",
            "warning",
            row.number,
            row.series,
            f"Log P {row.log_p:g} of {row.name} contradicts its composition: the other names "
            f"predict {expected:.2f}.",
            "Check the Log P of this name; verdicts do not use it.",
        )
        for row, expected in zip(rows.at(log_p.slips), log_p.expected, strict=True)
    ]


def _neugc_candidates(rows: _Rows, decided: Decided) -> list[_Finding]:
    return [
        _Finding(
            "neugc-candidate",
            "info",
            row.number,
            row.series,
            f"{row.name} at {row.rt:.3f} min may be a NeuGc form, which has the same formula.",
            "Look for NeuGc fragments (m/z 306.08) in MS/MS.",
        )
        for row in rows.at(where(decided.process, "NeuGc"))
    ]


def _sparse_series(model: FittedModel) -> list[_Finding]:
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


def _extrapolations(rows: _Rows, decided: Decided) -> list[_Finding]:
    valid = np.flatnonzero(decided.verdict == VALID)
    if len(valid) == 0:
        return []
    names = rows.table.names
    carbons, double_bonds, hydroxyls = names.ceramides[names.index[valid]].T
    ceramide = join(join(carbons, double_bonds), hydroxyls)
    low, high = np.quantile(carbons, [0.02, 0.98])
    alone = (np.bincount(ceramide)[ceramide] == 1) & ((carbons < low) | (carbons > high))
    return [
        _Finding(
            "extrapolation",
            "info",
            row.number,
            row.series,
            f"{row.name} is the only valid feature with its ceramide, at the edge of the curve: "
            "its prediction is extrapolated.",
            "Do not use it as an anchor without a standard.",
        )
        for row in rows.at(valid[alone])
    ]


def _stacks(table: FeatureTable) -> list[_Finding]:
    return [
        _Finding(
            "modification-stack",
            "info",
            None,
            series,
            f"{series} carries {series.count('+')} modifications at once, which is rare.",
            "Confirm the composition by MS/MS.",
        )
        for series in sorted(table.names.series)
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
