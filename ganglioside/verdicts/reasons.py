"""One sentence for every verdict, with the numbers behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import isfinite
from string import Formatter
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import artefacts
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.text_columns import Texts, pick, texts
from ganglioside.verdicts.decisions import ADDUCT, FRAGMENT, OUTLIER, UNDETERMINED, VALID, Decisions

Column: TypeAlias = npt.NDArray[Any]

_CLOSE: Final = 2.0  # sigma; nearer to its line a feature is an outlier only for being one too many

# Sentences, whose fields are the pieces of `_Pieces`.
_OFF: Final = (
    "Elutes {away:.3f} min {side} than the {expected:.3f} min expected for {line} ({off:.1f} sigma)"
)
_OWN: Final = "{line} is expected at {expected:.3f} min ({sigma:+.1f} sigma)."
_VALID: Final = _OFF + ", from {basis}."
_FRAGMENT: Final = (
    "Co-elutes with {parent} (feature {number}, {from_parent:.3f} min {side_of_parent}) and can "
    "come from it in the ion source by {process}{share}; " + _OWN
)
_FRAGMENT_ALONE: Final = (
    "Elutes where {parent}, which has no row of its own, is expected, and can come from it in the "
    "ion source by {process}; " + _OWN
)
_ADDUCT: Final = (
    "Has the mass of the {adduct} of {parent} (feature {number}) and its RT ({from_parent:.3f} min "
    "{side_of_parent}){share}; " + _OWN
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
    "The measured m/z is {ppm:.1f} ppm from that of the name, where up to {usual_ppm:.1f} ppm is "
    "usual; " + _OWN
)
_ONE_TOO_MANY: Final = (
    "Stands {off:.1f} sigma from the {expected:.3f} min expected for {line}, where another feature "
    "of this name fits better."
)
_MUTE: Final = (
    "{line} predicts its own features too poorly (R² below the threshold) to reject a name; " + _OWN
)
_VAGUE: Final = (
    "Retention is predicted only to ±{reach:.2f} min here, too vague to judge (most likely "
    "{likeliest}, {probability:.0f}%); " + _OWN
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
    case = np.array([holds for holds, _ in cases]).argmax(axis=0)
    said = np.empty(len(rows), dtype=object)
    for number, (_, sentence) in enumerate(cases):
        if len(here := np.flatnonzero(case == number)):
            said[here] = _filled(sentence, _Pieces(state, decisions, labels, rows[here]))
    return texts(said)


def _filled(sentence: str, pieces: _Pieces) -> list[str]:
    """Return a sentence for each row, its fields filled."""
    template, fields = _template(sentence)
    return list(map(template.format, *(getattr(pieces, field).tolist() for field in fields)))


@cache
def _template(sentence: str) -> tuple[str, tuple[str, ...]]:
    """Return a sentence whose fields have no names, and the names."""
    parts = [(text, field, form) for text, field, form, _ in Formatter().parse(sentence)]
    template = "".join(text + (f"{{:{form}}}" if field else "") for text, field, form in parts)
    return template, tuple(field for _, field, _ in parts if field)


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
    """The pieces of which sentences are made: numbers or texts, one for each observation."""

    state: Inference
    decisions: Decisions
    labels: Labels
    rows: IntArray

    @property
    def line(self) -> Column:
        return np.array(self.labels.line, dtype=object)[self.decisions.line[self.rows]]

    @property
    def ppm(self) -> Column:
        return self.state.observed.mass_error[self.rows]

    @property
    def usual_ppm(self) -> Column:
        return np.full(len(self.rows), self.state.rates.mass.largest)

    @property
    def expected(self) -> Column:
        return self.decisions.predicted[self.rows]

    @property
    def _later(self) -> FloatArray:
        """Minutes from where the own line is expected."""
        return self.state.observed.rt[self.rows] - self.expected

    @property
    def away(self) -> Column:
        return np.abs(self._later)

    @property
    def side(self) -> Column:
        return _side(self._later)

    @property
    def off(self) -> Column:
        return np.abs(self.sigma)

    @property
    def sigma(self) -> Column:
        return np.asarray(self._later / self.decisions.sd[self.rows])

    @property
    def basis(self) -> Column:
        """What the prediction rests on."""
        d, rows = self.decisions, self.rows
        others = self.state.support[d.line[rows]] - (d.verdict[rows] == VALID)
        rounded = np.where(others < 0.5, 0, np.rint(others)).tolist()
        return np.array([_basis(n) for n in rounded], dtype=object)

    @property
    def parent(self) -> Column:
        return np.asarray(pick(self.labels.parent, self.rows))

    @property
    def number(self) -> Column:
        return self.labels.number[self._made_by]

    @property
    def _made_by(self) -> IntArray:
        return self.decisions.parent[self.rows]

    @property
    def _after_parent(self) -> FloatArray:
        """Minutes from where the parent elutes."""
        rt = self.state.observed.rt
        return rt[self.rows] - rt[self._made_by]

    @property
    def from_parent(self) -> Column:
        return np.abs(self._after_parent)

    @property
    def side_of_parent(self) -> Column:
        return _side(self._after_parent)

    @property
    def share(self) -> Column:
        """Area against the parent's; empty where an area is missing."""
        area = self.state.observed.log_volume
        ratios = (area[self.rows] - area[self._made_by]).tolist()
        return np.array([_share(ratio) for ratio in ratios], dtype=object)

    @property
    def process(self) -> Column:
        return self.decisions.process[self.rows]

    @property
    def adduct(self) -> Column:
        labels = {a.process: a.label for a in artefacts()}
        return np.array([labels[process] for process in self.process], dtype=object)

    @property
    def reach(self) -> Column:
        return np.asarray(2 * self.decisions.sd[self.rows])

    @property
    def likeliest(self) -> Column:
        likeliest = self.decisions.probability[self.rows].argmax(axis=1)
        return np.asarray(np.array(_LIKELIEST)[likeliest])

    @property
    def probability(self) -> Column:
        return np.asarray(100 * self.decisions.probability[self.rows].max(axis=1))


def _side(later: FloatArray) -> Column:
    return np.asarray(np.where(later < 0, "earlier", "later"))


@cache
def _basis(others: float) -> str:
    if others == 0:
        return "its composition alone"
    return f"{others:.0f} other feature{'s' * (others != 1)} of the series"


def _share(log_ratio: float) -> str:
    return f", with {100 * 10**log_ratio:.3g} % of its area" if isfinite(log_ratio) else ""
