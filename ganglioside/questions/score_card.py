"""Score card of a feature: how well each kind of evidence agrees with its name."""

from __future__ import annotations

from dataclasses import dataclass
from math import erfc, isfinite, log10, sqrt
from typing import Final, Literal

import numpy as np

from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.posterior import odds_and_yields
from ganglioside.inference.state import Inference
from ganglioside.questions.explanation import Explanation, Hypothesis
from ganglioside.support.densities import STANDARD_DEVIATION, normal
from ganglioside.support.formatting import (
    minutes,
    percent,
    ratio_of,
    ratio_percent,
    rounded,
    with_sign,
)
from ganglioside.verdicts.decisions import nearest_line

Evidence = Literal["retention", "co-elution", "area", "mass"]
Level = Literal["good", "fair", "poor"]

#: Kinds of evidence, in the order of every score card.
EVIDENCE: Final[tuple[Evidence, ...]] = ("retention", "co-elution", "area", "mass")

#: Probability of being a piece below which no parent is named.
_UNLIKELY: Final = 0.05

#: Agreement from which it is good, and from which fair: what a residual of one and of two standard
#: deviations has.
_GOOD: Final = 0.32
_FAIR: Final = 0.05

#: Words between a difference of RT and its line, by the sign that its three digits show.
_SIDES: Final = {-1: "early for", 0: "from", 1: "late for"}

#: Hypotheses that speak of a piece of another feature.
_PIECES: Final = ("fragment", "adduct")


@dataclass(frozen=True, slots=True)
class Score:
    """Agreement of one kind of evidence with the name of a feature.

    Attributes
    ----------
    kind : str
        `retention`, `co-elution`, `area` or `mass`.
    agreement : float or None
        0 to 1; None where there is no such evidence.
    text : str
        The evidence in one sentence, or what is missing.
    """

    kind: Evidence
    agreement: float | None
    text: str

    @property
    def level(self) -> Level | None:
        """How good the agreement is; None where there is no such evidence.

        Examples
        --------
        >>> [Score("mass", agreement, "").level for agreement in (0.5, 0.1, 0.01, None)]
        ['good', 'fair', 'poor', None]
        """
        if self.agreement is None:
            return None
        if self.agreement >= _GOOD:
            return "good"
        return "fair" if self.agreement >= _FAIR else "poor"


def score_card(explanation: Explanation, state: Inference | None) -> tuple[Score, ...]:
    """Scores of a feature, one for each kind of `EVIDENCE`.

    ==========  ==========================================================================
    retention   two-sided probability of a residual at least as large, if the name is right
    co-elution  1 less the probability that it is a piece of something that co-elutes
    area        probability, by its area alone, that it is its own species and no piece;
                without a parent, that of an area at least as far from the one expected there
    mass        two-sided probability of an m/z error at least as large, if the name is right
    ==========  ==========================================================================

    A piece is a fragment or an adduct. The area compares the areas of genuine features of the table
    with those usual for such a piece beside its likeliest parent; where no parent co-elutes, with
    the area that its line, ceramide and sample let expect, if it elutes on that line.

    Parameters
    ----------
    explanation : Explanation
    state : Inference or None
        The evidence; None where the table allows no model.

    Returns
    -------
    tuple of Score
    """
    position = _position(explanation, state)
    if state is None or position is None or not _is_weighed(explanation):
        why = "An isotope peak is not judged apart from its species."
        why = why if explanation.hypotheses else explanation.reason or "This row was not judged."
        return tuple(Score(kind, None, why) for kind in EVIDENCE)
    return (
        _retention(_own_line(explanation, state, position)),
        _coelution(explanation, state, position),
        _area(explanation, state, position),
        _mass(state, position),
    )


def _is_weighed(explanation: Explanation) -> bool:
    """Whether it was asked if the name is right: not of an isotope peak, nor of unread rows."""
    return any(h.kind == "own series" for h in explanation.hypotheses)


def _position(explanation: Explanation, state: Inference | None) -> int | None:
    """Position of the feature among the observations; None where it is none."""
    if state is None:
        return None
    found = np.flatnonzero(state.observed.row == explanation.feature_id)
    return int(found[0]) if len(found) else None


def _retention(best: Hypothesis | None) -> Score:
    """How far it elutes from its line."""
    if best is None:
        return Score("retention", None, "Its series has no line here.")
    side = _SIDES[int(np.sign(round(best.difference, 3)))]
    apart = f"{minutes(abs(best.difference))} {side} {best.line}"
    scatter = f" of {minutes(best.difference / best.sigma)}" if best.sigma else ""
    text = f"{apart} ({abs(best.sigma):.1f} sigma{scatter})."
    return Score("retention", within_scatter(best.sigma), text)


def _own_line(explanation: Explanation, state: Inference, position: int) -> Hypothesis | None:
    """The line of its series that verdict and reason speak of; None where there is none."""
    line = int(state.candidates.line[nearest_line(state)[position]])
    label = FittedModel.from_inference(state).line_labels[line]
    own = [h for h in explanation.hypotheses if h.kind == "own series" and isfinite(h.sigma)]
    return next((h for h in own if h.line == label), None)


