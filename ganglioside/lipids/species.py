"""Lipid species: a head group on a ceramide."""

from __future__ import annotations

from dataclasses import dataclass, field

from ganglioside.lipids.ceramide_names import check_ceramide
from ganglioside.lipids.composition import Ceramide, Composition
from ganglioside.lipids.head_groups import Glycan
from ganglioside.lipids.name_faults import check_limit


@dataclass(frozen=True, slots=True)
class Species:
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

    Examples
    --------
    >>> from ganglioside import parse_name
    >>> species = parse_name("GD1a+OAc d36:1")
    >>> species.series, species.isomer, str(species.ceramide)
    ('GD1+OAc', 'GD1a+OAc', '36:1;O2')
    """

    series: str
    isomer: str | None
    composition: Composition = field(compare=False)
    ceramide: Ceramide
    category: str | None = field(compare=False)
    sugar_count: int = field(compare=False)
    formula: str = field(compare=False)
    monoisotopic_mass: float = field(compare=False)

    @property
    def head(self) -> str:
        """Head group: the isomer if it is known, else the series."""
        return self.isomer or self.series

    @property
    def name(self) -> str:
        """Normalised name, `GD1a+OAc(36:1;O2)`, which `parse_name` reads back."""
        return f"{self.head}({self.ceramide})"

    def __str__(self) -> str:
        return self.name


def combine(glycan: Glycan, ceramide: Ceramide) -> Species:
    """Species of a head group on a ceramide; one that cannot exist is refused.

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
    )
