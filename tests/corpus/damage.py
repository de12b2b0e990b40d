"""Files damaged at random, the same for the same seed, and what must hold of reading them."""

from __future__ import annotations

import csv
import io
import random
import re
import time
import traceback
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

import openpyxl

import ganglioside as gg
from corpus.exports import exports, good_cases
from corpus.mutations import CELLS
from ganglioside.errors import GangliosideError
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.file_kinds import decoded_text
from ganglioside.reading.sections import is_header
from ganglioside.settings import Settings

Rows = list[list[str]]

#: s of the processor that a file may take, for each 5 MB and for a smaller one.
LONG: Final = 5.0

_ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32", "gbk",
                     "shift-jis", "cp949", "cp1253", "latin-1")  # fmt: skip
_SEPARATORS: Final = ",;\t|"
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_ODD: Final = (
    *(*CELLS, "S_1", "Area", "RT", "Name", "Compound 1: GM3", "保留时间", "Fläche", "GM3α", "7:34"),
    *("9.5 ± 0.1", "<LOD", "N/F", "GM3 34:1", "Blank", "null", "SMF", "Sample"),
)
#: Lines of OpenMS that are no features.
_OTHER_LINES: Final = ("MAP", "RUN", "PROTEIN", "PEPTIDE", "UNASSIGNEDPEPTIDE")
#: Notes of lines that were left out, whose value begins with their number.
_SAID: Final = ("transitions-left-out", "lines-left-out", "header-repeated")
#: Notes of sheets that were left out, whose value is their name.
_SHEETS: Final = ("sheet-left-out", "sheet-repeated", "sheet-of-means")


# --- damage ------------------------------------------------------------------------------


def sources() -> dict[str, bytes]:
    """All files that are damaged, by name."""
    return {**exports(), **good_cases()}


