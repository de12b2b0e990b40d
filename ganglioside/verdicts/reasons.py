"""Reasons: one sentence for every verdict, with its numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from math import isfinite
from string import Formatter
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from ganglioside.inference.pathways import TOLD_SHIFT, pathway_rt
from ganglioside.inference.state import Inference
from ganglioside.lipids.artefacts import SPLIT_PEAK, artefacts
from ganglioside.lipids.process_words import process_words
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.formatting import percent, ratio_of, with_sign
from ganglioside.support.text_columns import Texts, pick, texts
from ganglioside.verdicts.decisions import (
    ADDUCT,
    FRAGMENT,
    OUTLIER,
    UNDETERMINED,
    VALID,
    Decisions,
    is_vague,
)

Column: TypeAlias = npt.NDArray[Any]

_CLOSE: Final = 2.0  # sigma; an outlier nearer to its line is one for another reason
_ODD: Final = 1.0  # decades from which an area is unusual
_TOLD: Final = 0.01  # probability from which an unlisted parent is told

# Sentences; their fields are the properties of `_Fields`.
_OFF: Final = (
    "Elutes {away:.3f} min {side} the {expected:.3f} min expected for {line} ({off:.1f} sigma)"
)
_OWN: Final = "{line} is expected at {expected:.3f} min ({sigma} sigma)."
_BEFORE: Final = "{line} is expected before the injection"
_VALID: Final = _OFF + ", from {basis}."
_VALID_VAGUELY: Final = _OFF + ", from {basis}; this is predicted only to ±{reach:.2f} min."
_VALID_UNLESS: Final = (
    _OFF + ", from {basis}; its line may be of pieces of a heavier series that the table does not "
    "list ({unlisted})."
)
_FRAGMENT: Final = (
    "Co-elutes with {parent} (feature {number}, {from_parent:.3f} min {side_of_parent}) and can "
    "come from it in the ion source by {loss}{share}{pathway}; " + _OWN
)
_FRAGMENT_ALONE: Final = (
    "Elutes where {parent}, which has no row of its own, is expected, and can come from it in the "
    "ion source by {loss}; " + _OWN
)
_ADDUCT: Final = (
    "Has the mass of the {adduct} of {parent} (feature {number}) and its RT ({from_parent:.3f} min "
    "{side_of_parent}){share}; " + _OWN
)
_ADDUCT_ALONE: Final = (
    "Has the mass of the {adduct} of {parent}, which has no row of its own, and elutes where that "
    "is expected; " + _OWN
)
_ISOTOPE: Final = (
    "Isotope peak {process} of {parent} (feature {number}, {place_of_parent}), "
    "{from_parent:.3f} min {side_of_parent}{share}; it takes no part in the model."
)
_SPLIT: Final = (
    "Is a part of the split peak of {parent} (feature {number}), {from_parent:.3f} min "
    "{side_of_parent}{share}; " + _OWN
)
_SPLIT_ALONE: Final = (
    "Is a part of the split peak of {parent}, which has no row of its own in this sample; " + _OWN
)
_SAME_FORMULA: Final = (
    _OFF + "; the {process} form of {parent} has the same formula and is expected here."
)
_OUTLIER: Final = _OFF + ", and no co-eluting parent explains it."
_WRONG_MASS: Final = (
    "The measured m/z is {ppm} ppm from that of the name, where {usual_ppm} ± "
    "{reach_ppm:.1f} ppm is usual; " + _OWN
)
_STANDS: Final = "Stands {off:.1f} sigma from the {expected:.3f} min expected for {line}"
_ONE_TOO_MANY: Final = _STANDS + ", where another feature of this name fits better."
_ODD_AREA: Final = _STANDS + ", but has {area_share} the area that is expected there."
_NOT_ENOUGH: Final = _STANDS + ", which is too little to tell the name from a wrong one."
_ANOTHER_NAME: Final = (
    "Is the same peak as {place_of_rival}, {rival} (feature {number_of_rival}), which is likelier; "
    + _OWN
)
_REFUSED: Final = (
    _OFF
    + ": beyond the outlier threshold, so that the name is not accepted, although valid is the "
    "likeliest verdict ({probability})."
)
_BESIDE: Final = (
    "Elutes beside another row of this name in its sample, which is nearer to the peak that the "
    "samples share; " + _OWN
)
_MUTE: Final = (
    "{line} predicts its own features too poorly (R² below the threshold) to reject a name (most "
    "likely {likeliest}, {probability}); " + _OWN
)
_DISORDER: Final = (
    "No more than {genuine:.0f} of {names:.0f} names follow an order of retention: too few to "
    "reject the others by it (most likely {likeliest}, {probability}); " + _OWN
)
_VAGUE: Final = (
    "Retention is predicted only to ±{reach:.2f} min here, too vague to judge (most likely "
    "{likeliest}, {probability}); " + _OWN
)
_NOWHERE: Final = (
    "Nothing in the table shows when {line} elutes, so retention cannot judge the name."
)
_LIKELIEST: Final = ("valid", "fragment", "adduct", "wrong")


@dataclass(frozen=True, eq=False)
class Labels:
    """Names of rows and lines in sentences.

    Attributes
    ----------
    number : numpy.ndarray of int, shape (n,)
        feature_id of each observation.
    line : tuple of str, length L
        Series or isomer of each line.
    parent : Texts, length n
        Name of the parent of each observation, missing without a parent.
    name : Texts, length n
        Name of each observation.
    place : callable
        Where some observations stand in the input, by their positions: `row 17`.
    others : mapping of int to str
        The other rows of its peak, for observations that have some: `as [M-2H]2-, row 17`.
    """

    number: IntArray
    line: tuple[str, ...]
    parent: Texts
    name: Texts
    place: Callable[[IntArray], Column]
    others: Mapping[int, str]


def reasons(state: Inference, decisions: Decisions, labels: Labels, rows: IntArray) -> Texts:
    """Reasons for the decisions on some observations, in the order of `rows`.

    Parameters
    ----------
    state : Inference
    decisions : Decisions
        On the n observations.
    labels : Labels
    rows : numpy.ndarray of int
        Positions in the observations.
    """
    cases = _cases(state, decisions, rows)
    first_true = np.array([condition for condition, _ in cases]).argmax(axis=0)
    before = decisions.predicted[rows] <= 0
    sentences = np.empty(len(rows), dtype=object)
    for case, (_, sentence) in enumerate(cases):
        for is_before, worded in ((False, sentence), (True, _before_injection(sentence))):
            selected = np.flatnonzero((first_true == case) & (before == is_before))
            if len(selected):
                fields = _Fields(state, decisions, labels, rows[selected])
                sentences[selected] = _filled(worded, fields)
    if labels.others:
        for k, row in enumerate(rows.tolist()):
            if row in labels.others:
                sentences[k] = f"{sentences[k][:-1]}; {labels.others[row]}."
    return texts(sentences)


def _before_injection(sentence: str) -> str:
    """A sentence for rows whose line is expected before the injection, at no RT."""
    for at_an_rt, before in ((_OWN, _BEFORE + "."), (_OFF, _BEFORE), (_STANDS, _BEFORE)):
        sentence = sentence.replace(at_an_rt, before)
    return sentence


def _filled(sentence: str, fields: _Fields) -> list[str]:
    """The sentence of each row, with the fields of that row."""
    template, names = _template(sentence)
    columns = [getattr(fields, name).tolist() for name in names]
    return list(map(template.format, *columns))


@cache
def _template(sentence: str) -> tuple[str, tuple[str, ...]]:
    """A sentence with positional fields in place of named ones, and the names in order."""
    parts = [(text, field, form) for text, field, form, _ in Formatter().parse(sentence)]
    template = "".join(text + (f"{{:{form}}}" if field else "") for text, field, form in parts)
    return template, tuple(field for _, field, _ in parts if field)


def _cases(state: Inference, d: Decisions, rows: IntArray) -> tuple[tuple[BoolArray, str], ...]:
    """(Condition, sentence) pairs in order of priority: the first true condition decides.

    A condition has one value per row of `rows`.
    """
    verdict = d.verdict[rows]
    fragment = verdict == FRAGMENT
    adduct = verdict == ADDUCT
    outlier = verdict == OUTLIER
    has_row = d.parent[rows] >= 0  # of the parent
    is_isotope = d.isotope[rows] > 0
    split = d.process[rows] == SPLIT_PEAK
    has_rival = (d.rival[rows] >= 0) & (outlier | (verdict == UNDETERMINED))
    named = d.process[rows] != None  # noqa: E711
    wrong_mass = state.rates.mass.contradicts(state.observed.mass_error[rows])
    distance = np.abs(state.observed.rt[rows] - d.predicted[rows])
    far = distance > _CLOSE * d.sd[rows]
    anywhere = d.sd[rows] >= state.observed.run.widest
    return (
        ((verdict == VALID) & is_vague(state, d.sd)[rows], _VALID_VAGUELY),
        ((verdict == VALID) & (d.unlisted[rows] >= _TOLD), _VALID_UNLESS),
        (verdict == VALID, _VALID),
        (is_isotope, _ISOTOPE),
        (has_rival, _ANOTHER_NAME),
        (fragment & has_row, _FRAGMENT),
        (fragment, _FRAGMENT_ALONE),
        (adduct & split & has_row, _SPLIT),
        (adduct & split, _SPLIT_ALONE),
        (adduct & has_row, _ADDUCT),
        (adduct, _ADDUCT_ALONE),
        (outlier & named, _SAME_FORMULA),
        (outlier & wrong_mass, _WRONG_MASS),
        (outlier & far, _OUTLIER),
        (outlier & d.outdone[rows], _ONE_TOO_MANY),
        (outlier & (np.abs(d.area_off[rows]) > _ODD), _ODD_AREA),
        (outlier, _NOT_ENOUGH),
        (d.refused[rows], _REFUSED),
        (d.beside[rows], _BESIDE),
        (anywhere, _NOWHERE),
        (np.full(len(rows), not d.quality.is_orderly), _DISORDER),
        (~d.quality.may_judge[d.line[rows]], _MUTE),
        (verdict == UNDETERMINED, _VAGUE),
    )


@dataclass(frozen=True, eq=False)
class _Fields:
    """The fields of sentences: numbers or texts, one per row of `rows`."""

    state: Inference
    decisions: Decisions
    labels: Labels
    rows: IntArray

    @property
    def line(self) -> Column:
        """Label of the own line."""
        return np.array(self.labels.line, dtype=object)[self.decisions.line[self.rows]]

    @property
    def ppm(self) -> Column:
        """Measured less theoretical m/z, ppm, as text."""
        observed = self.state.observed
        return _signs(observed.mass_error[self.rows] + observed.mass_offset[self.rows])

    @property
    def usual_ppm(self) -> Column:
        """Systematic error of the m/z, ppm, as text."""
        return _signs(self.state.observed.mass_offset[self.rows])

    @property
    def reach_ppm(self) -> Column:
        """Largest usual distance from the systematic error, ppm."""
        return np.full(len(self.rows), self.state.rates.mass.largest)

    @property
    def expected(self) -> Column:
        """RT that the own line predicts, min."""
        return self.decisions.predicted[self.rows]

    @property
    def _later(self) -> FloatArray:
        """RT less the RT that the own line predicts, min."""
        return self.state.observed.rt[self.rows] - self.expected

    @property
    def away(self) -> Column:
        """Distance from the own line, min."""
        return np.abs(self._later)

    @property
    def side(self) -> Column:
        """`earlier than` or `later than` the own line; `from` it where no digit tells."""
        return _side(self._later, "earlier than", "later than", "from")

    @property
    def off(self) -> Column:
        """Distance from the own line, sigma."""
        return np.abs(self._sigma)

    @property
    def sigma(self) -> Column:
        """RT less predicted RT, sigma, as text."""
        return _signs(self._sigma)

    @property
    def _sigma(self) -> FloatArray:
        """RT less predicted RT, sigma."""
        return np.asarray(self._later / self.decisions.sd[self.rows])

    @property
    def basis(self) -> Column:
        """The features that the prediction rests on, as text."""
        rounded = np.maximum(np.rint(self.decisions.others[self.rows]), 0).tolist()
        return np.array([_basis(n) for n in rounded], dtype=object)

    @property
    def parent(self) -> Column:
        """Name of the parent."""
        return np.asarray(pick(self.labels.parent, self.rows))

    @property
    def number(self) -> Column:
        """feature_id of the parent."""
        return self.labels.number[self._parent]

    @property
    def place_of_parent(self) -> Column:
        """Row of the parent in the input."""
        return np.asarray(self.labels.place(self._parent))

    @property
    def _rival(self) -> IntArray:
        """Position of the row that names the same peak better."""
        return self.decisions.rival[self.rows]

    @property
    def rival(self) -> Column:
        """Name of the row that names the same peak better."""
        return np.asarray(pick(self.labels.name, self._rival))

    @property
    def number_of_rival(self) -> Column:
        """feature_id of the row that names the same peak better."""
        return self.labels.number[self._rival]

    @property
    def place_of_rival(self) -> Column:
        """Row in the input that names the same peak better."""
        return np.asarray(self.labels.place(self._rival))

    @property
    def _parent(self) -> IntArray:
        """Position of the parent in the observations."""
        return self.decisions.parent[self.rows]

    @property
    def _after_parent(self) -> FloatArray:
        """RT less the RT of the parent, min."""
        rt = self.state.observed.rt
        return rt[self.rows] - rt[self._parent]

    @property
    def from_parent(self) -> Column:
        """Distance from the parent, min."""
        return np.abs(self._after_parent)

    @property
    def side_of_parent(self) -> Column:
        """`earlier` or `later` than the parent; `apart` where no digit tells."""
        return _side(self._after_parent, "earlier", "later", "apart")

    @property
    def share(self) -> Column:
        """Area relative to the parent's, as text; empty where an area is missing."""
        area = self.state.observed.log_volume
        ratios = (area[self.rows] - area[self._parent]).tolist()
        return np.array([_share(ratio) for ratio in ratios], dtype=object)

    @property
    def area_share(self) -> Column:
        """Area relative to that expected on the own line, before the words for it."""
        off = self.decisions.area_off[self.rows].tolist()
        return np.array([ratio_of(10**log_ratio) for log_ratio in off], dtype=object)

    @property
    def pathway(self) -> Column:
        """Shift of such fragments beside their parents, as text; empty where it is small."""
        line, group = self.decisions.line[self._parent], self.state.observed.group[self.rows]
        shift = pathway_rt(self.state).mean[line, group]
        distinct, index = np.unique(shift, return_inverse=True)  # few pathways, many rows
        words = [_usual_shift(minutes) for minutes in distinct.tolist()]
        return np.array(words, dtype=object)[index]

    @property
    def process(self) -> Column:
        """Loss or gain that leads from the parent to the row."""
        return self.decisions.process[self.rows]

    @property
    def loss(self) -> Column:
        """The process in words."""
        return np.array([process_words(str(process)) for process in self.process], dtype=object)

    @property
    def adduct(self) -> Column:
        """Label of the artefact."""
        labels = {a.process: a.label for a in artefacts()}
        return np.array([labels[process] for process in self.process], dtype=object)

    @property
    def genuine(self) -> Column:
        """Number of features that are on lines."""
        return np.full(len(self.rows), self.decisions.quality.genuine)

    @property
    def names(self) -> Column:
        """Number of features that are on lines or that nothing explains."""
        return np.full(len(self.rows), self.decisions.quality.names)

    @property
    def reach(self) -> Column:
        """Half width of the 95 % interval of the prediction, min."""
        return np.asarray(2 * self.decisions.sd[self.rows])

    @property
    def unlisted(self) -> Column:
        """Probability that it is a piece of a series without rows, as text."""
        unlisted = self.decisions.unlisted[self.rows].tolist()
        return np.array([percent(p) for p in unlisted], dtype=object)

    @property
    def likeliest(self) -> Column:
        """Likeliest verdict in words."""
        verdict = self.decisions.probability[self.rows].argmax(axis=1)
        return np.asarray(np.array(_LIKELIEST)[verdict])

    @property
    def probability(self) -> Column:
        """Probability of the likeliest verdict, as text."""
        likeliest = self.decisions.probability[self.rows].max(axis=1).tolist()
        return np.array([percent(p) for p in likeliest], dtype=object)


def _usual_shift(shift: float) -> str:
    """Shift of a pathway, min, in words; empty where it is small."""
    if abs(shift) < TOLD_SHIFT:
        return ""
    side = "earlier" if shift < 0 else "later"
    return f" (such fragments usually elute {abs(shift):.3f} min {side})"


def _side(later: FloatArray, earlier_word: str, later_word: str, same_word: str) -> Column:
    """The word for each difference of RT, min, as its three digits show it."""
    shown = np.round(later, 3)
    return np.asarray(np.where(shown < 0, earlier_word, np.where(shown > 0, later_word, same_word)))


@cache
def _basis(others: float) -> str:
    """The basis of a prediction from so many other features, as text."""
    if others == 0:
        return "its composition alone"
    return f"{others:.0f} other feature{'s' * (others != 1)} of the series"


def _share(log_ratio: float) -> str:
    """log10 of a ratio of areas as text, empty where it is unknown."""
    if not isfinite(log_ratio):
        return ""
    return f", with {ratio_of(10**log_ratio)} its area"


def _signs(values: FloatArray) -> Column:
    """Differences as texts with their sign."""
    return np.array(list(map(with_sign, values.tolist())), dtype=object)
