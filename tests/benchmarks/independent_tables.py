"""Feature tables with known truth, from physics of its own: nothing of `ganglioside` is used here.

`draw_table("A", 0)` is the first table of scenario A, always the same.
"""

from __future__ import annotations

import zlib
from collections import Counter
from dataclasses import dataclass
from typing import Final

import independent_peaks as steps
import numpy as np
import pandas as pd
from independent_elution import Column, draw_column
from independent_peaks import Peak, Rng
from independent_scenarios import Knobs, draw_knobs
from independent_species import (
    HEADS,
    PROTON,
    SODIUM,
    TWO_ISOTOPES,
    Ceramide,
    formula,
    holds_more,
    isomers,
    mass,
)

#: Verdicts that are right for each kind of peak; ions of `other_ions.csv` are adducts.
RIGHT: Final = {
    "genuine": "valid",
    "fragment": "fragment",
    "split": "adduct|outlier",
    "wrong": "outlier",
    "NeuGc": "outlier",
}
#: Isomers that are so rare that a table shows few of their rows.
_MINOR: Final = ("GT1a", "GM1b")
#: Other ions that nothing but the row of their parent tells from a species.
_NEED_PARENT: Final = ("split", "formate", "-H2O")


@dataclass(frozen=True, eq=False)
class Table:
    """A table as a file holds it, and its truth row by row.

    Columns of the truth: number (of the peak), head, base, acyl, carbons, double_bonds, hydroxyls,
    true_rt (without scatter), area, kind, parent (number of its peak), right (verdicts, with `|`
    between), undecidable (see there), anchor, sample.
    """

    file: pd.DataFrame
    truth: pd.DataFrame
    knobs: Knobs
    column: Column


def draw_table(scenario: str, number: int) -> Table:
    """The table of this number of a scenario."""
    rng = np.random.default_rng(zlib.crc32(f"{scenario}{number}".encode()))
    knobs = draw_knobs(rng, scenario)
    column = draw_column(rng, knobs.gradient, knobs.minutes_per_carbon)
    every = steps.all_peaks(rng, knobs, steps.genuine_peaks(rng, knobs, column))
    shown = steps.reported(knobs, column, every)
    shown += steps.wrong_names(rng, knobs, column, shown)
    peaks = steps.without_missing(rng, knobs, shown)
    of_peaks = _with_names(rng, knobs, peaks)
    of_peaks["undecidable"] = undecidable(knobs, column, peaks, every)
    of_peaks["anchor"] = _anchors(rng, knobs, of_peaks)
    rows = _as_measured(rng, knobs, of_peaks)
    file = _as_file(rng, knobs, rows)
    return Table(file, rows.drop(columns=["name", "rt", "mass", "charge"]), knobs, column)


def undecidable(knobs: Knobs, column: Column, peaks: list[Peak], every: list[Peak]) -> list[bool]:
    """Whether nothing in the table tells the kind of each row: no method can know it.

    Genuine rows at the RT of what they could come from; fragments on a line of their own name;
    ions and fragments without a row of their parent, where it is an ion that the parent alone
    explains, or the table does not show that there is such a parent; wrong names of a series with
    fewer than two genuine rows, and the single row of a rare isomer: nothing says where they elute.
    """
    genuine = [peak for peak in peaks if peak.kind == "genuine"]
    series = Counter(HEADS[peak.head].name for peak in genuine)
    heads = Counter(peak.head for peak in genuine)
    rows = {peak.number for peak in peaks}

    def is_undecidable(peak: Peak) -> bool:
        if peak.kind == "genuine":
            rare = peak.head in _MINOR and heads[peak.head] < 2
            return rare or _may_come_from_another(knobs, peak, peaks)
        if peak.kind == "wrong":
            return series[HEADS[peak.head].name] < 2
        if peak.kind == "fragment" and _stands_on_its_line(knobs, column, peak):
            return True
        if peak.kind == "NeuGc" or peak.parent is None or peak.parent in rows:
            return False
        parent = every[peak.parent].head
        unknown = parent in _MINOR or not series[HEADS[parent].name]
        return peak.kind in _NEED_PARENT or unknown

    return [is_undecidable(peak) for peak in peaks]


