"""Ions of a table: the column that holds them, and the one of several in a cell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.lipids.adducts import Adduct, known_adduct
from ganglioside.lipids.adducts import mz as mz_of
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.cell_values import matches
from ganglioside.reading.headers import Header
from ganglioside.reading.limits import DECIMALS
from ganglioside.support.arrays import FloatArray
from ganglioside.support.text_columns import distinct, texts_of

#: Between the ions of a list: `M-H, M+FA-H` (Progenesis QI), `[M-H]- [M+Cl]-` (MetaboScape),
#: `[M-H]-_[M+Cl]-` (West Coast Metabolomics Center).
_BETWEEN: Final = re.compile(r"\s*[,;/|]\s*|\s+-{2,3}\s+|(?<=[\]+-])(?:\s+|\s*_)(?=\[)")


#: One m/z, and those of several ions, or of a transition, in a cell.
_MZ: Final = rf"[0-9]{{2,4}}\.{DECIMALS}"
_SEVERAL_MZ: Final = rf"\s*{_MZ}(?:(?:_|[,;] | ?-{{0,2}}> ?| ?→ ?| ?/ ?){_MZ}){{1,9}}\s*"

#: First cells of a column that are looked at, and the share of the distinct ones that must be ions.
_TRIED: Final = 1000
_ENOUGH: Final = 0.5


def ion_column(header: Header, cells: pd.DataFrame) -> int | None:
    """Position of the column whose cells are ions, in a table whose header names none.

    Columns that were taken for something else do not count; `Species` is a name or an ion.

    Parameters
    ----------
    header
        Header and input columns.
    cells
        Cells below the header.
    """
    if "adduct" in header.positions:
        return None
    taken = set(header.positions.values())
    free = (i for i in range(len(header.texts)) if i not in taken)
    return next((i for i in free if _holds_ions(cells[i])), None)


def _holds_ions(cells: pd.Series[Any]) -> bool:
    """Whether most of the distinct cells of a column are known ions, or lists of them."""
    distinct = {*cells.array[:_TRIED].tolist()} - {""}
    others = 0
    for text in distinct:  # most columns are known for another by a few cells
        others += not (known_adduct(text) is not None or _listed(text))
        if others > (1 - _ENOUGH) * len(distinct):
            return False
    return others < len(distinct)


def first_mz(cells: pd.Series[Any]) -> tuple[pd.Series[Any], int | None]:
    """Cells with the first of several m/z, `634.5439_574.5220`, and the first row that has several.

    Programs that join the features of the ions of one molecule list their m/z as their ions.

    >>> first_mz(pd.Series(["536.5047", "634.5439_574.5220"], dtype="str"))[0].tolist()
    ['536.5047', '634.5439']
    """
    several = matches(cells, _SEVERAL_MZ)
    if not several.any():
        return cells, None
    return cells.mask(several, cells.str.extract(f"({_MZ})")[0]), int(np.flatnonzero(several)[0])


def single_ions(data: pd.DataFrame, names: ParsedNames) -> pd.Series[Any]:
    """Ion of each row, of shape (n,); of a list that whose m/z is nearest to the measured one.

    Parameters
    ----------
    data : pandas.DataFrame, shape (n, k)
        With the columns `adduct` and `mz`.
    names
        The n names; a list of a row without a readable name is kept as it is.
    """
    lists = {text: _known(text) for text in distinct(texts_of(data["adduct"]))[1]}
    if not any(lists.values()):
        return data["adduct"]
    ions = data["adduct"].to_numpy(dtype=object, copy=True)
    measured = data["mz"].to_numpy(np.float64)
    can_be_told = (names.index >= 0) & np.isfinite(measured)
    for text, found in lists.items():
        rows = np.flatnonzero((data["adduct"] == text) & can_be_told) if found else ()
        if len(rows):
            masses = [names.species[i].monoisotopic_mass for i in names.index[rows]]
            ions[rows] = _nearest(found, np.array(masses), measured[rows])
    return pd.Series(ions, index=data.index, dtype="str")


def _known(text: str) -> list[Adduct]:
    """Ions of a list; none of a cell in which one is unknown, or that is one ion itself."""
    return [] if known_adduct(text) is not None else _listed(text)


def _listed(text: str) -> list[Adduct]:
    """Ions of a list; none of a cell in which one is unknown, or which is no list."""
    parts = _BETWEEN.split(text[:200].strip())
    if len(parts) == 1:
        return []
    found = [known_adduct(part) for part in parts]
    known = [ion for ion in found if ion is not None]
    return known if len(known) == len(found) else []


def _nearest(ions: Sequence[Adduct], masses: FloatArray, measured: FloatArray) -> Any:
    """Name of the ion of each of n molecules that lies nearest to an m/z, shape (n,)."""
    distances = [np.abs(mz_of(masses, ion.name) - measured) for ion in ions]
    return np.array([ion.name for ion in ions], dtype=object)[np.argmin(distances, axis=0)]
