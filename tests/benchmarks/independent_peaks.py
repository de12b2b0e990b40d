"""Peaks of one table and what they are: molecules, their fragments, other ions, wrong names.

Each step takes the peaks of the steps before it. Their order is fixed, so that a table is the same
whenever it is drawn.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from independent_elution import Column
from independent_scenarios import Knobs
from independent_species import (
    FRAGMENTS,
    HEADS,
    OTHER_IONS,
    Ceramide,
    ceramide,
    chain_shares,
    formula,
    holds_more,
    isomers,
    two_isotopes_share,
    usual_amounts,
)

Rng = np.random.Generator

#: Peaks weaker than this share of the strongest leave no fragment and no other ion.
_WEAKEST_PARENT: Final = 1e-6


@dataclass(frozen=True)
class Peak:
    """A peak under the name that the table gives it."""

    number: int
    head: str
    ceramide: Ceramide  # without chains where an ion is taken for another ceramide
    rt: float
    area: float
    kind: str  # genuine, fragment, split, wrong, NeuGc, or a kind of `other_ions.csv`
    parent: int | None = None  # number of the peak that a fragment or other ion comes from

    def name_key(self, chain_names: bool) -> tuple[object, ...]:
        """What tells its name from others in the table."""
        chains = (self.ceramide.base, self.ceramide.acyl) if chain_names else ("", "")
        return HEADS[self.head].name, self.ceramide.sums, chains


def ceramide_shares(rng: Rng, knobs: Knobs) -> dict[Ceramide, float]:
    """Shares of the ceramides of a tissue: any base with any acyl."""
    bases, acyls = (
        {name: share * 10 ** rng.normal(0, 0.175) for name, share in usual.items()}
        for usual in (chain_shares(knobs.tissue, "base"), chain_shares(knobs.tissue, "acyl"))
    )
    shares = {ceramide(b, a): bases[b] * acyls[a] for b in bases for a in acyls}
    if knobs.few_ceramides:
        others = [[], [(34, 1, 2)], [(40, 1, 2)], [(36, 2, 2), (38, 0, 2)]]
        kept = [(36, 1, 2), (38, 1, 2), *others[rng.integers(len(others))]]
        shares = {molecule: share for molecule, share in shares.items() if molecule.sums in kept}
    total = sum(shares.values())
    return {molecule: share / total for molecule, share in shares.items()}


def genuine_peaks(rng: Rng, knobs: Knobs, column: Column) -> list[Peak]:
    """Peaks of the tissue, one per name and isomer of the head.

    Where names are sums, molecules of one sum that elute together are one peak.
    """
    unit = 10 ** rng.normal(7, 0.4)
    shares = ceramide_shares(rng, knobs)
    molecules: dict[object, list[Peak]] = defaultdict(list)
    for head, usual in usual_amounts(knobs.tissue).items():
        amount = usual * 10 ** rng.normal(0, 0.3)
        if knobs.heads and head not in knobs.heads:
            continue
        for molecule, share in shares.items():
            area = unit * amount * share * 10 ** rng.normal(0, 0.12)
            peak = Peak(0, head, molecule, column.rt(head, molecule), area, "genuine")
            molecules[head, peak.name_key(knobs.chain_names)].append(peak)
    together = 0.12 * knobs.minutes_per_carbon
    merged = (_merged(of_one_name, together) for of_one_name in molecules.values())
    return [replace(peak, number=number) for number, peak in enumerate(merged)]


def _merged(molecules: list[Peak], together: float) -> Peak:
    """Peak of molecules of one name: at the RT of the most abundant and those near it."""
    top = max(molecules, key=lambda peak: peak.area)
    near = [peak for peak in molecules if abs(peak.rt - top.rt) < together]
    rt = np.average([peak.rt for peak in near], weights=[peak.area for peak in near])
    return replace(top, rt=float(rt), area=sum(peak.area for peak in molecules))


def all_peaks(rng: Rng, knobs: Knobs, genuine: list[Peak]) -> list[Peak]:
    """Genuine peaks, then their fragments and other ions."""
    least = _WEAKEST_PARENT * max(peak.area for peak in genuine)
    parents = [peak for peak in genuine if peak.area >= least]
    more = [*fragments(rng, knobs, parents)]
    for parent in parents:
        more += _other_ions(rng, knobs, parent)
        more += _split(rng, knobs, parent)
        more += _neugc_form(rng, knobs, parent)
    first = len(genuine)
    return genuine + [replace(peak, number=first + n) for n, peak in enumerate(more)]


def fragments(rng: Rng, knobs: Knobs, parents: Iterable[Peak]) -> Iterator[Peak]:
    """Pieces of the parents: each pathway has a yield and a small shift of RT of its own."""
    harshness = 10 ** rng.normal(knobs.harshness, 0.3)
    pathways = defaultdict(list)
    for path in FRAGMENTS.itertuples():
        share = path.share * harshness * 10 ** rng.normal(0, 0.25)
        pathways[path.head].append((path.piece, min(share, 0.8), rng.normal(0, knobs.together)))
    for parent in parents:
        for piece, share, shift in pathways[parent.head]:
            rt = parent.rt + shift + rng.normal(0, 0.8 * knobs.together)
            area = parent.area * share * 10 ** rng.normal(0, 0.08)
            yield Peak(0, piece, parent.ceramide, rt, area, "fragment", parent.number)


def _other_ions(rng: Rng, knobs: Knobs, parent: Peak) -> Iterator[Peak]:
    """Ions of a parent whose m/z is that of another name."""
    for ion in OTHER_IONS:
        possible = ion.is_of(parent.head, parent.ceramide)
        if not possible or rng.random() >= getattr(knobs, ion.knob):
            continue
        named = parent.ceramide.changed(ion.carbons, ion.double_bonds, ion.hydroxyls)
        if ion.kind == "M+2":
            share = two_isotopes_share(formula(parent.head, parent.ceramide.sums))
        else:
            share = 10 ** float(ion.log_area)
        area = parent.area * share * 10 ** rng.normal(0, ion.log_sd)
        rt = parent.rt + rng.normal(0, 0.6 * knobs.together)
        head = ion.named_head or parent.head
        yield Peak(0, head, named, rt, area, ion.kind, parent.number)


def _split(rng: Rng, knobs: Knobs, parent: Peak) -> Iterator[Peak]:
    """Second half of a peak that is split in two."""
    if rng.random() < knobs.split:
        apart = rng.choice([-1, 1]) * rng.uniform(0.107, 0.213) * knobs.minutes_per_carbon
        area = parent.area * rng.uniform(0.05, 0.4)
        yield replace(parent, rt=parent.rt + apart, area=area, kind="split", parent=parent.number)


def _neugc_form(rng: Rng, knobs: Knobs, parent: Peak) -> Iterator[Peak]:
    """Form with NeuGc under the acetylated name that has its formula, two carbons shorter."""
    named = parent.ceramide.changed(-2, -1, 0)
    possible = f"{parent.head}+OAc" in HEADS and parent.ceramide.hydroxyls == 2
    if possible and named.double_bonds >= 0 and rng.random() < knobs.neugc:
        rt = parent.rt + rng.normal(-0.1, 0.02) * knobs.minutes_per_carbon
        area = parent.area * 10 ** rng.normal(-1.4, 0.3)
        yield Peak(0, f"{parent.head}+OAc", named, rt, area, "NeuGc", parent.number)


def reported(knobs: Knobs, column: Column, peaks: list[Peak]) -> list[Peak]:
    """The strongest peaks, as many as the table is to hold; of one name, resolved ones only."""
    wanted = int(knobs.rows * (1 - knobs.wrong) / (1 - knobs.missing) * 1.03)
    rounding = 0.6 * 10**-knobs.decimals if knobs.decimals < 3 else 0
    apart = max(0.06 * knobs.minutes_per_carbon, rounding)
    kept: list[Peak] = []
    seen: dict[object, list[float]] = defaultdict(list)
    for peak in sorted(peaks, key=lambda peak: -peak.area):
        places = seen[peak.name_key(knobs.chain_names)]
        if len(kept) < wanted and all(abs(peak.rt - rt) >= apart for rt in places):
            places.append(peak.rt)
            kept.append(peak)
    return [peak for peak in kept if peak.rt > 2.2 * column.gradient.dead_time]


def wrong_names(rng: Rng, knobs: Knobs, column: Column, peaks: list[Peak]) -> list[Peak]:
    """Names at an RT that is neither theirs nor that of anything the table could take for them."""
    low, high = np.quantile([peak.rt for peak in peaks], [0.01, 0.99])
    log_areas = np.log([peak.area for peak in peaks])
    molecules = list({p.ceramide.sums: p.ceramide for p in peaks if p.ceramide.base}.values())
    heads = list(dict.fromkeys(peak.head for peak in peaks))
    wanted = int(knobs.rows * knobs.wrong)
    found: list[Peak] = []
    for _ in range(60 * wanted):
        if len(found) == wanted:
            break
        molecule = molecules[rng.integers(len(molecules))]
        head = heads[rng.integers(len(heads))]
        rt = rng.uniform(low, high)
        if rng.random() < 0.5:
            away = rng.choice([-1, 1]) * rng.uniform(0.45, 3) * knobs.minutes_per_carbon
            rt = column.rt(head, molecule) + away
        area = float(np.exp(np.quantile(log_areas, 0.95 * rng.beta(1, 2.2))))
        peak = Peak(1_000_000 + len(found), head, molecule, rt, area, "wrong")
        if low - 1 < rt < high + 1 and _is_wrong(knobs, column, peak, [*peaks, *found]):
            found.append(peak)
    return found


def _is_wrong(knobs: Knobs, column: Column, peak: Peak, others: list[Peak]) -> bool:
    """Whether nothing explains the name: no isomer, no parent with or without a row, no copy."""
    minutes = knobs.minutes_per_carbon
    molecule = peak.ceramide
    if any(abs(peak.rt - column.rt(h, molecule)) < 0.4 * minutes for h in isomers(peak.head)):
        return False
    larger = [head for head in usual_amounts(knobs.tissue) if holds_more(head, peak.head)]
    if any(abs(peak.rt - column.rt(head, molecule)) < 0.12 * minutes for head in larger):
        return False
    carbons, double_bonds, _ = molecule.sums
    parents = (
        (carbons, double_bonds),
        (carbons - 2, double_bonds - 3),
        (carbons, double_bonds + 1),
    )
    name = peak.name_key(knobs.chain_names)
    return not any(
        (
            abs(peak.rt - other.rt) < 0.08
            and other.kind != "wrong"
            and other.ceramide.sums[:2] in parents
        )
        or (abs(peak.rt - other.rt) < 0.1 and other.name_key(knobs.chain_names) == name)
        for other in others
    )


def without_missing(rng: Rng, knobs: Knobs, peaks: list[Peak]) -> list[Peak]:
    """Peaks that have a row: some are lost, and more of those with fragments or other ions."""
    parents = {peak.parent for peak in peaks}
    lost = rng.random((len(peaks), 2)) < [knobs.missing, knobs.missing_parents]
    return [
        peak
        for peak, (any_row, parent) in zip(peaks, lost, strict=True)
        if not any_row and not (parent and peak.kind == "genuine" and peak.number in parents)
    ]