def _may_come_from_another(knobs: Knobs, peak: Peak, others: list[Peak]) -> bool:
    """Whether a row at the same RT could be its parent: by fragmentation, sodium or isotopes."""
    near = max(0.04, 0.7 * 10**-knobs.decimals if knobs.decimals < 3 else 0)
    sums = peak.ceramide.sums
    other_ion = [peak.ceramide.changed(*less, 0).sums[:2] for less in ((-2, -3), (0, 1))]
    name = HEADS[peak.head].name
    return any(
        (other.ceramide.sums == sums and holds_more(other.head, peak.head))
        or (other.ceramide.sums[:2] in other_ion and HEADS[other.head].name == name)
        for other in others
        if abs(other.rt - peak.rt) < near
    )


def _stands_on_its_line(knobs: Knobs, column: Column, peak: Peak) -> bool:
    places = [column.rt(head, peak.ceramide) for head in isomers(peak.head)]
    return min(abs(peak.rt - place) for place in places) < 0.2 * knobs.minutes_per_carbon


def _with_names(rng: Rng, knobs: Knobs, peaks: list[Peak]) -> pd.DataFrame:
    """A row per peak: what it is, the name that the table gives it, mass and charge."""
    return pd.DataFrame(
        {
            "number": peak.number,
            "head": peak.head,
            **{part: getattr(peak.ceramide, part) for part in Ceramide.__dataclass_fields__},
            "rt": peak.rt,
            "true_rt": peak.rt,
            "area": peak.area,
            "kind": peak.kind,
            "parent": peak.parent,
            "right": RIGHT.get(peak.kind, "adduct"),
            "name": _name(rng, knobs, peak),
            "mass": _mass(peak),
            "charge": min(max(HEADS[peak.head].residues["neuac"], 1), 3),
        }
        for peak in peaks
    ).astype({"parent": "Int64"})


def _name(rng: Rng, knobs: Knobs, peak: Peak) -> str:
    carbons, double_bonds, hydroxyls = peak.ceramide.sums
    lettered = knobs.isomer_names and peak.kind in ("genuine", "wrong", "Na-H", "M+2")
    head = HEADS[peak.head].name
    if lettered and rng.random() < 0.9:
        head = peak.head.replace("+Fuc", "+dHex")
    if knobs.chain_names and peak.ceramide.base:
        acyl, hydroxyl = peak.ceramide.acyl.lstrip("h"), peak.ceramide.acyl.startswith("h")
        return f"{head}({peak.ceramide.base}/{acyl}{'(OH)' if hydroxyl else ''})"
    if knobs.name_style == "letter" and hydroxyls < 4:
        return f"{head} {'dt'[hydroxyls - 2]}{carbons}:{double_bonds}"
    sums = f"{carbons}:{double_bonds};O{hydroxyls}"
    return f"{head}({sums})" if knobs.name_style == "brackets" else f"{head} {sums}"


def _mass(peak: Peak) -> float:
    """Mass of the ion's molecule in Da: other ions have nearly that of their name."""
    if peak.kind == "Na-H":
        parent = peak.ceramide.changed(-2, -3, 0)
        return mass(formula(peak.head, parent.sums)) + SODIUM - mass({"H": 1})
    if peak.kind == "M+2":
        return mass(formula(peak.head, peak.ceramide.changed(0, 1, 0).sums)) + TWO_ISOTOPES
    return mass(formula(peak.head, peak.ceramide.sums))


def _anchors(rng: Rng, knobs: Knobs, rows: pd.DataFrame) -> pd.Series:
    """Rows that are called sure: strong ones more often, and some that are not genuine."""
    if not knobs.anchors:
        return pd.Series(False, index=rows.index)
    genuine = rows["kind"] == "genuine"
    chance = np.where(genuine, 1.6 * knobs.anchors, 2 * knobs.wrong_anchors)
    return rng.random(len(rows)) < chance * rows["area"].rank(pct=True)


