"""Hypotheses on one feature: every explanation that the model weighs, with its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from math import sqrt
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.parent_rt import pair_delta
from ganglioside.inference.pathways import TOLD_SHIFT, pair_rt, pathway_rt
from ganglioside.inference.posterior import is_after_lines, lies_on_heavier, odds_and_yields
from ganglioside.inference.split_peaks import split_distance
from ganglioside.inference.state import Inference
from ganglioside.lipids.artefacts import Artefact, artefacts
from ganglioside.lipids.composition import Ceramide, Composition, loss_label
from ganglioside.lipids.names import parse_name, species
from ganglioside.lipids.process_words import process_words
from ganglioside.questions.explanation import Explanation, Hypothesis, Kind, count
from ganglioside.support.arrays import FloatArray, IntArray
from ganglioside.support.densities import STANDARD_DEVIATION
from ganglioside.support.formatting import percent, ratio_percent, rounded, with_sign

#: Least probability of another feature to be a fragment or adduct of the same missing parent.
_SIBLING: Final = 0.05

#: Closeness of lines from which one is said to lie on the other.
_UPON_HEAVIER: Final = 0.1


def explain(
    feature: pd.Series[Any], state: Inference | None, names: pd.Series[str], threshold: float
) -> Explanation:
    """Explanation of one feature: its verdict and all hypotheses.

    Parameters
    ----------
    feature : pandas.Series
        Its row of `Analysis.features`.
    state : Inference or None
        As `decisions.weigh` returns it; None where the table allows no model.
    names : pandas.Series of str
        The column `name` of all features.
    threshold : float
        Outlier threshold, sigma.
    """
    feature_id = int(feature["feature_id"])
    return Explanation(
        feature_id=feature_id,
        name="" if pd.isna(feature["name"]) else str(feature["name"]),
        rt=float(feature["rt"]),
        verdict=str(feature["verdict"]),
        confidence=float(feature["confidence"]),
        reason=str(feature["reason"]),
        parent=None if pd.isna(feature["parent"]) else str(feature["parent"]),
        outlier_threshold=threshold,
        hypotheses=() if state is None else _hypotheses(state, feature, names),
    )


def _hypotheses(
    state: Inference, feature: pd.Series[Any], names: pd.Series[str]
) -> tuple[Hypothesis, ...]:
    """The hypotheses on one row, the likeliest first; empty where it was not judged."""
    feature_id = int(feature["feature_id"])
    if _is_isotope(feature):
        return _of_isotope(feature, names)
    found = np.flatnonzero(state.observed.row == feature_id)
    if len(found) == 0:
        return ()
    row = _Row(state, int(found[0]), names)
    of_parents = [*_of_rows(row), *_of_missing_parents(row), *_of_unlisted_parents(row)]
    hypotheses = [*_own(row), *of_parents, *_wrong(row)]
    total = sum(h.probability for h in hypotheses)
    ordered = sorted(hypotheses, key=lambda h: (-h.probability, h.statement))
    return tuple(replace(h, probability=h.probability / total) for h in ordered)


@dataclass(frozen=True, eq=False)
class _Row:
    """One observation, at `position`, with the names of all features."""

    state: Inference
    position: int
    names: pd.Series[str]

    @cached_property
    def model(self) -> FittedModel:
        return FittedModel.from_inference(self.state)

    @property
    def composition(self) -> Composition:
        """Composition in its name."""
        return parse_name(self.name(self.position)).composition

    def feature_id(self, position: int) -> int:
        """The feature_id of an observation."""
        return int(self.state.observed.row[position])

    def name(self, position: int) -> str:
        """The name of an observation."""
        return str(self.names[self.feature_id(position)])

    def loss(self, parent: str) -> str:
        """The loss that leads from a parent to this row, as text."""
        return loss_label(parse_name(parent).composition - self.composition)

    def compared(self, expected: float, sd: float) -> _Comparison:
        """RT of this row against the expected one of its peak, in the time of its sample.

        Parameters
        ----------
        expected, sd
            Expected RT and its standard deviation, min, in the study's time.
        """
        drift = self.state.observed.drift
        return self._apart(expected, drift.sd_in_sample(np.array([sd]), self._sample))

    def beside(self, expected: float, width: float) -> _Comparison:
        """RT of this row against that beside its parent's row, in the time of its sample.

        Parameters
        ----------
        expected, width
            Expected RT and the width of such differences, min, in the study's time.
        """
        drift = self.state.observed.drift
        return self._apart(expected, width * drift.scale(self._sample))

    @property
    def _sample(self) -> IntArray:
        """Sample of this row, shape (1,)."""
        return self.state.observed.sample[[self.position]]

    def _apart(self, expected: float, own_sd: FloatArray) -> _Comparison:
        """RT of this row against an expected one of the study's time, its sd in that of its own."""
        observed = self.state.observed
        sample = observed.sample[[self.position, self.position]]
        study = np.array([observed.rt[self.position], expected])
        measured, own_expected = observed.run.rt(observed.drift.to_sample(study, sample))
        difference = float(measured - own_expected)
        sigma = difference / float(observed.run.sd(own_sd)[0])
        return _Comparison(float(own_expected), difference, sigma)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """Expected RT of a hypothesis, min, and the difference of the measured one, min and sigma."""

    expected_rt: float
    difference: float
    sigma: float


