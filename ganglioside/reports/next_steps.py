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

#: Most steps on features, and on series.
MOST_FEATURES: Final = 8
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
    """What to measure next: for the largest open features, then for series without an anchor.

    Of features: wrong anchors, outliers that hold much area, doubtful verdicts. Of series: those
    without an anchor, by the area of what rests on them.

    Examples
    --------
    >>> import ganglioside as gg
    >>> steps = next_steps(gg.analyze(gg.example()))
    >>> {step.what for step in steps} == {"MS/MS", "standard"}
    True
    """
    return [*_of_features(analysis), *_standards(analysis)]


def _of_features(analysis: Analysis) -> list[Step]:
    """Steps on open features, the largest first; wrong anchors come before all others."""
    queue = analysis.review_queue
    decided = [o.feature_id for o in analysis.overrides if o.is_decided]
    is_open = queue["group"].isin(_OPEN) & ~queue["feature_id"].isin(decided)
    chosen = queue.assign(later=queue["group"] != "wrong anchor")[is_open]
    order = chosen.sort_values(["later", "volume"], ascending=[True, False], kind="stable")
    return [
        _of_feature(analysis, analysis.features.iloc[int(row["feature_id"])], row)
        for _, row in order.head(MOST_FEATURES).iterrows()
    ]


def _of_feature(analysis: Analysis, feature: pd.Series[Any], queued: pd.Series[Any]) -> Step:
    """What settles one feature.

    An in-source fragment is the same ion as the species of its name: only when that elutes tells
    them apart, which a standard shows.
    """
    named = parse_name(str(feature["name"]))
    by_standard = feature["verdict"] == "fragment"
    apart = "" if by_standard else _told_apart(named, queued["suggested_name"], analysis.polarity)
    row, mz = feature.get("row"), feature.get("mz", np.nan)
    is_measured = np.isfinite(mz) and not by_standard
    start, end = _window(feature, analysis.coelution_tolerance, expected=by_standard)
    return Step(
        what="standard" if by_standard else "MS/MS",
        feature_id=int(feature["feature_id"]),
        row=None if row is None or pd.isna(row) else int(row),
        name=str(feature["name"]),
        ions=f"{mz:.3f}" if is_measured else usual_ions(named, analysis.polarity),
        start=start,
        end=end,
        why=str(queued["why"]) + apart,
    )


def _window(feature: pd.Series[Any], reach: float, *, expected: bool) -> tuple[float, float]:
    """Where the name is expected, if known and asked for; else around where the feature is."""
    bounds = feature[["rt_lower", "rt_upper"]].to_numpy(np.float64)
    if expected and np.isfinite(bounds).all():
        return float(bounds[0]), float(bounds[1])
    rt = float(feature["rt"])
    return max(rt - reach, 0.0), rt + reach


def usual_ions(species: Species, polarity: str) -> str:
    """m/z of the usual ions of a species, with their charges.

    >>> usual_ions(parse_name("GM3(36:1;O2)"), "negative")
    '1179.737 (1-)'
    """
    texts = []
    for ion in expected_adducts(species.composition.sialic_acids, polarity)[:2]:
        mz = ion.mz(species.monoisotopic_mass)
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
    """m/z of the B ions of the sialic acids of a head group, also of an acetylated one."""
    kinds = [
        *([Composition(neuac=1)] if composition.neuac else []),
        *([Composition(neugc=1)] if composition.neugc else []),
        *([Composition(neuac=1, oac=1)] if composition.oac and composition.neuac else []),
    ]
    return {round(kind.mass + _B_ION[polarity], 3) for kind in kinds}


def _standards(analysis: Analysis) -> list[Step]:
    """Standards for series without an anchor, by the area of the species that rest on them.

    Where the table has no areas, by the number of these species.
    """
    if not analysis.model.is_fitted:
        return []
    lines = analysis.models
    bare = lines[lines["n_anchors"] == 0]
    heads = bare["isomer"].fillna(bare["series"])
    species = analysis.species
    if species["share"].notna().any():
        species = species[species["share"].notna()]
    resting = species[species["head"].isin(heads)]
    of_head = {str(head): rows for head, rows in resting.groupby("head")}
    order = sorted(of_head, key=lambda head: (-of_head[head]["share"].sum(), -len(of_head[head])))
    return [_standard(analysis, head, of_head[head]) for head in order[:MOST_STANDARDS]]


def _standard(analysis: Analysis, head: str, resting: pd.DataFrame) -> Step:
    """The standard of one series: its largest species, or the surest where there are no areas."""
    has_areas = bool(resting["share"].notna().any())
    weight = resting["area_consolidated" if has_areas else "confidence"].fillna(0.0)
    largest = resting.iloc[int(weight.argmax())]
    name = str(largest["name"])
    feature = analysis.features.iloc[int(largest["feature_id"])]
    start, end = _window(feature, analysis.coelution_tolerance, expected=True)
    share = f", {percent_number(float(resting['share'].sum()))} of the area," * has_areas
    verb = "rests" if len(resting) == 1 else "rest"
    return Step(
        what="standard",
        feature_id=None,
        row=None,
        name=name,
        ions=usual_ions(parse_name(name), analysis.polarity),
        start=start,
        end=end,
        why=f"{head} has no anchor; {len(resting)} species{share} {verb} on it",
    )