def _as_measured(rng: Rng, knobs: Knobs, peaks: pd.DataFrame) -> pd.DataFrame:
    """Rows of all samples with scatter, in the order of the file."""
    several = knobs.samples > 1
    samples = [
        (_in_sample(rng, peaks) if several else peaks).assign(sample=f"S{n + 1}" if several else "")
        for n in range(knobs.samples)
    ]
    rows = pd.concat(samples, ignore_index=True)
    rows["rt"] += rng.normal(0, 0.0025 * knobs.scatter, len(rows))
    rows["rt"] += np.where(rows["anchor"], rng.normal(0, knobs.anchor_shift), 0)
    rows = pd.concat([rows, _second_ions(rng, knobs, rows)], ignore_index=True)
    order = ["name", "rt"] if rng.random() < 0.5 else ["rt"]
    return rows if several else rows.sort_values(order, ignore_index=True)


def _in_sample(rng: Rng, peaks: pd.DataFrame) -> pd.DataFrame:
    """Rows of one of several samples: weak ones are often not found; RT and areas of its own."""
    found = np.clip(0.98 - 0.35 * (1 - peaks["area"].rank(pct=True)), 0.3, 1)
    rows = peaks[rng.random(len(peaks)) < found].copy()
    rows["rt"] = rows["rt"] * (1 + rng.normal(0, 0.002)) + rng.normal(0, 0.02)
    rows["area"] *= 10 ** (rng.normal(0, 0.12, len(rows)) + rng.normal(0, 0.1))
    return rows


def _second_ions(rng: Rng, knobs: Knobs, rows: pd.DataFrame) -> pd.DataFrame:
    """Genuine rows again, with one charge less."""
    again = (rng.random(len(rows)) < knobs.second_ion) & (rows["kind"] == "genuine")
    ions = rows[again & (rows["charge"] > 1)].copy()
    ions["charge"] -= 1
    ions["area"] *= 10 ** rng.normal(-0.7, 0.3, len(ions))
    ions["rt"] += rng.normal(0, 0.003, len(ions))
    return ions.assign(anchor=False)


def _as_file(rng: Rng, knobs: Knobs, rows: pd.DataFrame) -> pd.DataFrame:
    """Columns of the file."""
    file = pd.DataFrame({"Name": rows["name"], "RT": rows["rt"].round(knobs.decimals)})
    if knobs.areas:
        file["Volume"] = rows["area"].round().astype("int64")
    if knobs.log_p:
        file["Log P"] = _log_p(rows).round(2)
    if knobs.anchors:
        file["Anchor"] = np.where(rows["anchor"], "T", "F")
    if knobs.mz:
        charge = rows["charge"]
        ppm = rng.normal(0, knobs.mz_offset_sd) + rng.normal(0, knobs.mz_sd, len(rows))
        file["m/z"] = ((rows["mass"] / charge - PROTON) * (1 + 1e-6 * ppm)).round(4)
        if knobs.ion_column:
            file["Adduct"] = ["[M-H]-" if z == 1 else f"[M-{z}H]{z}-" for z in charge]
    if knobs.samples > 1:
        file["Sample"] = rows["sample"]
    return file


def _log_p(rows: pd.DataFrame) -> pd.Series:
    """Log P as a program counts it: by chains and residues, blind to isomers."""
    residues = pd.DataFrame([HEADS[head].residues for head in rows["head"]], index=rows.index)
    ceramide = 0.54 * (rows["carbons"] - 36) - (rows["double_bonds"] - 1)
    ceramide -= 1.2 * (rows["hydroxyls"] - 2)
    weights = {"hex": -1.4, "hexnac": -1.2, "neuac": -2.1, "oac": 0.3}
    return 11 + ceramide + sum(weight * residues[name] for name, weight in weights.items())