def damaged_file(seed: int) -> tuple[str, bytes]:
    """Name of a file, and its bytes with one to four kinds of damage."""
    rng = random.Random(seed)
    files = sources()
    name = rng.choice(list(files))
    return name, damaged(files[name], rng)


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Bytes with one to four kinds of damage, to cells, or to bytes where they are no text."""
    if content.startswith(b"PK") and rng.random() < 0.8:
        return _damaged_workbook(content, rng)
    text = None if content.startswith((b"PK", b"PAR1")) else _text(content)
    if text is None:
        return _flipped(content, rng)
    if text.startswith("{"):
        content = _pieces(text, rng).encode(errors="replace")
    else:
        content = _damaged_text(text, rng)
    return _flipped(content, rng) if content and rng.random() < 0.2 else content


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _damaged_text(text: str, rng: random.Random) -> bytes:
    separator = max(_SEPARATORS, key=text.count)
    rows = [line.split(separator) for line in _LINE_END.split(text)]
    for damage in rng.sample(_TO_ROWS, rng.randint(0, 3)):
        if any(rows):
            damage(rows, rng)
    if rng.random() < 0.15:
        separator = rng.choice(_SEPARATORS)
    end = "\r\n" if "\r\n" in text else "\n"
    end = rng.choice(("\n", "\r\n", "\r")) if rng.random() < 0.2 else end
    lines = [separator.join(row) for row in rows]
    if rng.random() < 0.15:
        lines = _joined_lines(lines, rng)
    return _encoded(lines, end, rng)


def _encoded(lines: Sequence[str], end: str, rng: random.Random) -> bytes:
    """Lines in one encoding, seldom in two."""
    chance = rng.random()
    if chance < 0.7:
        return end.join(lines).encode("utf-8", "replace")
    first, second = rng.choice(_ENCODINGS), rng.choice(_ENCODINGS)
    if chance < 0.92:
        return end.join(lines).encode(first, "replace")
    return b"".join((line + end).encode(rng.choice((first, second)), "replace") for line in lines)


def _cells(rows: Rows, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 12)):
        row = rng.choice(rows)
        if row:
            row[rng.randrange(len(row))] = rng.choice(_ODD)


def _swapped_lines(rows: Rows, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        one, other = rng.randrange(len(rows)), rng.randrange(len(rows))
        rows[one], rows[other] = rows[other], rows[one]


def _doubled_lines(rows: Rows, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        rows.insert(rng.randrange(len(rows) + 1), list(rng.choice(rows)))


def _removed_lines(rows: Rows, rng: random.Random) -> None:
    for _ in range(min(rng.randint(1, 4), len(rows) - 1)):
        del rows[rng.randrange(len(rows))]


def _blank_lines(rows: Rows, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        width = rng.choice((1, len(rng.choice(rows))))
        rows.insert(rng.randrange(len(rows) + 1), [""] * width)


def _swapped_columns(rows: Rows, rng: random.Random) -> None:
    width = max(map(len, rows))
    one, other = rng.randrange(width), rng.randrange(width)
    for row in rows:
        if max(one, other) < len(row):
            row[one], row[other] = row[other], row[one]


def _doubled_column(rows: Rows, rng: random.Random) -> None:
    at, to = rng.randrange(max(map(len, rows))), rng.randrange(max(map(len, rows)))
    for row in rows:
        if at < len(row):
            row.insert(to, row[at])


def _removed_column(rows: Rows, rng: random.Random) -> None:
    at = rng.randrange(max(map(len, rows)))
    for row in rows:
        if at < len(row):
            del row[at]


def _ragged(rows: Rows, rng: random.Random) -> None:
    for row in rng.sample(rows, min(4, len(rows))):
        del row[rng.randrange(len(row) + 1) :]
        row += ["x"] * rng.choice((0, 1, 3, 200))


def _cut(rows: Rows, rng: random.Random) -> None:
    kept = rng.randint(1, len(rows))
    del rows[kept:]
    del rows[-1][rng.randint(1, max(len(rows[-1]), 1)) :]


def _quotes(rows: Rows, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 3)):
        row = rng.choice(rows)
        if row:
            at = rng.randrange(len(row))
            row[at] = rng.choice(('"' + row[at], row[at] + '"', f'"{row[at]}\n"', f'"{row[at]}"'))


def _column_of_odd(rows: Rows, rng: random.Random) -> None:
    at, odd = rng.randrange(max(map(len, rows))), rng.choice(_ODD)
    for row in rows[1:]:
        if at < len(row):
            row[at] = odd


_TO_ROWS: Final[tuple[Callable[[Rows, random.Random], None], ...]] = (
    _cells, _swapped_lines, _doubled_lines, _removed_lines, _blank_lines, _swapped_columns,
    _doubled_column, _removed_column, _ragged, _cut, _quotes, _column_of_odd,
)  # fmt: skip


def _joined_lines(lines: list[str], rng: random.Random) -> list[str]:
    """Lines of which two became one, or one became two."""
    at = rng.randrange(len(lines))
    if rng.random() < 0.5:
        return [*lines[:at], "".join(lines[at : at + 2]), *lines[at + 2 :]]
    where = rng.randint(0, len(lines[at]))
    return [*lines[:at], lines[at][:where], lines[at][where:], *lines[at + 1 :]]


def _pieces(text: str, rng: random.Random) -> str:
    """JSON of which values were replaced, doubled or left out."""
    pieces = re.findall(r'"[^"]*"|[0-9.]+|[^"0-9]+', text)
    for _ in range(rng.randint(1, 5)):
        at, other = rng.randrange(len(pieces)), rng.randrange(len(pieces))
        kind = rng.randrange(4)
        if kind == 0:
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif kind == 1:
            pieces[at] = rng.choice(("null", "[]", "{}", '""', "-1", '"x"', "1e999", "true"))
        elif kind == 2:
            pieces.insert(other, pieces[at])
        elif len(pieces) > 1:
            del pieces[at]
    return "".join(pieces)


def _damaged_workbook(content: bytes, rng: random.Random) -> bytes:
    """Workbook with damaged rows; as it was if it cannot be opened."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book.worksheets:
        if rng.random() < 0.5 and len(book.worksheets) > 1:
            continue
        rows = [
            ["" if c is None else str(c) for c in row] for row in sheet.iter_rows(values_only=True)
        ]
        if not rows or not any(rows):
            continue
        for damage in rng.sample(_TO_ROWS, rng.randint(1, 3)):
            if any(rows):
                damage(rows, rng)
        sheet.delete_rows(1, sheet.max_row)
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row[:300], 1):
                if cell:
                    sheet.cell(at, column, _stored(cell))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _stored(cell: str) -> str | float:
    """A number where a cell is one, else text that a workbook can hold."""
    try:
        number = float(cell)
    except ValueError:
        text = openpyxl.cell.cell.ILLEGAL_CHARACTERS_RE.sub("", cell)
        return text[:32_000].removeprefix("=")
    return number if abs(number) < 1e300 else cell


def _flipped(content: bytes, rng: random.Random) -> bytes:
    """Bytes of which some are others, or that are cut off."""
    changed = bytearray(content)
    for _ in range(rng.randint(1, 12)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randint(1, len(changed))] if rng.random() < 0.3 else changed)


# --- what must hold ----------------------------------------------------------------------


#: Tools whose files have a header for each compound, sample or chromatogram.
_OF_SECTIONS = ("MassLynx", "Xcalibur Quan Browser", "MassHunter Qualitative", "LabSolutions")

#: Cells of lines of LabSolutions that say of which run it is, or are points of a chromatogram.
_FEW_CELLS = 3


def fault(content: bytes) -> str:
    """`read`, `refused`, or the fault of reading these bytes."""
    start = time.process_time()
    settings = Settings()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            table = gg.read_features(content, settings)
            table.report.lines()
    except GangliosideError as error:
        return "refused" if len(str(error)) > 20 else f"a refusal without words: {error}"
    except Exception as error:  # noqa: BLE001 - every other is what is looked for
        last = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {str(error)[:100]} ({last.name}, line {last.lineno})"
    taken = time.process_time() - start
    if taken > LONG * max(1.0, len(content) / 5e6):
        return f"{taken:.1f} s"
    if not len(table.data) == len(table.names.index) == len(table.carried):
        return "parts of unlike lengths"
    return lost_rows(content, table) or "read"


