"""Findings: what an analyst should check first and single verdicts do not show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from ganglioside.columns import SEVERITIES, VERDICTS
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.lack_of_fit import lack_of_fit, scale_of
from ganglioside.observations.drift import FOR_SHIFT, FOR_STRETCH, Drift
from ganglioside.observations.mass_shifts import MassShift
from ganglioside.observations.sample_gradients import SampleGradients
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import IntArray, join
from ganglioside.support.formatting import counted, minutes, percent
from ganglioside.support.text_columns import as_column, as_numbers, indices, texts, where
from ganglioside.verdicts.decisions import VALID
from ganglioside.verdicts.log_p import LogP
from ganglioside.verdicts.result_tables import RowVerdicts

_NAMED: Final = 5  # samples that a finding names

_UNEVEN: Final = 2.0  # factor of the time that a carbon takes, from which on it is a finding
_STACKED: Final = 3  # modifications on one head group, from which on it is a finding


def find(
    table: FeatureTable,
    verdicts: RowVerdicts,
    model: FittedModel,
    log_p: LogP,
    is_orderly: bool,
    mass_shifts: tuple[MassShift, ...] = (),
    other_ions: tuple[MassShift, ...] = (),
    gradients: SampleGradients | None = None,
) -> pd.DataFrame:
    """The findings of an analysis, gravest first: columns `columns.FINDINGS`.

    Parameters
    ----------
    table : FeatureTable
    verdicts : RowVerdicts
        On the rows of the table.
    model : FittedModel
    log_p : LogP
        Of the table.
    is_orderly : bool
        Whether so many names follow an order of retention that it can reject others.
    mass_shifts : tuple of MassShift
        What many of its m/z are instead of those of name and ion.
    other_ions : tuple of MassShift
        What some of them are instead: those of another ion of the name.
    gradients : SampleGradients, optional
        Of its samples.
    """
    if not model.is_fitted:
        no_model = _Finding("no-model", "error", None, None, model.reason, _NEEDED)
        return _frame([no_model, *_shifted_masses(mass_shifts)])
    rows = _Rows(table)
    return _frame(
        [
            *_shifted_masses(mass_shifts),
            *_misstated_ions(other_ions),
            *_several_gradients(gradients),
            *_no_order(is_orderly),
            *_wrong_anchors(rows, verdicts),
            *_log_p_slips(rows, log_p),
            *_neugc_candidates(rows, verdicts),
            *_sparse_series(model),
            *_extrapolations(rows, verdicts),
            *_uneven_gradient(model),
            *_far_pairs(model),
            *_lack_of_fit(table, verdicts),
            *_stacks(table),
            *_samples_apart(model.drift),
        ]
    )


_NEEDED: Final = (
    "Give a reversed-phase table in which at least one series has features whose ceramides differ "
    "in carbons."
)


class _Finding(NamedTuple):
    """One row of the findings, with the columns `columns.FINDINGS`."""

    code: str
    severity: str
    feature_id: int | None
    series: str | None
    message: str
    advice: str


def _frame(found: list[_Finding]) -> pd.DataFrame:
    """Findings as a table, sorted by severity; columns `columns.FINDINGS`."""
    found = sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
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

    position: int
    feature_id: int
    series: str
    name: str
    rt: float
    log_p: float


@dataclass(frozen=True, eq=False)
class _Rows:
    """Access to single rows of a table."""

    table: FeatureTable

    @cached_property
    def _columns(self) -> tuple[Any, ...]:
        """Arrays of `feature_id`, `name`, `rt` and `log_p`."""
        data = self.table.data
        return data["feature_id"].array, data["name"].array, data["rt"].array, data["log_p"].array

    def at(self, positions: IntArray) -> Iterator[_Row]:
        """The rows at some positions, in that order."""
        names = self.table.names
        for k in positions.tolist():
            feature_id, name, rt, log_p = (column[k] for column in self._columns)
            series = names.species[names.index[k]].series
            yield _Row(k, int(feature_id), series, name, rt, log_p)


def _shifted_masses(mass_shifts: tuple[MassShift, ...]) -> list[_Finding]:
    """Findings on m/z that are together not those of name and ion."""
    judged = "These m/z took no part: the rows were judged by retention."
    return _of_shifts("mz-shifted", mass_shifts, judged, "Check the columns m/z and Adduct.")


def _misstated_ions(other_ions: tuple[MassShift, ...]) -> list[_Finding]:
    """Findings on m/z that are those of another ion of the name than the table says."""
    judged = "The names were judged as that ion, and are less sure by it."
    return _of_shifts("ion-misstated", other_ions, judged, "Check the column Adduct of these rows.")


def _of_shifts(
    code: str, shifts: tuple[MassShift, ...], judged: str, advice: str
) -> list[_Finding]:
    """A warning for each shift of m/z: what it is, and how its rows were judged."""
    return [
        _Finding(code, "warning", None, None, f"{shift.message} {judged}", advice)
        for shift in shifts
    ]


def _several_gradients(gradients: SampleGradients | None) -> list[_Finding]:
    """Findings on samples whose gradients differ."""
    if gradients is None or len(gradients) == 1:
        return []
    apart = "; ".join(_listed(gradients.of(number)) for number in range(len(gradients)))
    return [
        _Finding(
            "gradients-differ",
            "warning",
            None,
            None,
            f"{reason} They were judged apart ({apart}); the model and predictions are those of "
            f"{_listed(gradients.of(0))}.",
            "Analyse each gradient as a study of its own, or check whether the samples belong "
            "together.",
        )
        for reason in gradients.reasons
    ]


def _listed(samples: tuple[str, ...]) -> str:
    """Samples by name, the last ones counted only."""
    named = [sample or "rows without a sample" for sample in samples]
    more = len(named) - _NAMED
    return ", ".join(named) if more <= 0 else f"{', '.join(named[:_NAMED])} and {more} more"


def _wrong_anchors(rows: _Rows, verdicts: RowVerdicts) -> list[_Finding]:
    """Findings on anchors that were judged fragment, adduct or outlier."""
    verdict = verdicts.verdict
    wrong = np.flatnonzero(verdicts.wrong_anchors(rows.table.data["anchor"].to_numpy()))
    parents = verdicts.parent.take(wrong).to_pylist()
    return [
        _Finding(
            "wrong-anchor",
            "error",
            row.feature_id,
            row.series,
            f"Anchor {row.name} at {row.rt:.3f} min contradicts the other features: "
            f"{VERDICTS[verdict[row.position]]}{f' of {parent}' if parent else ''} "
            f"({percent(verdicts.confidence[row.position])}).",
            f"Check this anchor; {row.series} is expected {_when(verdicts, row.position)}.",
        )
        for row, parent in zip(rows.at(wrong), parents, strict=True)
    ]


def _when(verdicts: RowVerdicts, position: int) -> str:
    """When the line of a row is expected, as text."""
    expected = float(verdicts.predicted_rt[position])
    return "before the injection" if np.isnan(expected) else f"at {minutes(expected)}"


def _log_p_slips(rows: _Rows, log_p: LogP) -> list[_Finding]:
    """Findings on Log P values that contradict their name."""
    return [
        _Finding(
            "log-p-slip",
            "warning",
            row.feature_id,
            row.series,
            f"Log P {row.log_p:g} of {row.name} contradicts its composition: the other names "
            f"predict {expected:.2f}.",
            "Check the Log P of this name; verdicts do not use it.",
        )
        for row, expected in zip(rows.at(log_p.slips), log_p.expected, strict=True)
    ]


def _neugc_candidates(rows: _Rows, verdicts: RowVerdicts) -> list[_Finding]:
    """Findings on outliers that elute where a NeuGc form is expected."""
    return [
        _Finding(
            "neugc-candidate",
            "info",
            row.feature_id,
            row.series,
            f"{row.name} at {row.rt:.3f} min may be a NeuGc form, which has the same formula.",
            "Look for NeuGc fragments (m/z 306.08) in MS/MS.",
        )
        for row in rows.at(where(verdicts.process, "NeuGc"))
    ]


def _no_order(is_orderly: bool) -> list[_Finding]:
    """Finding on a table in which nearly all names follow no order of retention."""
    if is_orderly:
        return []
    return [
        _Finding(
            "no-order",
            "warning",
            None,
            None,
            "Of the names that no fragment or adduct explains, nearly all follow no order of "
            "retention, so that it rejects none of them.",
            "Check that names, RT and their unit belong together, and mark features that a "
            "standard or MS/MS confirms.",
        )
    ]


def _sparse_series(model: FittedModel) -> list[_Finding]:
    """Findings on series with fewer than two features on their lines."""
    support: dict[str, int] = {}
    for series, n in zip(model.line_series, model.line_features.tolist(), strict=True):
        support[series] = support.get(series, 0) + n
    return [
        _Finding(
            "sparse-series",
            "info",
            None,
            series,
            f"{'Only 1' if n else 'No'} feature of {series} is on its line; it is judged through "
            "the curve that all series share and what its composition predicts.",
            "An anchor of this series would settle it.",
        )
        for series, n in sorted(support.items())
        if n < 2
    ]


def _extrapolations(rows: _Rows, verdicts: RowVerdicts) -> list[_Finding]:
    """Findings on the only valid feature of a ceramide at the edge of the range of carbons."""
    valid = np.flatnonzero(verdicts.verdict == VALID)
    if len(valid) == 0:
        return []
    names = rows.table.names
    carbons, double_bonds, hydroxyls = names.ceramides[names.index[valid]].T
    ceramide = join(join(carbons, double_bonds), hydroxyls)
    low, high = np.quantile(carbons, [0.02, 0.98])
    is_only = np.bincount(ceramide)[ceramide] == 1
    is_at_edge = (carbons < low) | (carbons > high)
    return [
        _Finding(
            "extrapolation",
            "info",
            row.feature_id,
            row.series,
            f"{row.name} is the only valid feature with its ceramide, at the edge of the curve: "
            "its prediction is extrapolated.",
            "Do not use it as an anchor without a standard.",
        )
        for row in rows.at(valid[is_only & is_at_edge])
    ]


def _uneven_gradient(model: FittedModel) -> list[_Finding]:
    """A finding where a carbon costs clearly more time in one part of the run than in another."""
    shown = model.gradient_shown
    if shown is None:
        return []
    slow, fast = int(np.argmax(shown.carbon)), int(np.argmin(shown.carbon))
    if shown.carbon[slow] < _UNEVEN * shown.carbon[fast]:
        return []
    return [
        _Finding(
            "uneven-gradient",
            "info",
            None,
            None,
            f"The gradient is uneven: a carbon takes {shown.carbon[slow]:.2f} min at "
            f"{shown.rt[slow]:.1f} min and {shown.carbon[fast]:.2f} min at {shown.rt[fast]:.1f} "
            "min. Features were judged by the shape of the gradient that they show.",
            "Compare this with the programme of the method.",
        )
    ]


def _far_pairs(model: FittedModel) -> list[_Finding]:
    """A finding where rows scatter so much that co-eluting ones were sought farther apart."""
    farther = model.coelution_tolerance(1.0)
    if farther == 1:
        return []
    return [
        _Finding(
            "wide-coelution",
            "info",
            None,
            None,
            f"Features scatter by {minutes(model.sigma)} about their curves. Fragments and other "
            f"ions were sought within {farther:.1f} times the RT tolerance of their parents.",
            "Compare this with how far the RT of repeated injections are apart.",
        )
    ]


def _lack_of_fit(table: FeatureTable, verdicts: RowVerdicts) -> list[_Finding]:
    """A finding where valid features elute early or late together."""
    valid = np.flatnonzero((verdicts.verdict == VALID) & np.isfinite(verdicts.residual))
    rt = table.data["rt"].to_numpy()[valid]
    residual = verdicts.residual[valid]
    species = join(table.names.named_index[valid], indices(verdicts.isomer)[valid])
    scale = scale_of(residual, verdicts.standardized_residual[valid])
    found = lack_of_fit(rt, residual, scale, species)
    if found is None or not found.is_clear:
        return []
    late = "later" if found.away > 0 else "earlier"
    return [
        _Finding(
            "lack-of-fit",
            "warning",
            None,
            None,
            f"Between {found.first:.1f} and {found.last:.1f} min features elute {late} than the "
            f"curve says, by {abs(found.away):.3f} min in the middle: the model does not follow "
            "the gradient there.",
            "Trust a verdict there only where its m/z or fragments agree.",
        )
    ]


def _stacks(table: FeatureTable) -> list[_Finding]:
    """Findings on series with many modifications."""
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
    """Findings on samples that share too few features with the others to be aligned with them."""
    if len(drift) < 2:
        return []
    return [
        _Finding(
            "sample-not-aligned" if shared < FOR_SHIFT else "sample-shifted-only",
            "warning" if shared < FOR_SHIFT else "info",
            None,
            None,
            f"Sample {sample or 'without a name'} shares "
            + (f"only {counted(shared, 'feature')}" if shared else "no feature")
            + " with the others: "
            + ("its retention times" if shared < FOR_SHIFT else "how its run stretches")
            + " could not be aligned with the study.",
            "Judge this sample on its own, or give more of its features.",
        )
        for sample, shared, alone in zip(
            drift.samples, drift.shared.tolist(), drift.is_alone.tolist(), strict=True
        )
        if shared < FOR_STRETCH and not alone
    ]
