"""Names of glycosphingolipids: text in, species out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.errors import NameFormError
from ganglioside.glycans import Ceramide, Composition


@dataclass(frozen=True, slots=True)
class Species:
    """One lipid species, as far as its name tells.

    Attributes
    ----------
    series : str
        Head group with modifications, normalised, without isomer letter: `GD1+OAc`.
    isomer : str or None
        The same with the isomer letter, where the name gives one: `GD1a+OAc`.
    composition : Composition
    ceramide : Ceramide
    category : str or None
        GA, GM, GD, GT, GQ or GP; None for neutral relatives such as Cer or SM.
    sugar_count : int
    formula : str
        Neutral molecule, Hill order.
    monoisotopic_mass : float
        Da, neutral molecule.
    """

    series: str
    isomer: str | None
    composition: Composition
    ceramide: Ceramide
    category: str | None
    sugar_count: int
    formula: str
    monoisotopic_mass: float


@dataclass(frozen=True, eq=False)
class ParsedNames:
    """Many names, parsed once per distinct text.

    Attributes
    ----------
    species : tuple of Species
        The distinct readable species, in order of first appearance of their texts.
    index : numpy.ndarray of int64, shape (n,)
        For each name its place in `species`, -1 where the name cannot be read.
    errors : dict of str to NameFormError
        The unreadable texts, each with its error.
    """

    species: tuple[Species, ...]
    index: npt.NDArray[np.int64]
    errors: dict[str, NameFormError]

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row per entry of `species`: the species columns of `columns.FEATURES`."""
        raise NotImplementedError

    def frame(self) -> pd.DataFrame:
        """Return one row per name: `table` expanded by `index`, NA where unreadable."""
        raise NotImplementedError


def parse_name(text: str) -> Species:
    """Parse one name (cached)."""
    raise NotImplementedError


def parse_names(texts: Sequence[str] | pd.Series[Any]) -> ParsedNames:
    """Parse many names, each distinct text once."""
    raise NotImplementedError
