"""A table of any length of which the browser draws only what is in sight."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import anywidget
import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets as t

from ganglioside.columns import VERDICT_KINDS
from ganglioside_widgets.elements.messages import Form, fits, is_flag, is_text, only
from ganglioside_widgets.elements.module import source

#: No row is selected.
NONE: Final = -1

#: The one wish of the browser: another order.
SORT: Final[Form] = {"wish": only("sort"), "by": is_text, "descending": is_flag}


@dataclass(frozen=True, slots=True)
class Column:
    """How one column is shown.

    Attributes
    ----------
    key : str
        Of the frame.
    label : str
    width : int
        px.
    form : str
        `text`, `verdict`, `percent`, `tick`, `short` (3 significant digits) or the number of
        decimals.
    help : str
        Shown over the header.
    """

    key: str
    label: str
    width: int
    form: str = "text"
    help: str = ""


class Grid(anywidget.AnyWidget):
    """A table with a header to sort by and one selected row.

    Attributes
    ----------
    selected : int
        Position of the selected row in the frame, or `NONE`.
    """

    _esm = source("grid.js", SYMBOLS={kind.name: kind.symbol for kind in VERDICT_KINDS})

    _layout_columns: t.List[Any] = t.List().tag(sync=True)
    _columns = t.Dict().tag(sync=True)
    _order = t.Bytes(b"").tag(sync=True)
    _total = t.Int(0).tag(sync=True)
    _sort = t.Dict({"by": "", "descending": False}).tag(sync=True)
    _label = t.Unicode("").tag(sync=True)
    _empty = t.Unicode("").tag(sync=True)
    _lines = t.Int(12).tag(sync=True)
    selected = t.Int(NONE).tag(sync=True)

    def __init__(
        self,
        label: str,
        columns: Sequence[Column],
        *,
        empty: str = "Nothing here.",
        lines: int = 12,
    ) -> None:
        self._shown = tuple(columns)
        self._sorted: Callable[[str, bool], None] | None = None
        super().__init__(
            _label=label,
            _empty=empty,
            _lines=lines,
            _layout_columns=[asdict(column) for column in columns],
        )
        self.on_msg(self._heard)

    def show(
        self,
        frame: pd.DataFrame,
        order: npt.NDArray[np.int32] | None = None,
        *,
        empty: str | None = None,
    ) -> None:
        """Show a frame; `order` names the rows to show, `empty` says why there is none."""
        with self.hold_sync():
            if empty is not None:
                self._empty = empty
            self._layout_columns = [asdict(c) for c in self._shown if c.key in frame]
            self._columns = {c.key: encoded(frame[c.key]) for c in self._shown if c.key in frame}
            self._total = len(frame)
            self.arrange(np.arange(len(frame)) if order is None else order)

    def arrange(self, order: npt.NDArray[Any], by: str = "", *, descending: bool = False) -> None:
        """Show other rows of the frame, or in another order; nothing before there is a frame."""
        if not self._columns:
            return
        self._order = order.astype("<i4").tobytes()
        self._sort = {"by": by, "descending": descending}

    def on_sort(self, wish: Callable[[str, bool], None]) -> None:
        """Tell whom to call with the column that the user wants to sort by, and the direction."""
        self._sorted = wish

    def _heard(self, _: Any, content: Any, __: Any) -> None:
        if self._sorted is None or not fits(content, SORT):
            return
        if content["by"] in {"", *(column.key for column in self._shown)}:
            self._sorted(content["by"], content["descending"])


def encoded(column: pd.Series[Any]) -> dict[str, Any]:
    """Return a column as the browser takes it: numbers as float64, text by its distinct values."""
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy("float64", na_value=np.nan)
        return {"kind": "number", "values": numbers.astype("<f8").tobytes()}
    codes, labels = pd.factorize(column.astype("str"))
    return {
        "kind": "text",
        "values": codes.astype("<i4").tobytes(),
        "labels": [str(label) for label in labels],
    }
