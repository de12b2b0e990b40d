"""One sentence for every verdict, with the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ganglioside.inference import Inference
from ganglioside.observations import FloatArray, IntArray
from ganglioside.rules.artefacts import artefacts
from ganglioside.verdicts import (
    ADDUCT,
    FRAGMENT,
    OUTLIER,
    UNDETERMINED,
    VALID,
    Decisions,
)

_CLOSE = 2.0  # sigma; nearer to its line a feature is an outlier only for being one too many

Texts = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Labels:
    """What rows and lines are called.

    Attributes
    ----------
    name : numpy.ndarray of str objects, shape (n,)
        Name of each observation.
    number : numpy.ndarray of int, shape (n,)
        Its feature_id.
    line : tuple of str, length L
        Series or isomer of each line.
    parent : numpy.ndarray of str objects, shape (n,)
        Name of each observation's parent, None where it has none.
    """

    name: Texts
    number: IntArray
    line: tuple[str, ...]
    parent: Texts


def reasons(state: Inference, decisions: Decisions, labels: Labels) -> Texts:
    """Return the reason for each decision, shape (n,)."""
    result = np.full(len(state.observed), None, dtype=object)
    writers = {
        VALID: _valid,
        FRAGMENT: _fragment,
        ADDUCT: _adduct,
        OUTLIER: _outlier,
        UNDETERMINED: _undetermined,
    }
    for verdict, write in writers.items():
        rows = np.flatnonzero(decisions.verdict == verdict)
        result[rows] = np.array([*write(state, decisions, labels, rows), None], dtype=object)[:-1]
    return result


def _apart(delta: float) -> str:
    return f"{abs(delta):.3f} min {'later' if delta >= 0 else 'earlier'}"


def _basis(decisions: Decisions, state: Inference, rows: IntArray) -> list[str]:
    """Return what the prediction of each row rests on."""
    support = state.support[decisions.line[rows]] - (decisions.verdict[rows] == VALID)
    return [
        f"{round(n)} other feature{'s' * (round(n) != 1)} of the series"
        if n >= 0.5
        else "its composition alone"
        for n in support
    ]


def _valid(state: Inference, d: Decisions, labels: Labels, rows: IntArray) -> list[str]:
    rt, predicted, sd = state.observed.rt[rows], d.predicted[rows], d.sd[rows]
    return [
        f"Elutes {_apart(t - p)} than the {p:.3f} min expected for {labels.line[k]} "
        f"({abs(t - p) / s:.1f} sigma), from {basis}."
        for t, p, s, k, basis in zip(
            rt, predicted, sd, d.line[rows], _basis(d, state, rows), strict=True
        )
    ]


def _own(state: Inference, d: Decisions, labels: Labels, rows: IntArray) -> list[str]:
    """Return where each row would stand if its name were right."""
    rt, predicted, sd = state.observed.rt[rows], d.predicted[rows], d.sd[rows]
    return [
        f"{labels.line[k]} is expected at {p:.3f} min ({(t - p) / s:+.1f} sigma)"
        for t, p, s, k in zip(rt, predicted, sd, d.line[rows], strict=True)
    ]


def _share(log_ratio: FloatArray) -> list[str]:
    """Return area against the parent's, as text; empty where an area is missing."""
    return [f", with {100 * 10**r:.3g} % of its area" if np.isfinite(r) else "" for r in log_ratio]


def _fragment(state: Inference, d: Decisions, labels: Labels, rows: IntArray) -> list[str]:
    observed, parent = state.observed, d.parent[rows]
    present = parent >= 0
    at = np.maximum(parent, 0)
    delta = observed.rt[rows] - observed.rt[at]
    share = _share(observed.log_volume[rows] - observed.log_volume[at])
    own = _own(state, d, labels, rows)
    return [
        f"Co-elutes with {labels.parent[row]} (feature {labels.number[p]}, {_apart(x)}) and can "
        f"come from it in the ion source by {d.process[row]}{area}; {line}."
        if here
        else f"Elutes where {labels.parent[row]}, which has no row of its own, is expected, and "
        f"can come from it in the ion source by {d.process[row]}; {line}."
        for row, p, here, x, area, line in zip(rows, at, present, delta, share, own, strict=True)
    ]


def _adduct(state: Inference, d: Decisions, labels: Labels, rows: IntArray) -> list[str]:
    observed, parent = state.observed, d.parent[rows]
    present = parent >= 0
    at = np.maximum(parent, 0)
    label = {a.process: a.label for a in artefacts()}
    delta = observed.rt[rows] - observed.rt[at]
    share = _share(observed.log_volume[rows] - observed.log_volume[at])
    return [
        f"Has the mass of the {label[d.process[row]]} of {labels.parent[row]} (feature "
        f"{labels.number[p]}) and its RT ({_apart(x)}){area}; {line}."
        if here
        else f"Has the mass of the {label[d.process[row]]} of {labels.parent[row]}, which has no "
        f"row of its own, and elutes where that is expected; {line}."
        for row, p, here, x, area, line in zip(
            rows, at, present, delta, share, _own(state, d, labels, rows), strict=True
        )
    ]


def _outlier(state: Inference, d: Decisions, labels: Labels, rows: IntArray) -> list[str]:
    rt, predicted, sd = state.observed.rt[rows], d.predicted[rows], d.sd[rows]
    return [
        _misnamed(t, p, s, labels.line[k], d.process[row], labels.parent[row])
        for row, t, p, s, k in zip(rows, rt, predicted, sd, d.line[rows], strict=True)
    ]


def _misnamed(
    rt: float, predicted: float, sd: float, line: str, process: str | None, relative: str | None
) -> str:
    off = abs(rt - predicted) / sd
    if process is not None:
        return (
            f"Elutes {_apart(rt - predicted)} than the {predicted:.3f} min expected for {line} "
            f"({off:.1f} sigma); the {process} form of {relative} has the same formula and is "
            "expected here."
        )
    if off > _CLOSE:
        return (
            f"Elutes {_apart(rt - predicted)} than the {predicted:.3f} min expected for {line} "
            f"({off:.1f} sigma), and no co-eluting parent explains it."
        )
    return (
        f"Stands {off:.1f} sigma from the {predicted:.3f} min expected for {line}, where another "
        "feature of this name fits better."
    )


def _undetermined(state: Inference, d: Decisions, labels: Labels, rows: IntArray) -> list[str]:
    likeliest = [("valid", "fragment", "adduct", "wrong")[k] for k in d.probability[rows].argmax(1)]
    share = d.probability[rows].max(axis=1)
    mute = ~d.quality.may_judge[d.line[rows]]
    return [
        f"{labels.line[k]} predicts its own features too poorly (R² below the threshold) to "
        f"reject a name; {line}."
        if silent
        else f"Retention is predicted only to ±{2 * s:.2f} min here, too vague to judge (most "
        f"likely {kind}, {p:.0%}); {line}."
        for k, s, kind, p, silent, line in zip(
            d.line[rows],
            d.sd[rows],
            likeliest,
            share,
            mute,
            _own(state, d, labels, rows),
            strict=True,
        )
    ]