def _own(row: _Row) -> Iterator[Hypothesis]:
    """For each line of its series, and for one that was not found: the name is right."""
    state, shares = row.state, row.state.shares
    for entry in np.flatnonzero(state.candidates.row == row.position):
        line = int(state.candidates.line[entry])
        label = row.model.line_labels[line]
        probability = float(shares.own[entry])
        predicted = float(state.predicted_rt[entry])
        sd = float(state.predicted_sd[entry])
        yield Hypothesis(
            statement=f"the name is right, on the line of {label}",
            kind="own series",
            probability=probability,
            basis=_own_basis(row, line, probability),
            **asdict(row.compared(predicted, sd)),
            line=label,
        )
    yield Hypothesis(
        statement="the name is right, on a line that was not found",
        kind="own series",
        probability=float(shares.unfound[row.position]),
        basis=_unfound_basis(row) + _mass_basis(row),
    )


def _unfound_basis(row: _Row) -> str:
    """Basis of the hypothesis that a row is on a line of its series that was not found."""
    state, at = row.state, row.position
    if lies_on_heavier(state)[at] < _UPON_HEAVIER or not is_after_lines(state)[at]:
        return "isomers of a series elute near each other"
    return (
        "its series lies on a heavier one and may be pieces of it, which elute before the species "
        "of their name"
    )


def _own_basis(row: _Row, line: int, share: float) -> str:
    """Basis of the hypothesis that a row with this share of a line belongs to it."""
    others = round(float(row.state.support[line]) - share)
    basis = f"{count(others, 'other feature')} on this line" if others else "composition alone"
    if row.state.observed.anchor[row.position]:
        basis += "; marked as anchor"
    return basis + _mass_basis(row)


def _mass_basis(row: _Row) -> str:
    """Error of the measured m/z and the usual one, as text; empty without a measured m/z."""
    observed, sd = row.state.observed, row.state.rates.mass.sd
    error, offset = observed.mass_error[row.position], observed.mass_offset[row.position]
    if np.isnan(error):
        return ""
    ion = observed.other_ion(row.position)
    as_ion = f" as {ion}, which the table does not say" if ion else ""
    return (
        f"; m/z {with_sign(error + offset)} ppm from the name{as_ion}, "
        f"usual {with_sign(offset)} ± {sd:.1f}"
    )


def _of_rows(row: _Row) -> Iterator[Hypothesis]:
    """For each possible parent with a row, the hypothesis of its fragment or adduct."""
    state, pairs = row.state, row.state.coelution
    odds, extents = odds_and_yields(state)
    rates = odds / (1 + odds)
    apart, away = pair_rt(state), pair_delta(state)
    for pair in np.flatnonzero(pairs.child == row.position):
        parent = int(pairs.parent[pair])
        artefact = _artefact(int(pairs.process[pair]))
        name = row.name(parent)
        feature_id = row.feature_id(parent)
        genuine = percent(float(state.shares.genuine[parent]))
        usual_ratio = 10 ** float(extents.mean[pair])
        usually = _usually(artefact, float(rates[pair]))
        shift = float(apart.mean[pair])
        expected = float(state.observed.rt[row.position] - away[pair]) + shift
        width = _width(row, artefact, float(apart.scale[pair]))
        yield Hypothesis(
            statement=_statement(artefact, f"{name} (feature {feature_id})", row.loss(name)),
            kind="adduct" if artefact else "fragment",
            probability=float(state.shares.pair[pair]),
            basis=f"{name} is itself genuine with a probability of {genuine}; {usually} about "
            f"{ratio_percent(usual_ratio, digits=2)} of the parent's area"
            f"{_usual_distance(row, artefact) or _usual_shift(shift)}"
            f"{_off_measured(away[pair] - state.coelution.delta[pair])}",
            **asdict(row.beside(expected, width)),
            area_ratio=float(10 ** state.log_ratio(parent, row.position)),
            usual_ratio=usual_ratio,
            parent_id=feature_id,
            parent=name,
            process=artefact.process if artefact else row.loss(name),
        )


