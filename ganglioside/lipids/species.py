"""Lipid species: a head group on a ceramide."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Final

from ganglioside.lipids.ceramide_names import check_ceramide
from ganglioside.lipids.composition import Ceramide, Composition
from ganglioside.lipids.head_groups import Glycan
from ganglioside.lipids.name_faults import check_limit
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.on_demand import ShownAsCard


@dataclass(frozen=True, slots=True)
class _LipidMapsClass:
    """A row of `data/lipid_maps_classes.csv`."""

    code: str
    name: str


#: Classes as LIPID MAPS writes them, `Gangliosides [SP0601]`, by code.
_CLASSES: Final = {
    row.code: f"{row.name} [{row.code}]"
    for row in read_facts("lipid_maps_classes.csv", _LipidMapsClass)
}

#: Levels of a shorthand, in the words of LIPID MAPS.
SUM_LEVEL: Final = "species"
CHAINS_LEVEL: Final = "molecular species"


@dataclass(frozen=True, slots=True, repr=False)
class Species(ShownAsCard):
    """One lipid species, as specific as its name.

    Two species are equal if their series, isomer and ceramide are.

    Attributes
    ----------
    series : str
        Head group with modifications, normalised, without isomer letter: `GD1+OAc`.
    isomer : str or None
        The same with the isomer letter, if the name has one: `GD1a+OAc`.
    composition : Composition
        Units of the head group.
    ceramide : Ceramide
        Sum composition.
    category : str or None
        GA, GM, GD, GT, GQ or GP; None for neutral relatives such as Cer or SM.
    sugar_count : int
        Monosaccharides of the head group, sialic acids included.
    formula : str
        Neutral molecule, Hill order.
    monoisotopic_mass : float
        Neutral molecule, Da.
    chains : tuple of str
        Base and acyl chain where the name gives them, `("18:1;O2", "16:0")`, else empty.
    lipid_maps, swisslipids : str or None
        Class of the head group in LIPID MAPS (`SP0601`) and SwissLipids (`SLM:000489918`); None
        where none is verified.
    lipid_maps_entry : str or None
        Entry of the head group on any ceramide in the LIPID MAPS structure database,
        `LMSP0601AJ00`; None where it has none, or where the name leaves the isomer open.

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> species = parse_name("GD1a+OAc d36:1")
    >>> species.series, species.isomer, str(species.ceramide)
    ('GD1+OAc', 'GD1a+OAc', '36:1;O2')
    >>> gm3 = parse_name("GM3(d18:1/16:0)")
    >>> gm3.shorthand, gm3.level, gm3.lipid_maps_class, gm3.lipid_maps_entry
    ('GM3 18:1;O2/16:0', 'molecular species', 'Gangliosides [SP0601]', 'LMSP0601AJ00')
    >>> species.shorthand, species.level
    ('GD1a+OAc 36:1;O2', 'species')
    """

    series: str
    isomer: str | None
    composition: Composition = field(compare=False)
    ceramide: Ceramide
    category: str | None = field(compare=False)
    sugar_count: int = field(compare=False)
    formula: str = field(compare=False)
    monoisotopic_mass: float = field(compare=False)
    chains: tuple[str, ...] = field(default=(), compare=False)
    lipid_maps: str | None = field(default=None, compare=False)
    lipid_maps_entry: str | None = field(default=None, compare=False)
    swisslipids: str | None = field(default=None, compare=False)

    @property
    def head(self) -> str:
        """Head group: the isomer if it is known, else the series."""
        return self.isomer or self.series

    @property
    def name(self) -> str:
        """Normalised name, `GD1a+OAc(36:1;O2)`, which `parse_name` reads back."""
        return f"{self.head}({self.ceramide})"

    @property
    def shorthand(self) -> str:
        """Shorthand of LIPID MAPS 2020: `GM3 34:1;O2`, or `GM3 18:1;O2/16:0` with chains."""
        return f"{self.head} {'/'.join(self.chains) or self.ceramide}"

    @property
    def level(self) -> str:
        """Level of the shorthand, as LIPID MAPS names it.

        `molecular species` where base and acyl chain are known (SN_POSITION in Goslin, since
        their places follow from what they are), `species` for a sum composition (SPECIES).
        """
        return CHAINS_LEVEL if self.chains else SUM_LEVEL

    @property
    def lipid_maps_class(self) -> str | None:
        """Class as LIPID MAPS writes it, `Gangliosides [SP0601]`; None where none is verified."""
        return _CLASSES[self.lipid_maps] if self.lipid_maps else None

    def __repr__(self) -> str:
        """Name with the chains, if they are known: `Species('GM3(18:1;O2/16:0)')`."""
        return f"Species('{self.head}({'/'.join(self.chains) or self.ceramide})')"

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=1 << 14)
def combine(glycan: Glycan, ceramide: Ceramide, chains: tuple[str, ...] = ()) -> Species:
    """Species of a head group on a ceramide (cached); one that cannot exist is refused.

    `chains` are base and acyl chain, where they are known.

    Raises
    ------
    NameFormError
        If the ceramide, the number of sugars or the mass is impossible.
    """
    check_ceramide(ceramide)
    check_limit("sugars", glycan.composition.sugar_count, "Sugars of the head group")
    elements = ceramide.elements.plus(glycan.composition.elements)
    check_limit("mass", elements.mass, "Monoisotopic mass")
    return Species(
        series=glycan.series,
        isomer=glycan.isomer,
        composition=glycan.composition,
        ceramide=ceramide,
        category=glycan.category,
        sugar_count=glycan.composition.sugar_count,
        formula=elements.formula,
        monoisotopic_mass=elements.mass,
        chains=chains,
        lipid_maps=glycan.lipid_maps or None,
        lipid_maps_entry=glycan.lipid_maps_entry or None,
        swisslipids=glycan.swisslipids or None,
    )


def without_chains(species: Species) -> Species:
    """Species at the level of its sum composition.

    >>> from ganglioside import parse_name
    >>> without_chains(parse_name("GM3(d18:1/16:0)")).shorthand
    'GM3 34:1;O2'
    """
    return replace(species, chains=()) if species.chains else species
