"""Mass errors: measured m/z less that of the name, in ppm of the ion's m/z."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from pandas.api.extensions import ExtensionArray

from ganglioside.lipids.adducts import Adduct, known_adduct, usual_adducts

#: Where the table names no ion and none that is usual is nearer, it was another ion, ppm.
_OTHER_ION: Final = 50.0


def mass_errors(
    mz: npt.NDArray[np.float64],
    ions: ExtensionArray,
    mass: npt.NDArray[np.float64],
    polarity: str = "auto",
) -> npt.NDArray[np.float64]:
    """Measured less theoretical m/z in ppm, shape (n,).

    Parameters
    ----------
    mz : numpy.ndarray, shape (n,)
        NaN where missing.
    ions : pandas array of str, length n
        Adducts, in any usual spelling; NA where missing.
    mass : numpy.ndarray, shape (n,)
        Monoisotopic mass of the named molecule, neutral, Da.
    polarity : str
        `negative`, `positive`, or `auto`: of either.

    Returns
    -------
    numpy.ndarray, shape (n,)
        NaN without a measured m/z, where the adduct is unknown, and where no adduct is given and
        no usual ion of the name is near.

    Examples
    --------
    >>> import pandas as pd
    >>> mass_errors(
    ...     np.array([1179.74, 1179.74]),
    ...     pd.array(["[M-H]-", None], dtype="str"),
    ...     np.array([1180.7445, 1180.7445]),
    ... ).round(1)
    array([2.4, 2.4])
    """
    errors = np.full(len(mz), np.nan)
    if not np.isfinite(mz).any():
        return errors
    codes, texts = ions.factorize()
    for code, text in enumerate(texts):
        ion = known_adduct(str(text))
        if ion is not None:
            rows = codes == code
            errors[rows] = _error(mz[rows], mass[rows], ion)
    rows = codes < 0
    errors[rows] = _nearest(mz[rows], mass[rows], polarity)
    return errors


def _error(
    mz: npt.NDArray[np.float64], mass: npt.NDArray[np.float64], ion: Adduct
) -> npt.NDArray[np.float64]:
    """Errors of measured m/z as one ion, ppm."""
    theoretical = ion.mz(mass)
    return np.asarray(1e6 * (mz - theoretical) / theoretical)


def _nearest(
    mz: npt.NDArray[np.float64], mass: npt.NDArray[np.float64], polarity: str
) -> npt.NDArray[np.float64]:
    """Errors of measured m/z as the nearest usual ion, ppm; NaN where that is another ion."""
    each = np.stack([_error(mz, mass, ion) for ion in usual_adducts(polarity)])
    nearest = np.abs(each).argmin(axis=0)
    error = each[nearest, np.arange(len(mz))]
    return np.where(np.abs(error) <= _OTHER_ION, error, np.nan)
