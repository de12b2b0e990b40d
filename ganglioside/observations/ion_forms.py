"""Ion and isotope of each row, as its cells, its name and its m/z say."""

from __future__ import annotations

import re
from typing import Final

import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionArray

from ganglioside.lipids.adducts import adducts, known_adduct, mz_as
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.text_columns import containing, texts_of

#: Largest distance of an m/z from that of an ion by which the ion is known, ppm.
_NEAR: Final = 50.0

#: Columns that hold the number of an isotope peak, in the words of LDA, Skyline and analysts.
_COLUMNS: Final = frozenset(
    {"isotope", "isotopes", "isotopologue", "isotopolog", "isotopepeak", "isotopepattern"}
)
_STATED: Final = re.compile(r"\[?M?\+?([0-9])\]?[+-]?")
_IN_NAME: Final = r"(?:^|[^\w])M\+([1-6])(?![\w])"


def ions_of(
    mz: FloatArray, ions: ExtensionArray, mass: FloatArray, polarity: str = "auto"
) -> IntArray:
    """Ion of each row, an index into `adducts()`, shape (n,); -1 where it is unknown.

    It is the one that the table names, or else the usual ion that is nearest to the m/z.

    Parameters
    ----------
    mz : numpy.ndarray, shape (n,)
        NaN where missing.
    ions : pandas array of str, length n
        Adducts in any usual spelling, NA where missing.
    mass : numpy.ndarray, shape (n,)
        Of the named molecule, neutral, Da.
    polarity : str
        `negative`, `positive` or `auto`: of m/z without an ion.

    Examples
    --------
    >>> import pandas as pd
    >>> found = ions_of(
    ...     np.array([589.365, np.nan]),
    ...     pd.array([None, "[M-H]-"], dtype="str"),
    ...     np.array([1180.7445, 1180.7445]),
    ... )
    >>> [adducts()[k].name for k in found]
    ['[M-2H]2-', '[M-H]-']
    """
    if ions.isna().all() and not np.isfinite(mz).any():
        return np.full(len(mz), -1, dtype=np.int64)
    known = adducts()
    index = {ion.name: k for k, ion in enumerate(known)}
    found = np.full(len(mz), -1, dtype=np.int64)
    codes, texts = ions.factorize()
    if len(texts):
        named = [known_adduct(str(text)) for text in texts]
        number = np.array([index[ion.name] if ion else -1 for ion in named] + [-1])
        found = number[codes]
    open_rows = np.flatnonzero((codes < 0) & np.isfinite(mz))
    if len(open_rows):
        found[open_rows] = nearest_ions(mz[open_rows], mass[open_rows], polarity, _NEAR)
    return found


def nearest_ions(
    mz: FloatArray,
    mass: FloatArray,
    polarity: str = "auto",
    within: float = np.inf,
    *,
    usual: bool = True,
) -> IntArray:
    """Ion whose m/z is nearest, an index into `adducts()`, shape (n,); -1 if none is near.

    Parameters
    ----------
    mz, mass : numpy.ndarray, shape (n,)
        Measured m/z, and mass of the named molecules, neutral, Da.
    polarity : str
        `negative`, `positive` or `auto`.
    within : float
        Largest distance, ppm.
    usual : bool
        Whether usual ions alone are taken.
    """
    of_polarity = [(k, a) for k, a in enumerate(adducts()) if polarity in ("auto", a.polarity)]
    taken = [k for k, a in of_polarity if a.usual or not usual]
    away = np.abs([ion_errors(mz, mass, np.full(len(mass), k)) for k in taken])
    nearest = np.array(taken)[away.argmin(axis=0)]
    return np.where(away.min(axis=0) <= within, nearest, -1)