def _usual_shift(shift: float) -> str:
    """RT of such fragments beside their parents, min, in words; empty where it is small."""
    if abs(shift) < TOLD_SHIFT:
        return ""
    return f", {abs(shift):.3f} min {'before' if shift < 0 else 'after'} it"


def _off_measured(off: float) -> str:
    """By how much a parent was measured later than it elutes, min, in words; empty where little."""
    if abs(off) < TOLD_SHIFT:
        return ""
    when = "earlier" if off > 0 else "later"
    return (
        "; single RT of this table are off, and by its line it eluted "
        f"{abs(off):.3f} min {when} than measured"
    )


def _usual_distance(row: _Row, artefact: Artefact | None) -> str:
    """RT of such parts of a peak beside it, min, in words; empty for all else."""
    if artefact is None or not artefact.is_split:
        return ""
    return f", {split_distance(row.state).mean:.2f} min beside it"


def _width(row: _Row, artefact: Artefact | None, scale: float) -> float:
    """Usual RT difference of a row and its parent, min; `scale` where they co-elute."""
    if artefact is None or artefact.coelutes:
        return float(np.hypot(scale, sqrt(2) * row.state.observed.rounding))
    expected = split_distance(row.state)
    return float(np.hypot(expected.mean, expected.sd))


def _artefact(process: int) -> Artefact | None:
    """The artefact of a process, None for in-source fragmentation (-1)."""
    return artefacts()[process] if process >= 0 else None


def _usually(artefact: Artefact | None, rate: float) -> str:
    """The beginning of the sentence on the usual area of an artefact or fragment."""
    if artefact:
        return f"such {artefact.labels} have"
    return f"{percent(rate)} of such parents show this fragment, usually with"


def _of_missing_parents(row: _Row) -> Iterator[Hypothesis]:
    """For each possible parent without a row, the hypothesis of its fragment or artefact."""
    missing = row.state.shares.missing_parents
    for entry in np.flatnonzero(missing.child == row.position):
        line = int(missing.line[entry])
        artefact = _artefact(int(missing.process[entry]))
        label, series = row.model.line_labels[line], row.model.line_series[line]
        numbers = row.state.posing.ceramides[missing.ceramide[entry]]
        name = species(series, Ceramide(*numbers.astype(int).tolist())).name
        remarks = []
        if artefact is None or artefact.coelutes:
            remarks.append("no row")
        if label != series:
            remarks.append(label)
        parent = f"{name} ({', '.join(remarks)})" if remarks else name
        yield Hypothesis(
            statement=_statement(artefact, parent, row.loss(name)),
            kind=_kind(artefact),
            probability=float(missing.probability[entry]),
            basis=_missing_basis(row, int(entry)),
            **asdict(_expected(row, int(entry), artefact)),
            line=label,
            parent=name,
            process=artefact.process if artefact else row.loss(name),
        )


def _of_unlisted_parents(row: _Row) -> Iterator[Hypothesis]:
    """Where the whole line may be of pieces: the hypothesis that this row is one of them."""
    probability = float(row.state.shares.unlisted[row.position])
    if probability > 0:
        yield Hypothesis(
            statement="in-source fragment of a heavier series that the table does not list",
            kind="fragment",
            probability=probability,
            basis="its line may be of such pieces, where neither anchors nor rows of that series "
            "tell",
        )


def _expected(row: _Row, entry: int, artefact: Artefact | None) -> _Comparison:
    """RT of a row against that expected from a missing parent."""
    missing, model = row.state.shares.missing_parents, row.model
    ceramide = row.state.posing.ceramides[missing.ceramide[entry]][None, :]
    rt, sd = model.expect(missing.line[[entry]], ceramide)
    if artefact is None:
        pathway, group = pathway_rt(row.state), row.state.observed.group[row.position]
        at = missing.line[entry], group
        shift, spread = float(pathway.mean[at]), float(pathway.scale[at])
    else:
        shift, spread = artefact.rt_shift * model.slope, artefact.rt_spread * model.slope
    width = float(np.hypot(sd[0], spread * STANDARD_DEVIATION))
    return row.compared(float(rt[0]) + shift, width)


