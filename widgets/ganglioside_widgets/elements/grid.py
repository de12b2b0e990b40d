"""A table of any length of which the browser draws only the rows in sight."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import traitlets as t

from ganglioside.columns import VERDICT_KINDS
from ganglioside_widgets.elements.messages import Form, fits, is_flag, is_text, is_whole, only
from ganglioside_widgets.elements.module import source
from ganglioside_widgets.elements.value_messages import SendsValue
from ganglioside_widgets.row_order import in_order

#: The value of `Grid.selected` where no row is selected.
NONE: Final = -1

#: What names a row for good, wherever it is in the list.
Key = int | str

#: Messages of the browser: a request for another order, the filter of a column, a selected row.
SORT: Final[Form] = {"request": only("sort"), "by": is_text, "descending": is_flag}
FILTER: Final[Form] = {"request": only("filter"), "column": is_text, "text": is_text}
SELECT: Final[Form] = {
    "request": only("select"),
    "key": lambda value: is_whole(value) or is_text(value),
}

#: Width of a verdict with its mark, px.
_VERDICT_WIDTH: Final = 142

#: Longest filter of a column, characters.
_LONGEST_FILTER: Final = 200


@dataclass(frozen=True, slots=True)
class Column:
    """Layout of one column.

    Attributes
    ----------
    key : str
        Column of the frame.
    label : str
        Header.
    width : int
        px.
    form : str
        `text`, `verdict`, `confidence`, `tick`, `short` (3 significant digits), `count` (with
        commas) or the number of decimals.
    help : str
        Tooltip of the header.
    hidden : bool
        Whether it is shown only if the user chooses so.
    frozen : bool
        Whether it stays in view where the table is scrolled sideways; the first ones only.
    """

    key: str
    label: str
    width: int
    form: str = "text"
    help: str = ""
    hidden: bool = False
    frozen: bool = False


def verdict_column(key: str, label: str, help: str = "") -> Column:
    """Layout of a column of verdicts: as wide as the longest of them with its mark."""
    return Column(key, label, _VERDICT_WIDTH, "verdict", help)


class Grid(SendsValue):
    """A table with headers to sort by and at most one selected row.

    It sorts its rows itself, unless a page does (`on_sort`).

    The user chooses which columns are shown, and copies the rows that are.

    Parameters
    ----------
    label : str
        Name for screen readers.
    columns : sequence of Column
        Columns that a frame lacks are left out.
    key : str
        Column of the frame whose values, whole numbers or texts, each name one row. Rows are
        selected by it, not by their position: the list may change while a click is on its way.
    empty : str
        Text in place of rows where the frame has none.
    lines : int
        Rows in sight at once; 0 to fill the place that there is.
    has_filters : bool
        Whether each column has a field to filter by (`on_filter`).
    can_sort : bool
        Whether the order of the rows may change; a tree has but one.

    Attributes
    ----------
    selected : int or str
        Key of the selected row, or `NONE`.
    """

    _esm = (
        source("parts/typing.js")
        + source("parts/leading.js")
        + source("grid.js", SYMBOLS={kind.name: kind.symbol for kind in VERDICT_KINDS})
    )

    _layout_columns: t.List[Any] = t.List().tag(sync=True)
    _columns = t.Dict().tag(sync=True)
    _order = t.Bytes(b"").tag(sync=True)
    _total = t.Int(0).tag(sync=True)
    _sort = t.Dict({"by": "", "descending": False}).tag(sync=True)
    _label = t.Unicode("").tag(sync=True)
    _empty = t.Unicode("").tag(sync=True)
    _lines = t.Int(12).tag(sync=True)
    _key = t.Unicode().tag(sync=True)
    _filters = t.Dict().tag(sync=True)
    _has_filters = t.Bool(False).tag(sync=True)
    _can_sort = t.Bool(True).tag(sync=True)
    _unreadable: t.List[Any] = t.List().tag(sync=True)
    _begun = t.Int(0).tag(sync=True)
    selected = t.Union([t.Int(), t.Unicode()], default_value=NONE).tag(sync=True, echo_update=False)

    def __init__(
        self,
        label: str,
        columns: Sequence[Column],
        *,
        key: str,
        empty: str = "Nothing here.",
        lines: int = 12,
        has_filters: bool = False,
        can_sort: bool = True,
    ) -> None:
        self._all_columns = tuple(columns)
        self._keys = pd.Index([])
        self._frame, self._given = pd.DataFrame(), np.empty(0, np.int32)
        self._on_filter: Callable[[str, str], None] | None = None
        self._on_select: Callable[[Any], object] | None = None
        self._on_sort: Callable[[str, bool], None] | None = None
        super().__init__(
            _label=label,
            _empty=empty,
            _lines=lines,
            _key=key,
            _has_filters=has_filters,
            _can_sort=can_sort,
            _layout_columns=[asdict(column) for column in columns],
        )
        self.on_msg(self._receive)

    def show(
        self,
        frame: pd.DataFrame,
        order: npt.NDArray[np.int32] | None = None,
        *,
        empty: str | None = None,
    ) -> None:
        """Show a frame, from its first row where it has other rows than the one before.

        Where the grid sorts by itself, rows stay sorted as they were.

        Parameters
        ----------
        frame : pandas.DataFrame
        order : array of int, optional
            Positions of the rows to show; all where omitted.
        empty : str, optional
            Text in place of rows where there is none; that of before where omitted.
        """
        shown = [column for column in self._all_columns if column.key in frame]
        sent = dict.fromkeys([*(column.key for column in shown), self._key])
        keys = pd.Index(frame.get(self._key, []))
        has_other_rows = set(keys) != set(self._keys)
        self._keys = keys
        self._frame = frame
        self._given = np.arange(len(frame), dtype=np.int32) if order is None else order
        with self.hold_sync():
            if empty is not None:
                self._empty = empty
            self._layout_columns = [asdict(column) for column in shown]
            self._columns = {key: encoded(frame[key]) for key in sent if key in frame}
            self._total = len(frame)
            if self._on_sort is None:
                self._sort_rows(str(self._sort["by"]), bool(self._sort["descending"]))
            else:
                self._order = _positions(self._given)
                self._sort = {"by": "", "descending": False}
            if has_other_rows:
                self.begin()

    def _sort_rows(self, by: str, descending: bool) -> None:
        """Sort the rows by a column that is shown; in the order that was given by none."""
        by = by if by in self._frame else ""
        rows = in_order(self._frame[by], self._given, descending=descending) if by else self._given
        with self.hold_sync():
            self._order = _positions(rows)
            self._sort = {"by": by, "descending": bool(by) and descending}

    def arrange(self, order: npt.NDArray[Any], by: str = "", *, descending: bool = False) -> None:
        """Show the rows at these positions of the frame, from the first where they are others.

        It has no effect before `show`.
        """
        if not self._columns:
            return
        shown = np.frombuffer(self._order, "<i4")
        with self.hold_sync():
            self._order = _positions(order)
            self._sort = {"by": by, "descending": descending}
            if not np.array_equal(np.sort(shown), np.sort(order)):
                self.begin()

    def begin(self) -> None:
        """Scroll to the first row."""
        self._begun += 1

    def on_select(self, callback: Callable[[Any], object]) -> None:
        """Call `callback(key)` when a row is selected; what is no key of a row here is ignored.

        A click on the selected row calls it too: meanwhile the page may have gone elsewhere.
        """
        self._on_select = callback

    @t.observe("selected")
    def _other_row(self, change: dict[str, Key]) -> None:
        self._tell_row(change["new"])

    def _tell_row(self, key: Key) -> None:
        if self._on_select is not None and key in self._keys:
            self._on_select(key)

    def _click(self, key: Key) -> None:
        """Select the row that was clicked, which may be the selected one."""
        if key == self.selected:
            self._tell_row(key)
        else:
            self._take("selected", key)

    def on_sort(self, callback: Callable[[str, bool], None]) -> None:
        """Call `callback(column key, descending)` when the user clicks a header, to sort the rows.

        The key is empty where the user goes back to the original order.
        """
        self._on_sort = callback

    def on_filter(self, callback: Callable[[str, str], None]) -> None:
        """Call `callback(column key, text)` when the user fills the filter of a column."""
        self._on_filter = callback

    def show_filters(self, filters: Mapping[str, str], unreadable: Sequence[str] = ()) -> None:
        """Show the filters of the columns, and which of them cannot be read."""
        with self.hold_sync():
            self._filters = dict(filters)
            self._unreadable = list(unreadable)

    def _receive(self, _: Any, content: Any, __: Any) -> None:
        keys = {column.key for column in self._all_columns}
        if fits(content, SORT):
            if self._can_sort and content["by"] in {"", *keys}:
                (self._on_sort or self._sort_rows)(content["by"], content["descending"])
        elif fits(content, SELECT):
            self._click(content["key"])
        elif self._on_filter is not None and fits(content, FILTER) and content["column"] in keys:
            self._on_filter(content["column"], content["text"][:_LONGEST_FILTER])


def _positions(order: npt.NDArray[Any]) -> bytes:
    """Positions of rows in the browser's encoding."""
    return order.astype("<i4").tobytes()


def encoded(column: pd.Series[Any]) -> dict[str, Any]:
    """Column in the browser's encoding, little-endian.

    ======  ==========================  ================================
    kind    values                      labels
    ======  ==========================  ================================
    number  float64, NaN where missing  (absent)
    text    int32, -1 where missing     distinct texts, indexed by value
    ======  ==========================  ================================
    """
    if pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        numbers = column.to_numpy("float64", na_value=np.nan)
        return {"kind": "number", "values": numbers.astype("<f8").tobytes()}
    codes, labels = pd.factorize(column.astype("str"))
    return {
        "kind": "text",
        "values": codes.astype("<i4").tobytes(),
        "labels": [str(label) for label in labels],
    }