#: Lines of mwTab between which a section stands: no records, though their cells be doubled.
_SECTION_MARK = re.compile(r"[A-Z_]+_(?:START|END)")


def lost_rows(content: bytes, table: FeatureTable) -> str:
    """Records of a file that are in no row and of which no note speaks; empty if there are none."""
    if content.startswith(b"PK"):
        missing = _missing_of_workbook(content, table)
    elif content.startswith(b"PAR1") or not table.tables:
        return ""
    else:
        decoded = decoded_text(table.source, Settings())
        found = (decoded.text, decoded.separator, table)
        missing = _missing_lines(*found) if decoded.separator else []
    said = table.problems[table.problems["code"].isin(_SAID)]
    count = sum(int(value.split()[0].replace(",", "")) for value in said["value"])
    count *= len(table.tables)  # equal notes of several sheets are one
    if len(missing) <= count:
        return ""
    return f"{len(missing)} records lost, {count} said: {missing[:3]}"


def _missing_lines(text: str, separator: str, table: FeatureTable) -> list[tuple[int, str]]:
    """Lines below the header that are in no row, and no part of a quoted cell."""
    (read,) = table.tables
    codes = set(table.problems["code"])
    if "transposed" in codes or "values-gathered" in codes:
        return []  # its lines are columns, or several of them a row
    rows = set(table.data["row"].dropna().astype(int))
    records, inside = _records(text, separator)
    begin = read.header_line
    if read.tool == "mzmine":  # a row of groups may be below the header
        below = (
            number for number in records if number > begin and any(map(str.strip, records[number]))
        )
        begin = next(below, begin)
    of_lines = table.problems.loc[table.problems["code"] == "header-of-two-lines", "value"]
    begin = max([begin, *(int(value.split()[-1]) for value in of_lines)])
    known = {"Factors", "metabolite_name", *table.data["name"].dropna()}  # of other sections
    found = []
    quotes = 0  # since the last row began
    before = ""  # the line of before
    for number, line in enumerate(_LINE_END.split(text), 1):
        cells = records.get(number) or line.split(separator)
        of_section = read.tool == "mwTab" and (
            _SECTION_MARK.fullmatch(before.strip()) is not None  # its header, however damaged
            or not known.isdisjoint(map(str.strip, cells))
            or _SECTION_MARK.fullmatch(cells[0].strip()) is not None
        )
        if number in rows:
            quotes = 0
        elif number in inside:
            pass
        elif number > begin and quotes % 2 == 0 and is_feature(cells, read.tool) and not of_section:
            found.append((number, line[:80]))
        quotes += line.count('"')
        before = line
    return found


def _records(text: str, separator: str) -> tuple[dict[int, list[str]], set[int]]:
    """Records by the lines on which they begin, and lines on which one goes on (module csv)."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    records: dict[int, list[str]] = {}
    inside: set[int] = set()
    begin = 1
    with suppress(csv.Error):
        for cells in reader:
            records[begin] = cells
            inside |= set(range(begin + 1, reader.line_num + 1))
            begin = reader.line_num + 1
    return records, inside


def _missing_of_workbook(content: bytes, table: FeatureTable) -> list[tuple[int, str]]:
    """Rows of the sheets that were read, below their headers, that are in no row."""
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    said = set(table.problems.loc[table.problems["code"].isin(_SHEETS), "value"])
    found = []
    for sheet in book.worksheets:
        read = next((t for t in table.tables if t.sheet == sheet.title), None)
        if read is None:
            holds = any(
                cell is not None for row in sheet.iter_rows(values_only=True) for cell in row
            )
            if holds and sheet.title not in said:
                found.append((0, f"sheet {sheet.title}"))
            continue
        rows = set(table.data.loc[table.data["sheet"] == sheet.title, "row"].dropna().astype(int))
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            cells = ["" if cell is None else str(cell) for cell in row]
            if (
                number > read.header_line
                and number not in rows
                and is_feature(cells, read.tool)
                and any(cells)
            ):
                found.append((number, f"{sheet.title}: {cells}"[:80]))
    return found


def is_feature(cells: Sequence[str], tool: str) -> bool:
    """Whether a record can be a feature in a file of a tool: no title, no header of a section."""
    filled = [cell for cell in cells if cell.strip()]
    first = cells[0].strip() if cells else ""
    if tool in _OF_SECTIONS and is_header(cells):
        return False
    if tool == "MassHunter Qualitative" and any(" -> " in cell for cell in cells):
        return False  # the title of a chromatogram
    if tool == "LabSolutions" and len(filled) <= _FEW_CELLS:
        return False
    if tool == "OpenMS" and first.strip("#") in _OTHER_LINES:
        return False
    if tool == "mzTab-M":
        return first not in ("MTD", "COM", "SMH", "SML", "SFH", "SEH", "SME", "", '"')
    if tool in (*_OF_SECTIONS, "mwTab", "OpenMS"):
        return len(filled) > 1 and not first.startswith("#")
    return not (len(cells) == 1 and not cells[0].strip().strip('"'))
