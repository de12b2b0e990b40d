"""Head groups, ceramides and their formulas, and what tissues hold of them: `data/independent/`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import pandas as pd

DATA: Final = Path(__file__).parent / "data" / "independent"

#: Monoisotopic masses in Da.
MASSES: Final = {
    "C": 12.0,
    "H": 1.00782503207,
    "N": 14.0030740048,
    "O": 15.99491461956,
    "S": 31.97207100,
    "P": 30.97376163,
}
SODIUM: Final = 22.98976928
PROTON: Final = 1.00727646688
#: Two 13C in place of two 12C, and a little of 34S and 18O.
TWO_ISOTOPES: Final = 2.0051

Composition = dict[str, int]


@dataclass(frozen=True)
class Head:
    """A head group: a row of `heads.csv`."""

    name: str  # as a table writes it: without the letter of the isomer
    residues: Composition
    inner_chain: int  # sialic acids on the inner galactose, or the only one
    terminal_chain: int  # sialic acids on the terminal galactose
    modifies: str  # the head that it is an acetylated, fucosylated or longer form of, or empty
    extra_carbons: float  # retention beyond that of its residues, in equivalent carbons
    extra_sd: float  # how much columns differ in it


@dataclass(frozen=True)
class OtherIon:
    """An ion that is taken for a species of another name: a row of `other_ions.csv`, as it is."""

    kind: str
    knob: str
    of_head: str
    of_hydroxyls: str
    named_head: str
    carbons: int
    double_bonds: int
    hydroxyls: int
    log_area: str
    log_sd: float

    def is_of(self, head: str, molecule: Ceramide) -> bool:
        """Whether a molecule has this ion, and its name has no less than no double bond."""
        of_head = self.of_head in ("", head)
        of_hydroxyls = self.of_hydroxyls in ("", str(molecule.hydroxyls))
        return of_head and of_hydroxyls and molecule.double_bonds + self.double_bonds >= 0


@dataclass(frozen=True)
class Ceramide:
    """A ceramide by its sums, and its chains unless only a name has these sums."""

    carbons: int
    double_bonds: int
    hydroxyls: int
    base: str = ""  # such as d18:1
    acyl: str = ""  # such as 24:1, and h24:1 with a hydroxyl

    @property
    def sums(self) -> tuple[int, int, int]:
        """Carbons, double bonds and hydroxyls."""
        return self.carbons, self.double_bonds, self.hydroxyls

    def changed(self, carbons: int, double_bonds: int, hydroxyls: int) -> Ceramide:
        """Sums that differ by so much, without chains."""
        return Ceramide(
            self.carbons + carbons, self.double_bonds + double_bonds, self.hydroxyls + hydroxyls
        )


def chain(name: str) -> tuple[int, int, bool]:
    """Carbons and double bonds of a chain, and whether it has a hydroxyl more than usual.

    >>> chain("t18:0"), chain("24:1")
    ((18, 0, True), (24, 1, False))
    """
    carbons, double_bonds = name.lstrip("dth").split(":")
    return int(carbons), int(double_bonds), name[0] in "th"


def ceramide(base: str, acyl: str) -> Ceramide:
    """Ceramide of two chains."""
    pair = zip(chain(base), chain(acyl), strict=True)
    carbons, double_bonds, more = (first + second for first, second in pair)
    return Ceramide(carbons, double_bonds, 2 + more, base, acyl)


def _read(name: str) -> pd.DataFrame:
    return pd.read_csv(DATA / f"{name}.csv", keep_default_na=False)


def _read_heads() -> dict[str, Head]:
    return {
        row["head"]: Head(
            name=row["name"],
            residues={residue: int(row[residue]) for residue in RESIDUES},
            inner_chain=int(row["inner_chain"]),
            terminal_chain=int(row["terminal_chain"]),
            modifies=row["modifies"],
            extra_carbons=float(row["extra_carbons"] or 0),
            extra_sd=float(row["extra_sd"] or 0),
        )
        for row in _read("heads").to_dict("records")
    }


#: Composition of what each residue adds to a ceramide.
RESIDUES: Final[dict[str, Composition]] = _read("residues").set_index("residue").T.to_dict()
HEADS: Final[dict[str, Head]] = _read_heads()
#: What parts of a molecule add to its retention: cost, mean and sd in equivalent carbons.
COSTS: Final = _read("costs")
#: Pieces of each head by in-source fragmentation: head, piece, share of the head's area.
FRAGMENTS: Final = _read("fragments")
OTHER_IONS: Final = [OtherIon(**row) for row in _read("other_ions").to_dict("records")]


@cache
def chain_shares(tissue: str, kind: str) -> dict[str, float]:
    """Usual shares of the bases or acyls (`kind`) of a tissue."""
    table = _read("chains").query("tissue == @tissue and chain == @kind")
    return dict(zip(table["name"], table["share"], strict=True))


@cache
def usual_amounts(tissue: str) -> dict[str, float]:
    """Usual amounts of the heads of a tissue, in no unit."""
    table = _read("amounts").query("tissue == @tissue")
    return dict(zip(table["head"], table["amount"], strict=True))


def isomers(head: str) -> list[str]:
    """Heads that a table writes alike, itself included; a modified head is taken to be alone."""
    alike = [h for h, other in HEADS.items() if other.name == HEADS[head].name]
    return [h for h in alike if not HEADS[h].modifies] or [head]


def holds_more(larger: str, smaller: str) -> bool:
    """Whether a head has every residue of another, and more: it may break into the other."""
    first, second = HEADS[larger].residues, HEADS[smaller].residues
    return first != second and all(first[residue] >= second[residue] for residue in RESIDUES)


def formula(head: str, sums: tuple[int, int, int]) -> Composition:
    """Formula of a head on a ceramide of these sums."""
    carbons, double_bonds, hydroxyls = sums
    atoms = dict.fromkeys(MASSES, 0)
    atoms |= {"C": carbons, "H": 2 * carbons + 1 - 2 * double_bonds, "N": 1, "O": hydroxyls + 1}
    for residue, number in HEADS[head].residues.items():
        for element, atoms_of_one in RESIDUES[residue].items():
            atoms[element] += number * atoms_of_one
    return atoms


def mass(atoms: Composition) -> float:
    """Monoisotopic mass of a formula in Da."""
    return sum(MASSES[element] * number for element, number in atoms.items())


def two_isotopes_share(atoms: Composition) -> float:
    """Area of M+2 beside M: two 13C, or one 18O."""
    expected = 0.0108 * atoms["C"]
    return expected**2 / 2 + 0.00205 * atoms["O"]
