"""Search, filters and order of the table of features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

#: Columns that a search looks into.
_SEARCHED: Final = ("name", "isomer", "parent", "process", "reason", "analyst_note")


@dataclass(frozen=True, slots=True, kw_only=True)
class RowView:
    """A search, filters and an order; an empty filter lets every feature pass.

    Attributes
    ----------
    search : str
        Words that must all occur in a feature, in any case.
    verdicts, categories, series : tuple of str
        Accepted values.
    least, most : float
        Accepted confidence, 0 to 1, bounds included.
    order_by : str
        A column; input order where empty.
    descending : bool

    Examples
    --------
    >>> import pandas as pd
    >>> features = pd.DataFrame({"feature_id": [0, 1, 2], "name": ["GD1", "GM3", "GM1"]})
    >>> RowView(search="gm", order_by="name").rows(features).tolist()
    [2, 1]
    """

    search: str = ""
    verdicts: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    series: tuple[str, ...] = ()
    least: float = 0.0
    most: float = 1.0
    order_by: str = ""
    descending: bool = False

    def rows(self, features: pd.DataFrame) -> npt.NDArray[np.int32]:
        """Positions of the features to show, in order, shape (R,), int32."""
        shown = np.ones(len(features), dtype=np.bool_)
        for column, wanted in (
            ("verdict", self.verdicts),
            ("category", self.categories),
            ("series", self.series),
        ):
            if wanted:
                shown &= features[column].isin(wanted).to_numpy()
        if (self.least, self.most) != (0.0, 1.0):
            shown &= features["confidence"].between(self.least, self.most).to_numpy()
        for word in self.search.casefold().split():
            shown &= _contains(features, word)
        return self._ordered(features, np.flatnonzero(shown)).astype(np.int32)

    def _ordered(self, features: pd.DataFrame, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Positions sorted by `order_by`, missing values last, shape (R,)."""
        if self.order_by not in features:
            return rows
        values = features[self.order_by].iloc[rows]
        if values.dtype == "category" or not pd.api.types.is_numeric_dtype(values):
            values = values.astype("str").str.casefold()
        in_order = values.reset_index(drop=True).sort_values(
            ascending=not self.descending, kind="stable", na_position="last"
        )
        ordered: npt.NDArray[np.intp] = rows[in_order.index.to_numpy()]
        return ordered


def _contains(features: pd.DataFrame, word: str) -> npt.NDArray[np.bool_]:
    """Whether a searched column contains the word, or feature_id equals it, shape (F,)."""
    found = features["feature_id"].astype("str").to_numpy() == word
    for column in _SEARCHED:
        if column in features:
            codes, labels = pd.factorize(features[column])
            # Missing values have code -1: the last entry, False.
            label_found = np.array([word in str(label).casefold() for label in labels] + [False])
            found |= label_found[codes]
    return np.asarray(found, dtype=np.bool_)