def fitting_ions(mz: FloatArray, mass: FloatArray, ion: IntArray) -> IntArray:
    """Ion that m/z fit instead of the stated ones, shape (n,); -1 where none is near.

    Parameters
    ----------
    mz, mass : numpy.ndarray, shape (n,)
        Measured m/z, and mass of the named molecules, neutral, Da.
    ion : numpy.ndarray of int, shape (n,)
        Stated ions, indices into `adducts()`; those that fit are of the same polarity.

    Examples
    --------
    >>> stated = [ion.name for ion in adducts()].index("[M-H]-")
    >>> found = fitting_ions(np.array([1225.7427]), np.array([1180.7445]), np.array([stated]))
    >>> adducts()[found[0]].name
    '[M+HCOO]-'
    """
    found = np.full(len(mz), -1, dtype=np.int64)
    stated = np.array([a.polarity for a in adducts()])[ion]
    for polarity in ("negative", "positive"):
        rows = np.flatnonzero(stated == polarity)
        if len(rows):
            found[rows] = nearest_ions(mz[rows], mass[rows], polarity, _NEAR, usual=False)
    return found


def one_polarity(ion: IntArray, polarity: str) -> str:
    """Polarity as it is set, or else (`auto`) of most of the known ions; or negative.

    Parameters
    ----------
    ion : numpy.ndarray of int, shape (n,)
        Index into `adducts()`, -1 where unknown.
    polarity : str
        `negative`, `positive` or `auto`.
    """
    if polarity != "auto":
        return polarity
    signs = np.array([*(np.sign(a.charge) for a in adducts()), 0])
    return "positive" if signs[ion].sum() > 0 else "negative"


def ion_errors(mz: FloatArray, mass: FloatArray, ion: IntArray) -> FloatArray:
    """Measured less theoretical m/z of molecules as ions, ppm, shape (n,).

    Parameters
    ----------
    mz, mass : numpy.ndarray, shape (n,)
        Measured m/z, and neutral masses, Da.
    ion : numpy.ndarray of int, shape (n,)
        Indices into `adducts()`.
    """
    expected = mz_as(mass, ion)
    return np.asarray(1e6 * (mz - expected) / expected)


def charges(ion: IntArray) -> IntArray:
    """Number of elementary charges of each ion, 0 where it is unknown, shape (n,)."""
    return np.array([*(abs(a.charge) for a in adducts()), 0], dtype=np.int64)[ion]


def is_usual(ion: IntArray) -> BoolArray:
    """Whether each ion is a usual one; an unknown one counts as usual, shape (n,)."""
    return np.array([*(bool(a.usual) for a in adducts()), True])[ion]


def loses_water(ion: IntArray) -> BoolArray:
    """Whether the molecule lost water in becoming each ion, shape (n,); False where unknown."""
    return np.array([*("O" in a.lost for a in adducts()), False])[ion]


def isotope_label(number: int) -> str:
    """Name of an isotope peak, as the column `process` has it.

    >>> isotope_label(2)
    'M+2'
    """
    return f"M+{number}"


def stated_isotopes(names: pd.Series[str], carried: pd.DataFrame) -> IntArray:
    """Number of the isotope peak that a column or the name states, shape (n,).

    0 where it is the monoisotopic peak or nothing is stated.

    Parameters
    ----------
    names : pandas.Series of str
        As read: `SM 44:2 M+2` is a second isotope peak.
    carried : pandas.DataFrame
        Foreign columns; one is called `Isotope` or alike.

    Examples
    --------
    >>> names = pd.Series(["GM3(36:1;O2)", "GM3(36:1;O2)", "SM 44:2 M+2"], dtype="str")
    >>> stated_isotopes(names, pd.DataFrame({"Isotope": ["M+0", "M+1", None]})).tolist()
    [0, 1, 2]
    """
    stated = np.zeros(len(names), dtype=np.int64)
    marked = containing(texts_of(names), "M+")
    if len(marked):
        found = names.iloc[marked].str.extract(_IN_NAME)[0].fillna("0")
        stated[marked] = found.astype("int64").to_numpy()
    for column in carried:
        if re.sub(r"[^a-z]", "", str(column).lower()) in _COLUMNS:
            codes, texts = pd.factorize(carried[column].astype("str"))
            numbers = np.array([*map(_stated, texts), 0], dtype=np.int64)
            stated = np.maximum(stated, numbers[codes])
    return stated


def _stated(text: str) -> int:
    """Number of an isotope peak in a cell, 0 where it holds none."""
    match = _STATED.fullmatch(text.strip().removesuffix(".0"))
    return int(match[1]) if match else 0