def _coelution(explanation: Explanation, state: Inference, position: int) -> Score:
    """How likely it is a piece of something that co-elutes."""
    pieces = [h for h in explanation.hypotheses if h.kind in _PIECES and h.parent is not None]
    if not pieces:
        return Score("co-elution", 1.0, "Nothing that it could come from elutes here.")
    together = sum(h.probability for h in pieces)
    agreement = max(1 - together, 0.0)
    if together < _UNLIKELY:
        text = f"Hardly a fragment or adduct of what elutes here ({percent(together)})."
        return Score("co-elution", agreement, text)
    best = _likeliest(pieces, explanation.parent)
    distance = _distance(best, state, position)
    apart = f", {minutes(distance)} apart" if isfinite(distance) else ""
    with_it = f"{best.parent}{apart}"
    if best.parent_id is None:
        with_it = f"{best.parent}, which has no row{apart}"
    others = "" if len(pieces) == 1 else " of it or another"
    text = f"Co-elutes with {with_it}: {best.kind}{others} with {percent(together)}."
    return Score("co-elution", agreement, text)


def _distance(piece: Hypothesis, state: Inference, position: int) -> float:
    """Distance in RT from the parent's row, min; where it has none, from its expected RT.

    The reason has this distance. That from where such pieces usually elute is another.
    """
    if piece.parent_id is None:
        return abs(piece.difference)
    observed = state.observed
    parent = np.flatnonzero(observed.row == piece.parent_id)[0]
    return abs(float(observed.rt[position] - observed.rt[parent]))


def _area(explanation: Explanation, state: Inference, position: int) -> Score:
    """Whether its area is that of a species: beside a parent, else beside others of its line."""
    if not isfinite(state.observed.log_volume[position]):
        return Score("area", None, "The table gives no area for it.")
    with_area = [h for h in explanation.hypotheses if isfinite(h.area_ratio) and h.area_ratio > 0]
    if with_area:
        return _beside_parent(_likeliest(with_area, explanation.parent), state, position)
    own = _own_line(explanation, state, position)
    if own is not None and within_scatter(own.sigma) >= _FAIR:
        return _beside_line(own, state, position)
    return Score("area", None, "Nothing elutes here with which its area could be compared.")


def _beside_parent(best: Hypothesis, state: Inference, position: int) -> Score:
    """Whether its area is that of a species rather than of what a parent makes."""
    ratio, usual = log10(best.area_ratio), log10(best.usual_ratio)
    spread = _spread(best, state, position)
    as_piece = float(normal(np.array(ratio), usual, spread))
    as_species = float(state.genuine_area_density[position])
    low, high = 10 ** (usual - spread), 10 ** (usual + spread)
    text = (
        f"{ratio_of(best.area_ratio)} the area of {best.parent}; usual for such {best.kind}s: "
        f"{rounded(100 * low)} to {ratio_percent(high)}."
    )
    return Score("area", as_species / (as_species + as_piece), text)


def _beside_line(own: Hypothesis, state: Inference, position: int) -> Score:
    """How far its area is from that which the other features let expect on its line."""
    nearest = nearest_line(state)[position]
    expected, spread = state.expected_areas
    off, sd = float(state.observed.log_volume[position] - expected[nearest]), float(spread[nearest])
    text = (
        f"{ratio_of(10**off)} the area expected for {own.line} here; usual: "
        f"{rounded(100 * 10**-sd)} to {ratio_percent(10**sd)}."
    )
    return Score("area", erfc(abs(off) / sd / sqrt(2)), text)


def _likeliest(pieces: list[Hypothesis], parent: str | None) -> Hypothesis:
    """The likeliest of some hypotheses: of the verdict's parent, where they speak of it."""
    of_verdict = [h for h in pieces if h.parent == parent]
    return max(of_verdict or pieces, key=lambda h: h.probability)


def _spread(hypothesis: Hypothesis, state: Inference, position: int) -> float:
    """Standard deviation of the log10 ratio of the pair of a hypothesis."""
    pairs, (_, yields) = state.coelution, odds_and_yields(state)
    parent = np.flatnonzero(state.observed.row == hypothesis.parent_id)
    same = (pairs.child == position) & (pairs.parent == parent[0])
    found = np.flatnonzero(same)
    return float(yields.sd[found[np.argmax(state.shares.pair[found])]])


def _mass(state: Inference, position: int) -> Score:
    """How far its m/z is from that of its name, beside the other features."""
    error = float(state.observed.mass_error[position])
    if not isfinite(error):
        return Score("mass", None, "The table gives no m/z for it that can be compared.")
    offset, sd = float(state.observed.mass_offset[position]), state.rates.mass.sd
    measured, usual = with_sign(error + offset), with_sign(offset)
    text = f"{measured} ppm from the name; usual here {usual} ± {sd:.1f} ppm."
    if ion := state.observed.other_ion(position):
        text = f"As {ion}, which the table does not say, {text}"
    return Score("mass", erfc(abs(error) / sd / sqrt(2)), text)


def within_scatter(sigma: float) -> float:
    """Two-sided probability of a residual of at least so many standard deviations.

    The scatter about a line is Student's t with 6 degrees of freedom, whose integral is closed
    (Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 26.7.4):

        P(|T| > t) = 1 - s (1 + c / 2 + 3 c^2 / 8),  s = t / sqrt(6 + t^2),  c = 6 / (6 + t^2)

    Examples
    --------
    >>> round(within_scatter(0.0), 3), round(within_scatter(2.447 / STANDARD_DEVIATION), 3)
    (1.0, 0.05)
    """
    t = abs(sigma) * STANDARD_DEVIATION
    s, c = t / sqrt(6 + t**2), 6 / (6 + t**2)
    return max(1 - s * (1 + c / 2 + 3 * c**2 / 8), 0.0)