def _missing_basis(row: _Row, entry: int) -> str:
    """Basis of a missing parent: features on its line, and others that it may explain."""
    line = int(row.state.shares.missing_parents.line[entry])
    support = round(float(row.state.support[line]))
    label = row.model.line_labels[line]
    basis = f"{count(support, 'feature')} on the line of {label}"
    if support == 0:
        basis = f"the line of {label} is predicted from its composition alone"
    siblings = [f"{row.name(k)} (feature {row.feature_id(k)})" for k in _siblings(row, entry)]
    if not siblings:
        return basis
    return f"{basis}; {' and '.join(siblings)} may come from the same parent"


def _siblings(row: _Row, entry: int) -> IntArray:
    """Positions of other rows of the sample that the same missing parent may explain."""
    missing, sample = row.state.shares.missing_parents, row.state.observed.sample
    same_line = missing.line == missing.line[entry]
    same_ceramide = missing.ceramide == missing.ceramide[entry]
    same_sample = sample[missing.child] == sample[row.position]
    other = (missing.child != row.position) & (missing.probability >= _SIBLING)
    return np.unique(missing.child[same_line & same_ceramide & same_sample & other])


def _is_isotope(feature: pd.Series[Any]) -> bool:
    """Whether a row is an isotope peak of the row that stands for its peak."""
    if feature["verdict"] != "adduct" or pd.isna(feature.get("peak_id")):
        return False
    own, peak, parent = (feature[c] for c in ("feature_id", "peak_id", "parent_id"))
    return bool(peak != own and not pd.isna(parent) and peak == parent)


def _of_isotope(feature: pd.Series[Any], names: pd.Series[str]) -> tuple[Hypothesis, ...]:
    """The hypotheses on an isotope peak: that it is one, or by chance where one would be."""
    parent_id = int(feature["parent_id"])
    name, process, sure = str(names[parent_id]), str(feature["process"]), feature["confidence"]
    isotope = Hypothesis(
        statement=f"isotope peak {process} of {name} (feature {parent_id})",
        kind="adduct",
        probability=float(sure),
        basis="the same name and ion at the same RT; by its m/z or as the table states",
        parent_id=parent_id,
        parent=name,
        process=process,
    )
    chance = Hypothesis(
        statement="the name is wrong: another compound in the place of an isotope peak",
        kind="chance",
        probability=1 - float(sure),
        basis="a peak of this m/z by chance",
    )
    return isotope, chance


def _wrong(row: _Row) -> Iterator[Hypothesis]:
    """The hypotheses that the name is wrong: another name is right for the peak, or none known."""
    shares, rivals = row.state.shares, row.state.rivals
    left = float(shares.chance[row.position])
    for other in rivals.other[rivals.row == row.position].tolist():
        probability = min(left, float(shares.genuine[other]))
        left -= probability
        yield Hypothesis(
            statement=f"the same peak as {row.name(other)} (feature {row.feature_id(other)})",
            kind="other form",
            probability=probability,
            basis="same RT, and m/z or formula: at most one of the names is right",
            parent=row.name(other),
        )
    yield _chance(row, left)


def _chance(row: _Row, probability: float) -> Hypothesis:
    """The hypothesis that the name is wrong and nothing known explains the row."""
    rate = row.state.rates.chance
    return Hypothesis(
        statement="the name is wrong: another species or compound",
        kind="chance",
        probability=probability,
        basis=f"about {rounded(100 * rate, 2)} such features per 100 names, anywhere in the run"
        f"{_mass_basis(row)}",
    )


def _statement(artefact: Artefact | None, parent: str, loss: str) -> str:
    """A hypothesis with a parent, in words."""
    if artefact:
        return f"{artefact.label} of {parent}"
    return f"in-source fragment of {parent} by {process_words(loss)}"


def _kind(artefact: Artefact | None) -> Kind:
    """Kind of the hypothesis of a missing parent."""
    if artefact is None:
        return "fragment"
    return "adduct" if artefact.verdict == "adduct" else "other form"
