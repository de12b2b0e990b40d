"""What a feature could be: every hypothesis that the model weighs, with its numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.inference.densities import STANDARD_DEVIATION
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.fragment_yields import pair_odds
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import Artefact, artefacts
from ganglioside.lipids.composition import Ceramide, Composition, loss_label
from ganglioside.lipids.names import parse_name, species
from ganglioside.questions.explanation import Explanation, Hypothesis, Kind, count
from ganglioside.support.formatting import percent

#: From this probability on another feature counts as a sibling: a piece of the same parent.
_SIBLING: Final = 0.05


def explain(
    feature: pd.Series[Any], state: Inference | None, names: pd.Series[str], threshold: float
) -> Explanation:
    """Return all that the model holds possible for one feature.

    Parameters
    ----------
    feature : pandas.Series
        Its row of `Analysis.features`.
    state : Inference or None
        The inference with its shares under the settings; None where the table allows none.
    names : pandas.Series of str
        The column `name` of all features.
    threshold : float
        Outlier threshold, sigma.
    """
    return Explanation(
        feature_id=int(feature["feature_id"]),
        name="" if pd.isna(feature["name"]) else str(feature["name"]),
        rt=float(feature["rt"]),
        verdict=str(feature["verdict"]),
        confidence=float(feature["confidence"]),
        reason=str(feature["reason"]),
        parent=None if pd.isna(feature["parent"]) else str(feature["parent"]),
        outlier_threshold=threshold,
        hypotheses=() if state is None else _hypotheses(state, int(feature["feature_id"]), names),
    )


def _hypotheses(state: Inference, number: int, names: pd.Series[str]) -> tuple[Hypothesis, ...]:
    """Return the hypotheses of one row, the likeliest first; none where it was not judged."""
    found = np.flatnonzero(state.observed.row == number)
    if len(found) == 0:
        return ()
    row = _Row(state, int(found[0]), names)
    held = [*_own(row), *_pieces(row), *_missing(row), _chance(row)]
    total = sum(h.probability for h in held)
    ordered = sorted(held, key=lambda h: (-h.probability, h.statement))
    return tuple(replace(h, probability=h.probability / total) for h in ordered)


@dataclass(frozen=True, eq=False)
class _Row:
    """One observation, and how to speak of it."""

    state: Inference
    at: int
    names: pd.Series[str]

    @cached_property
    def model(self) -> FittedModel:
        return FittedModel.from_inference(self.state)

    @property
    def composition(self) -> Composition:
        return parse_name(self.names[int(self.state.observed.row[self.at])]).composition

    def number(self, at: int) -> int:
        """Return the feature_id of an observation."""
        return int(self.state.observed.row[at])

    def name(self, at: int) -> str:
        return str(self.names[self.number(at)])

    def loss(self, parent: str) -> str:
        """Return what a parent loses to become this feature."""
        return loss_label(parse_name(parent).composition - self.composition)

    def compared(self, expected: float, width: float) -> _Place:
        """Return where this feature stands against an RT of the study, in its sample's time."""
        observed, at = self.state.observed, self.at
        sample = observed.sample[[at, at]]
        pair = observed.drift.to_sample(np.array([observed.rt[at], expected]), sample)
        difference = float(pair[0] - pair[1])
        scale = float(observed.drift.scale(sample)[0])
        return _Place(float(pair[1]), difference, difference / (width * scale))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a hypothesis expects the feature, min, and how far it stands from there."""

    expected_rt: float
    difference: float
    sigma: float


def _own(row: _Row) -> Iterator[Hypothesis]:
    """Yield the hypothesis that the name is right, for each line of its series."""
    state, shares = row.state, row.state.shares
    for entry in np.flatnonzero(state.candidates.row == row.at):
        line = int(state.candidates.line[entry])
        label = row.model.line_labels[line]
        place = row.compared(
            float(shares.predicted[entry]), float(shares.scale[entry]) * STANDARD_DEVIATION
        )
        yield Hypothesis(
            f"the name is right, on the line of {label}",
            "own series",
            float(shares.own[entry]),
            _own_basis(row, line, float(shares.own[entry])),
            **asdict(place),
            line=label,
        )


def _own_basis(row: _Row, line: int, share: float) -> str:
    others = round(float(row.state.support[line]) - share)
    basis = f"{count(others, 'other feature')} on this line" if others else "composition alone"
    basis += "; marked as anchor" if row.state.observed.anchor[row.at] else ""
    return basis + _mass_basis(row)


def _mass_basis(row: _Row) -> str:
    """Return what a measured m/z says of the name; nothing where there is none."""
    error, usual = row.state.observed.mass_error[row.at], row.state.rates.mass
    if np.isnan(error):
        return ""
    return f"; m/z {error:+.1f} ppm from the name, usual {usual.offset:+.1f} ± {usual.sd:.1f}"


def _pieces(row: _Row) -> Iterator[Hypothesis]:
    """Yield the fragment or adduct of each co-eluting feature that could make this one."""
    state, pairs = row.state, row.state.coelution
    odds, extents = pair_odds(state)
    rates = odds / (1 + odds)
    for pair in np.flatnonzero(pairs.child == row.at):
        process, parent = int(pairs.process[pair]), int(pairs.parent[pair])
        artefact = artefacts()[process] if process >= 0 else None
        name = row.name(parent)
        usual = 10 ** (artefact.log10_extent if artefact else float(extents.mean[pair]))
        how_often = (
            f"such {artefact.label}s have" if artefact else
            f"{percent(float(rates[pair]))} of such parents show this fragment, usually with"
        )  # fmt: skip
        yield Hypothesis(
            _what(artefact, f"{name} (feature {row.number(parent)})", row.loss(name)),
            "adduct" if artefact else "fragment",
            float(state.shares.pair[pair]),
            f"{name} is genuine itself with {percent(float(state.shares.genuine[parent]))}; "
            f"{how_often} about {100 * usual:.2g} % of the parent's area",
            **asdict(row.compared(float(state.observed.rt[parent]), state.rates.pair_sigma)),
            area_ratio=float(10 ** state.log_ratio(parent, row.at)),
            usual_ratio=float(usual),
            parent_id=row.number(parent),
            parent=name,
            process=artefact.process if artefact else row.loss(name),
        )


def _missing(row: _Row) -> Iterator[Hypothesis]:
    """Yield what species without a row of their own, and relatives of one mass, could make."""
    ghosts = row.state.shares.missing_parents
    for entry in np.flatnonzero(ghosts.child == row.at):
        process, line = int(ghosts.process[entry]), int(ghosts.line[entry])
        artefact = artefacts()[process] if process >= 0 else None
        label, series = row.model.line_labels[line], row.model.line_series[line]
        numbers = row.state.observed.ceramides[ghosts.ceramide[entry]]
        name = species(series, Ceramide(*numbers.astype(int).tolist())).name
        known = [] if artefact and not artefact.coelutes else ["no row"]
        known += [label] if label != series else []
        yield Hypothesis(
            _what(artefact, f"{name} ({', '.join(known)})" if known else name, row.loss(name)),
            _kind(artefact),
            float(ghosts.probability[entry]),
            _missing_basis(row, int(entry)),
            **asdict(_expected(row, int(entry), artefact)),
            line=label,
            parent=name,
            process=artefact.process if artefact else row.loss(name),
        )


def _expected(row: _Row, entry: int, artefact: Artefact | None) -> _Place:
    """Return where the child of a missing parent, or a relative of one mass, is expected."""
    ghosts, model = row.state.shares.missing_parents, row.model
    ceramide = row.state.observed.ceramides[ghosts.ceramide[entry]][None, :]
    rt, sd = model.expect(ghosts.line[[entry]], ceramide)
    shift, spread = (artefact.rt_shift, artefact.rt_spread) if artefact else (0.0, 0.0)
    width = float(np.hypot(sd[0], spread * model.slope * STANDARD_DEVIATION))
    return row.compared(float(rt[0]) + shift * model.slope, width)


def _missing_basis(row: _Row, entry: int) -> str:
    state, ghosts = row.state, row.state.shares.missing_parents
    line = int(ghosts.line[entry])
    support = round(float(state.support[line]))
    label = row.model.line_labels[line]
    basis = f"{count(support, 'feature')} on the line of {label}"
    if support == 0:
        basis = f"the line of {label} is known by its composition alone"
    same = (ghosts.line == line) & (ghosts.ceramide == ghosts.ceramide[entry])
    same &= state.observed.sample[ghosts.child] == state.observed.sample[row.at]
    same &= (ghosts.child != row.at) & (ghosts.probability >= _SIBLING)
    siblings = [f"{row.name(k)} (feature {row.number(k)})" for k in np.unique(ghosts.child[same])]
    return f"{basis}; {' and '.join(siblings)} may have the same origin" if siblings else basis


def _chance(row: _Row) -> Hypothesis:
    rate = row.state.rates.chance
    return Hypothesis(
        "unexplained: no known species or fragment fits this RT",
        "chance",
        float(row.state.shares.chance[row.at]),
        f"about {100 * rate:.2g} such features per 100 names, anywhere in the run"
        f"{_mass_basis(row)}",
    )


def _what(artefact: Artefact | None, parent: str, loss: str) -> str:
    if artefact:
        return f"{artefact.label} of {parent}"
    return f"in-source fragment of {parent} by {loss}"


def _kind(artefact: Artefact | None) -> Kind:
    if artefact is None:
        return "fragment"
    return "adduct" if artefact.verdict == "adduct" else "other form"
