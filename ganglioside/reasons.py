"""One sentence for every verdict, with the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow as pa

from ganglioside.inference import Inference
from ganglioside.observations import BoolArray, FloatArray, IntArray
from ganglioside.rules.artefacts import artefacts
from ganglioside.texts import Texts, by_value, fill, fixed, joined, pick, texts, whole
from ganglioside.verdicts import (
    ADDUCT,
    FRAGMENT,
    OUTLIER,
    UNDETERMINED,
    VALID,
    Decisions,
)

_CLOSE: Final = 2.0  # sigma; nearer to its line a feature is an outlier only for being one too many

# Sentences, whose fields are the pieces of `_Pieces`.
_OFF: Final = "Elutes {apart} than the {expected} min expected for {line} ({off} sigma)"
_OWN: Final = "{line} is expected at {expected} min ({sigma} sigma)."
_VALID: Final = _OFF + ", from {basis}."
_FRAGMENT: Final = (
    "Co-elutes with {parent} (feature {number}, {from_parent}) and can come from it in the ion "
    "source by {process}{share}; " + _OWN
)
_FRAGMENT_ALONE: Final = (
    "Elutes where {parent}, which has no row of its own, is expected, and can come from it in the "
    "ion source by {process}; " + _OWN
)
_ADDUCT: Final = (
    "Has the mass of the {adduct} of {parent} (feature {number}) and its RT ({from_parent}){share};"
    " " + _OWN
)
_ADDUCT_ALONE: Final = (
    "Has the mass of the {adduct} of {parent}, which has no row of its own, and elutes where that "
    "is expected; " + _OWN
)
_SAME_FORMULA: Final = (
    _OFF + "; the {process} form of {parent} has the same formula and is expected here."
)
_OUTLIER: Final = _OFF + ", and no co-eluting parent explains it."
_WRONG_MASS: Final = (
    "The measured m/z is {ppm} ppm from that of the name, where up to {usual_ppm} ppm is usual; "
    + _OWN
)
_ONE_TOO_MANY: Final = (
    "Stands {off} sigma from the {expected} min expected for {line}, where another feature of this "
    "name fits better."
)
_MUTE: Final = (
    "{line} predicts its own features too poorly (R² below the threshold) to reject a name; " + _OWN
)
_VAGUE: Final = (
    "Retention is predicted only to ±{reach} min here, too vague to judge (most likely {likeliest},"
    " {probability}%); " + _OWN
)
_LIKELIEST: Final = ("valid", "fragment", "adduct", "wrong")


@dataclass(frozen=True, eq=False)
class Labels:
    """What rows and lines are called.

    Attributes
    ----------
    number : numpy.ndarray of int, shape (n,)
        feature_id of each observation.
    line : tuple of str, length L
        Series or isomer of each line.
    parent : Texts, length n
        Name of each observation's parent, none where it has none.
    """

    number: IntArray
    line: tuple[str, ...]
    parent: Texts


def reasons(state: Inference, decisions: Decisions, labels: Labels, rows: IntArray) -> Texts:
    """Return the reasons for the decisions on some observations, in the order of `rows`."""
    cases = _cases(state, decisions, rows)
    case = np.select([holds for holds, _ in cases], range(len(cases)))
    order = np.argsort(case, kind="stable")
    ends = np.cumsum(np.bincount(case, minlength=len(cases))).tolist()
    pieces = _Pieces(state, decisions, labels, rows[order])
    said = [
        _said(sentence, pieces, slice(start, end))
        for (_, sentence), start, end in zip(cases, [0, *ends], ends, strict=False)
        if end > start
    ]
    return pick(joined(*said), np.argsort(order))


def _said(sentence: str, pieces: _Pieces, rows: slice) -> Texts:
    return fill(sentence, lambda field: getattr(pieces, field)[rows])


def _cases(state: Inference, d: Decisions, rows: IntArray) -> tuple[tuple[BoolArray, str], ...]:
    """Return what may be the case, and what is then said; the first that holds decides."""
    verdict, has_row = d.verdict[rows], d.parent[rows] >= 0
    fragment, adduct, outlier = (verdict == kind for kind in (FRAGMENT, ADDUCT, OUTLIER))
    named = d.process[rows] != None  # noqa: E711
    mass = state.rates.mass
    far = np.abs(state.observed.rt[rows] - d.predicted[rows]) > _CLOSE * d.sd[rows]
    return (
        (verdict == VALID, _VALID),
        (fragment & has_row, _FRAGMENT),
        (fragment, _FRAGMENT_ALONE),
        (adduct & has_row, _ADDUCT),
        (adduct, _ADDUCT_ALONE),
        (outlier & named, _SAME_FORMULA),
        (outlier & mass.contradicts(state.observed.mass_error[rows]), _WRONG_MASS),
        (outlier & far, _OUTLIER),
        (outlier, _ONE_TOO_MANY),
        (~d.quality.may_judge[d.line[rows]], _MUTE),
        (verdict == UNDETERMINED, _VAGUE),
    )


@dataclass(frozen=True, eq=False)
class _Pieces:
    """The pieces of which sentences are made: one text for each of some observations."""

    state: Inference
    decisions: Decisions
    labels: Labels
    rows: IntArray

    @cached_property
    def line(self) -> Texts:
        return pick(texts(self.labels.line), self.decisions.line[self.rows])

    @cached_property
    def ppm(self) -> Texts:
        return fixed(self.state.observed.mass_error[self.rows], 1)

    @cached_property
    def usual_ppm(self) -> Texts:
        return fixed(np.full(len(self.rows), self.state.rates.mass.largest), 1)

    @cached_property
    def expected(self) -> Texts:
        return fixed(self.decisions.predicted[self.rows], 3)

    @cached_property
    def _later(self) -> FloatArray:
        """Minutes from where the own line is expected."""
        return self.state.observed.rt[self.rows] - self.decisions.predicted[self.rows]

    @cached_property
    def apart(self) -> Texts:
        return _apart(self._later)

    @cached_property
    def off(self) -> Texts:
        return fixed(np.abs(self._later) / self.decisions.sd[self.rows], 1)

    @cached_property
    def sigma(self) -> Texts:
        sign = pick(texts(["+", "-"]), np.signbit(self._later).astype(np.int64))
        return fill("{sign}{off}", {"sign": sign, "off": self.off}.__getitem__)

    @cached_property
    def basis(self) -> Texts:
        """What the prediction rests on."""
        d, rows = self.decisions, self.rows
        others = self.state.support[d.line[rows]] - (d.verdict[rows] == VALID)
        return by_value(pa.array(np.where(others < 0.5, 0, np.rint(others))), _basis)

    @cached_property
    def parent(self) -> Texts:
        return pick(self.labels.parent, self.rows)

    @cached_property
    def number(self) -> Texts:
        return whole(self.labels.number[self._made_by])

    @cached_property
    def _made_by(self) -> IntArray:
        """The parent; the observation itself where that has no row."""
        parent = self.decisions.parent[self.rows]
        return np.where(parent >= 0, parent, self.rows)

    @cached_property
    def from_parent(self) -> Texts:
        rt = self.state.observed.rt
        return _apart(rt[self.rows] - rt[self._made_by])

    @cached_property
    def share(self) -> Texts:
        """Area against the parent's; empty where an area is missing."""
        area = self.state.observed.log_volume
        return by_value(pa.array(area[self.rows] - area[self._made_by]), _share)

    @cached_property
    def process(self) -> Texts:
        return texts(self.decisions.process[self.rows])

    @cached_property
    def adduct(self) -> Texts:
        return by_value(self.process, {a.process: a.label for a in artefacts()}.get)

    @cached_property
    def reach(self) -> Texts:
        return fixed(2 * self.decisions.sd[self.rows], 2)

    @cached_property
    def likeliest(self) -> Texts:
        return pick(texts(_LIKELIEST), self.decisions.probability[self.rows].argmax(axis=1))

    @cached_property
    def probability(self) -> Texts:
        return fixed(100 * self.decisions.probability[self.rows].max(axis=1), 0)


def _apart(delta: FloatArray) -> Texts:
    side = pick(texts(["min later", "min earlier"]), (delta < 0).astype(np.int64))
    return fill("{by} {side}", {"by": fixed(np.abs(delta), 3), "side": side}.__getitem__)


def _basis(others: float) -> str:
    if others == 0:
        return "its composition alone"
    return f"{others:.0f} other feature{'s' * (others != 1)} of the series"


def _share(log_ratio: float) -> str:
    return f", with {100 * 10**log_ratio:.3g} % of its area" if np.isfinite(log_ratio) else ""
