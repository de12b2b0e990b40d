"""Headers of two lines: a heading over several columns, and below it one for each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

from ganglioside.reading.headers import column_of_header, looks_like_data, unit_of_header
from ganglioside.reading.name_columns import readable_share
from ganglioside.reading.records import Body, Record, Sheet, cells_of

#: Records at the top among which the header is, and records below it in which names are looked for.
_WITHIN: Final = 12
_LOOKED_AT: Final = 50
#: Distinct headers that are looked at: names and RT stand before samples, headings over many.
_DISTINCT: Final = 100
#: Share of the names below the header that must be read.
_ENOUGH: Final = 0.5
#: The number of a replicate; any other number is a value.
_REPLICATE: Final = re.compile(r"[0-9]{1,3}")
#: Words for heights, which are areas of the second choice.
_HEIGHTS: Final = re.compile(r"height|intensit|abundance|höhe|hauteur", re.IGNORECASE)


def joined(sheet: Sheet) -> Sheet | None:
    """Sheet whose header is the two lines of it in one; None if its header takes one line.

    Parameters
    ----------
    sheet
        One line names the columns and has headings over several of them (`RT`, `Area`, `Control`);
        the next has a header below each of these, and none or not all of the others. A pivoted
        DataFrame has the names of its index in a third line. Or the next line holds units.
    """
    for index, (_, upper) in enumerate(sheet.head[:_WITHIN]):
        for lower, lines in _below(sheet.head[index + 1 : index + 3]):
            texts = _joined_texts(upper, lower)
            if texts and _holds_features(texts, sheet.cells_below(index + lines, _LOOKED_AT)):
                return _with_header(sheet, index, lines, texts)
    return None


def _below(records: Sequence[Record]) -> Iterator[tuple[Sequence[str], int]]:
    """Yield what may be the second line of a header, and the number of records that it takes."""
    if records:
        yield records[0][1], 1
    if len(records) > 1:
        (_, second), (_, third) = records
        own = [column_of_header(cell) for cell in third if cell.strip()]
        if "name" in own and len(third) == len(second) > 2 * len(own):
            yield (
                [cell if cell.strip() else over for cell, over in zip(third, second, strict=True)],
                2,
            )


def _joined_texts(one: Sequence[str], other: Sequence[str]) -> list[str]:
    """Header of two lines in one; empty if they are none."""
    width = len(other)
    if any(cell.strip() for cell in one[width:]):
        return []
    upper = [*(cell.strip() for cell in one[:width]), *[""] * (width - len(one))]
    lower = [cell.strip() for cell in other]
    units = _units(upper, lower) or [""] * width
    upper = [f"{text} ({unit})" if unit else text for text, unit in zip(upper, units, strict=True)]
    lower = ["" if unit else cell for cell, unit in zip(lower, units, strict=True)]
    spans = _spans(upper, lower)
    if not spans or not _name_columns(upper, lower):
        return upper if any(units) else []
    heads = {p: upper[first] for first, end in spans for p in range(first, end)}
    texts = [upper[p] or lower[p] for p in range(width)]
    for position, heading in heads.items():
        texts[position] = f"{_usual(heading)} {lower[position]}"
    return texts


def _units(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    """Unit of time below each header of RT, else empty, if the second line is one of units."""
    if looks_like_data(lower) or not {"name", "rt"} <= _columns(upper):
        return []
    columns = [column_of_header(text) for text in upper]
    if any(cell for column, cell in zip(columns, lower, strict=True) if column == "name"):
        return []
    return [
        unit_of_header(f"RT ({cell.strip('()[]')})") if column == "rt" and cell else ""
        for column, cell in zip(columns, lower, strict=True)
    ]


def _spans(upper: Sequence[str], lower: Sequence[str]) -> list[tuple[int, int]]:
    """First position and end of each heading over several columns, each with a header of its own.

    A heading stands over the first of its columns, or over each.
    """
    found = []
    starts = [i for i, text in enumerate(upper) if text and (i == 0 or text != upper[i - 1])]
    for first, end in pairwise([*starts, len(upper)]):
        filled = next((p for p in range(first, end) if not lower[p]), end)
        if filled > first + 1 and len(set(lower[first:filled])) == filled - first:
            found.append((first, filled))
    return found


def _name_columns(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Whether two lines name columns, the second alone not all that are needed.

    Numbers are values, but for those of replicates.
    """
    own = _columns(lower)
    if {"name", "rt"} <= own or not {"name", "rt"} <= own | _columns(upper):
        return False
    pairs = zip(upper, lower, strict=True)
    if any(low not in ("", up) for up, low in pairs if column_of_header(up) == "name"):
        return False  # a feature
    values = [text for text in (*upper, *lower) if looks_like_data([text])]
    return all(_REPLICATE.fullmatch(text) for text in values)


def _columns(texts: Sequence[str]) -> set[str]:
    """Input columns that some headers name; the first of them, if most differ."""
    distinct = [*dict.fromkeys(texts)]
    return {column_of_header(text) for text in distinct[:_DISTINCT]}


def _usual(heading: str) -> str:
    """Word for what stands below a heading, with which a header of a sample can begin."""
    column = column_of_header(heading)
    if column == "rt":
        return "RT [min]" if unit_of_header(heading) == "min" else "RT"
    if column == "volume":
        return "Height" if _HEIGHTS.search(heading) else "Area"
    return heading


def _holds_features(texts: Sequence[str], below: list[list[str]]) -> bool:
    """Whether the names of lipids stand below a header, from the first record on."""
    names = [i for i, text in enumerate(texts) if column_of_header(text) == "name"]
    columns = [cells_of(below, position) for position in names]
    return any(cells and cells[0] and readable_share(cells) >= _ENOUGH for cells in columns)


def _with_header(sheet: Sheet, index: int, lines: int, texts: list[str]) -> Sheet:
    """Sheet with a header in place of the record with this index and of so many below it."""
    first, last = sheet.head[index][0], sheet.head[index + lines][0]
    header: Record = (first, texts)

    def body(record: int) -> Body:
        return sheet.body(record + lines)

    told = f"{first:,} {'and' if lines == 1 else 'to'} {last:,}"
    return replace(
        sheet,
        head=[*sheet.head[:index], header, *sheet.head[index + lines + 1 :]],
        body=body,
        header=index,
        notes=(*sheet.notes, ("header-of-two-lines", told)),
    )
