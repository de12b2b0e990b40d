"""What a method says of a table: the one form in which methods are compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import pandas as pd

#: Columns of `Judgement.rows`, one row per row of the table; missing answers are NA.
ROWS: Final = [
    "verdict",
    "confidence",  # 0..1, of the verdict
    "parent_id",
    "parent",  # SERIES(c:d;On), without isomer letters
    "isomer",
    "predicted_rt",  # min
    "rt_lower",
    "rt_upper",
    "log_p_flag",  # the Log P is said to contradict the composition
]

#: Columns of `Judgement.unseen`, one row per name that is not in the table.
UNSEEN: Final = ["rt", "predicted_rt", "rt_lower", "rt_upper"]


@dataclass(frozen=True, eq=False)
class Judgement:
    """The answers of one method about one table.

    Attributes
    ----------
    rows : pandas.DataFrame
        Columns `ROWS`.
    unseen : pandas.DataFrame
        Columns `UNSEEN`: species that are not in the table, where they would have eluted and
        where the method expects them (the nearest of its isomer lines).
    """

    rows: pd.DataFrame
    unseen: pd.DataFrame

    def __post_init__(self) -> None:
        assert list(self.rows.columns) == ROWS, list(self.rows.columns)
        assert list(self.unseen.columns) == UNSEEN, list(self.unseen.columns)
