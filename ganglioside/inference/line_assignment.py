"""Line assignment: a row is on one line at most, and a line has one row of a species at most."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.support.arrays import FloatArray, IntArray, sum_by, sum_of_others

_TURNS: Final = 2  # of rows and lines; three tell hardly more


def probability_on_line(
    row: IntArray,
    place: IntArray,
    odds: FloatArray,
    absent: FloatArray,
    odds_as_rival: FloatArray | None = None,
) -> FloatArray:
    """Probability that the row of each candidate is on its line, shape (a,).

    Candidates of one place are rivals for it, and the places of one row exclude each other. With
    the odds w of what leaves the place without a row (`absent`), a candidate has the odds

        r = o / (w + sum over its rivals of o / (1 + sum over their other places of r))

    and the probability r / (1 + sum over the places of its row of r). This is belief propagation,
    after Williams and Lau (IEEE Trans. Aerosp. Electron. Syst. 2014, 50, 2942); it is exact for
    rows of one place, and for places of one row.

    Parameters
    ----------
    row, place : numpy.ndarray of int, shape (a,)
        Row of each candidate, and the species on a line in a sample that it would be.
    odds : numpy.ndarray, shape (a,)
        Of a candidate against all that its row may be on no line.
    absent : numpy.ndarray, shape (a,)
        Odds that the place has no row.
    odds_as_rival : numpy.ndarray, shape (a,), optional
        Those that count for the rivals; `odds` where omitted.

    Examples
    --------
    Two rows for one place, which has a row in any case:

    >>> row, place = np.array([0, 1]), np.array([0, 0])
    >>> probability_on_line(row, place, np.array([30.0, 10.0]), np.zeros(2)).tolist()
    [0.75, 0.25]

    One row for two places:

    >>> probability_on_line(place, row, np.array([3.0, 1.0]), np.ones(2)).tolist()
    [0.6, 0.2]
    """
    as_rival = odds if odds_as_rival is None else odds_as_rival
    rivals = sum_of_others(place, as_rival)
    for _ in range(_TURNS):
        elsewhere = 1 + sum_of_others(row, odds / (absent + rivals))
        rivals = sum_of_others(place, as_rival / elsewhere)
    against = odds / (absent + rivals)
    on_any = sum_by(row, against, int(row.max(initial=-1)) + 1)
    return np.asarray(against / (1 + on_any)[row])
