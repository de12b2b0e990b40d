"""Next steps: the spectra and standards that would settle most of what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.lipids.adducts import expected_adducts
from ganglioside.lipids.composition import Composition
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.species import Species
from ganglioside.support.formatting import percent_number

#: Most steps of each kind.
MOST_SPECTRA: Final = 8
MOST_STANDARDS: Final = 4

#: Groups of the review queue that a spectrum would settle.
_OPEN: Final = ("wrong anchor", "another name", "large outlier", "doubtful")
_PROTON: Final = 1.007276  # Da, CODATA 2018
#: Ions of one sialic acid: the residue less a proton, or with one (B ions of Domon and Costello,
#: Glycoconj J 1988, 5, 397).
_B_ION: Final = {"negative": -_PROTON, "positive": _PROTON}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to measure.

    Attributes
    ----------
    what : str
        `MS/MS` or `standard`.
    feature_id : int or None
        The feature that it is about; None for a standard.
    row : int or None
        Its row in the input.
    name : str
    ions : str
        m/z of its usual ions: `1062.556 (2-)`.
    start, end : float
        RT window, min.
    why : str
    """

    what: str
    feature_id: int | None
    row: int | None
    name: str
    ions: str
    start: float
    end: float
    why: str


def next_steps(analysis: Analysis) -> list[Step]:
    """What to measure next: spectra of the largest open features, then standards.

    A spectrum is asked of wrong anchors, of outliers that hold much area, and of doubtful verdicts;
    a standard of series without an anchor, by the area of what rests on them.

    Examples
    --------
    >>> import ganglioside as gg
    >>> steps = next_steps(gg.analyze(gg.example()))
    >>> steps[0].what, steps[-1].what
    ('MS/MS', 'standard')
    """
    return [*_spectra(analysis), *_standards(analysis)]


def _spectra(analysis: Analysis) -> list[Step]:
    """Spectra of open features, the largest first; wrong anchors come before all others."""
    queue = analysis.review_queue
    decided = [o.feature_id for o in analysis.overrides if o.decision not in (None, "later")]
    is_open = queue["group"].isin(_OPEN) & ~queue["feature_id"].isin(decided)
    chosen = queue[is_open].assign(first=queue["group"] != "wrong anchor")
    order = chosen.sort_values(["first", "volume"], ascending=[True, False], kind="stable")
    features = analysis.features
    return [
        _spectrum(analysis, features.iloc[int(row.feature_id)], row)
        for row in order.head(MOST_SPECTRA).itertuples()
    ]


def _spectrum(analysis: Analysis, feature: pd.Series[Any], queued: Any) -> Step:
    """The spectrum of one feature."""
    reach = analysis.settings.rt_tolerance
    named = parse_name(feature["name"])
    measured = feature.get("mz")
    ions = (
        f"{measured:.3f}"
        if measured is not None and np.isfinite(measured)
        else usual_ions(named, analysis.polarity)
    )
    row = feature.get("row")
    return Step(
        what="MS/MS",
        feature_id=int(feature["feature_id"]),
        row=None if row is None or pd.isna(row) else int(row),
        name=str(feature["name"]),
        ions=ions,
        start=max(float(feature["rt"]) - reach, 0.0),
        end=float(feature["rt"]) + reach,
        why=queued.why + _told_apart(named, queued.suggested_name, analysis.polarity),
    )


def usual_ions(species: Species, polarity: str) -> str:
    """m/z of the usual ions of a species, with their charges.

    >>> usual_ions(parse_name("GM3(36:1;O2)"), "negative")
    '1179.737 (1-)'
    """
    texts = []
    for ion in expected_adducts(species.composition.sialic_acids, polarity)[:2]:
        mz = (species.monoisotopic_mass + ion.shift) / abs(ion.charge)
        texts.append(f"{mz:.3f} ({abs(ion.charge)}{'-' if ion.charge < 0 else '+'})")
    return ", ".join(texts)


def _told_apart(named: Species, suggested: Any, polarity: str) -> str:
    """Which fragments of a sialic acid tell two names apart; empty where none does."""
    if not isinstance(suggested, str):
        return ""
    other = parse_name(suggested).composition
    own = named.composition
    if own.neugc == other.neugc and own.oac == other.oac:
        return ""
    now, then = _sialic_ions(own, polarity), _sialic_ions(other, polarity)
    gained = sorted(then - now)
    if not gained:
        return ""
    lost = sorted(now - then)
    instead = f" instead of {', '.join(f'{mz:.3f}' for mz in lost)}" if lost else ""
    return f"; then m/z {', '.join(f'{mz:.3f}' for mz in gained)}{instead}"


def _sialic_ions(composition: Composition, polarity: str) -> set[float]:
    """m/z of the B ions of the sialic acids of a head group, acetylated ones if it has an acetyl."""
    kinds = [
        *([Composition(neuac=1)] if composition.neuac else []),
        *([Composition(neugc=1)] if composition.neugc else []),
        *([Composition(neuac=1, oac=1)] if composition.oac and composition.neuac else []),
    ]
    return {round(kind.elements.mass + _B_ION[polarity], 3) for kind in kinds}


def _standards(analysis: Analysis) -> list[Step]:
    """Standards for series without an anchor, by the area of the species that rest on them."""
    if not analysis.model.is_fitted:
        return []
    lines = analysis.models
    bare = lines[lines["n_anchors"] == 0]
    heads = bare["isomer"].fillna(bare["series"])
    species = analysis.species
    resting = species[species["head"].isin(heads) & species["share"].notna()]
    shares = resting.groupby("head")["share"].sum().sort_values(ascending=False)
    return [
        _standard(analysis, resting, head, shares[head]) for head in shares.index[:MOST_STANDARDS]
    ]


def _standard(analysis: Analysis, resting: pd.DataFrame, head: str, share: float) -> Step:
    """The standard of one series: its largest species."""
    of_head = resting[resting["head"] == head]
    largest = of_head.loc[of_head["area_consolidated"].idxmax()]
    named = parse_name(largest["name"])
    feature = analysis.features.iloc[int(largest["feature_id"])]
    window = feature[["rt_lower", "rt_upper"]].astype("float64")
    count = len(of_head)
    return Step(
        what="standard",
        feature_id=None,
        row=None,
        name=str(largest["name"]),
        ions=usual_ions(named, analysis.polarity),
        start=float(window["rt_lower"]),
        end=float(window["rt_upper"]),
        why=f"{head} has no anchor; {count} species, {percent_number(share)} of the area, rest on it",
    )
