"""Tidy tables: a row for each value, with a column that says whether it is an RT or an area."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.reading.headers import column_of_header, looks_like_data, unit_of_header
from ganglioside.reading.records import Body, Record, Sheet, column_of, header_key
from ganglioside.reading.unfolding import sheet_of

#: Records at the top among which the header is, and the least and most columns that it names.
_WITHIN: Final = 12
_FEWEST: Final = 3
_WIDEST: Final = 40
#: Share of the pairs of a row and a quantity above which a table is one of values: where each row
#: has but one of two quantities, a column says how each was quantified.
_FILLED: Final = 0.5
#: Share of the cells of the column of values that are numbers, or missing.
_MOSTLY: Final = 0.8
#: Longer texts say no quantity.
_LONGEST: Final = 100
#: A quantity before or behind a sample: `S1_area`, `Area S1`.
_LAST: Final = re.compile(r"(?P<sample>.*?[^\s_:.\-])[ _:.\-]+(?P<quantity>[A-Za-z]+)")
_FIRST: Final = re.compile(r"(?P<quantity>[A-Za-z]+)[ _:.\-]+(?P<sample>[^\s_:.\-](?:.*\S)?)")
_QUANTITIES: Final = ("rt", "volume", "mz")


def gathered(sheet: Sheet, columns: Mapping[str, str]) -> Sheet | None:
    """Sheet with a column for each quantity; None if the sheet is no list of values.

    Parameters
    ----------
    sheet
        With a column of words for quantities (`RT`, `Area`), recurring for each feature and sample,
        and one of their values, as `melt` of pandas and `pivot_longer` of R write them.
    columns
        Header texts that the user gives for input columns: where one is that of the quantities or
        values, the sheet is read as it is.
    """
    head = sheet.head[:_WITHIN]
    index = next((i for i, (_, cells) in enumerate(head) if _count(cells) >= _FEWEST), None)
    texts = [text.strip() for text in head[index][1]] if index is not None else []
    if index is None or len(texts) > _WIDEST or looks_like_data(texts):
        return None
    timed = "rt" in map(column_of_header, texts)
    below = sheet.cells_below(index)
    possible = (p for p in range(len(texts)) if _says_quantities(column_of(below, p), timed))
    at = next(possible, None)
    if at is None:
        return None
    body = sheet.body(index)
    value = None if body.ragged or len(body.broken) else _value_column(texts, body.cells, at)
    if value is None or not {texts[at], texts[value]}.isdisjoint(columns.values()):
        return None
    found = _by_feature(texts, body, at, value)
    if found is None or not (timed or "rt" in map(column_of_header, found[0])):
        return None
    line = sheet.head[index][0]
    unfolded = sheet_of(sheet, (line, found[0]), found[1], part=sheet.part)
    return replace(unfolded, notes=(*sheet.notes, ("values-gathered", texts[at])))


def _count(cells: Sequence[str]) -> int:
    """Count of the cells that are not blank."""
    return sum(1 for cell in cells if cell.strip())


def _says_quantities(cells: Sequence[str], timed: bool) -> bool:
    """Whether a column says what the value of each row is.

    Where the table has a column of RT, `RT` may be room temperature, but areas beside other
    quantities show it, also for each sample (`S1_area`, `S1_height`).
    """
    distinct = [*dict.fromkeys(cells)]
    if not distinct or 2 * len(distinct) > len(cells) or max(map(len, distinct)) > _LONGEST:
        return False
    whole = {column_of_header(cell) for cell in distinct}
    if not timed:
        return not whole.isdisjoint(_QUANTITIES)
    return ("volume" in whole and len(distinct) > 1) or _has_several_each(distinct)


def _has_several_each(cells: Iterable[str]) -> bool:
    """Whether some cells name several quantities of one sample."""
    of_sample: dict[str, set[str]] = defaultdict(set)
    for cell in cells:
        for match in (_LAST.fullmatch(cell), _FIRST.fullmatch(cell)):
            if match and column_of_header(match["quantity"]) in _QUANTITIES:
                of_sample[match["sample"]].add(header_key(match["quantity"]))
    return any(len(quantities) > 1 for quantities in of_sample.values())


def _value_column(texts: Sequence[str], cells: pd.DataFrame, at: int) -> int | None:
    """Position of the values: the column that is headed so, or the only one of numbers."""
    free = [p for p in range(len(texts)) if p != at]
    headed = [p for p in free if column_of_header(texts[p]) == "volume"]
    found = [p for p in headed or free if _holds_numbers(cells[p])]
    return found[0] if len(found) == 1 else None


def _holds_numbers(cells: pd.Series[Any]) -> bool:
    """Whether most cells of a column that hold something begin as numbers do."""
    told = cells[cells.str.strip() != ""]
    return bool(len(told) and told.str.contains(r"^\s*[<+-]?[0-9]").mean() >= _MOSTLY)


def _by_feature(
    texts: Sequence[str], body: Body, at: int, value: int
) -> tuple[list[str], list[Record]] | None:
    """Header and rows with the quantities of one feature and sample in one row each.

    None where a row has a quantity twice, or most rows lack most of them.
    """
    cells = body.cells.apply(lambda column: column.str.strip())
    shared, quantities = _shared_columns(texts, cells, at, value)
    if not shared:
        return None
    feature = cells.groupby(shared, sort=False, dropna=False).ngroup().to_numpy(np.int64)
    quantity, labels = pd.factorize(quantities)
    n, k = int(feature.max()) + 1, len(labels)
    distinct = len(np.unique(feature * k + quantity))
    if k < 2 or distinct < len(cells) or len(cells) <= _FILLED * n * k:
        return None
    grid = np.full((n, k), "", dtype=object)
    grid[feature, quantity] = cells[value].to_numpy(dtype=object)
    first = np.unique(feature, return_index=True)[1]
    kept = cells[shared].to_numpy(dtype=object)[first]
    rows = np.hstack([kept, grid]).tolist()
    header = [*(texts[p] for p in shared), *map(str, labels)]
    return header, list(zip(body.lines[first].tolist(), rows, strict=True))


def _shared_columns(
    texts: Sequence[str], cells: pd.DataFrame, at: int, value: int
) -> tuple[list[int], pd.Series[Any]]:
    """Positions of the columns that tell features and samples, and the quantity of each row.

    A number of the row tells neither; what goes with the quantity is its unit.
    """
    shared: list[int] = []
    quantities = cells[at]
    for position in range(len(texts)):
        values = cells[position]
        count = values.nunique()
        if position in (at, value) or count == len(cells):
            continue
        if count > 1 and cells.groupby(at)[position].nunique().max() == 1:
            quantities = quantities.where(
                values.map(lambda unit: unit_of_header(f"RT ({unit})") == ""),
                quantities + " (" + values + ")",
            )
        else:
            shared.append(position)
    return shared, quantities
