"""Excel workbooks: an analysis as one sheet per table, with methods and notes."""

from __future__ import annotations

import io
import math
import re
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cache
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from ganglioside.columns import VERDICT_KINDS
from ganglioside.errors import ExportError
from ganglioside.exporting.readable import readable_features
from ganglioside.exporting.spreadsheet_text import safe_frame, safe_text
from ganglioside.reading.wordings import worded
from ganglioside.settings import setting_specs
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.undated_zip import UNDATED, undated
from ganglioside.verdicts.review import DECISIONS

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

    from ganglioside.analysis import Analysis

#: Excel's own limits; it also knows no time zones.
_MOST_ROWS: Final = 1_048_576
_LONGEST_TEXT: Final = 32_767
_FIRST_YEAR: Final = 1900
_LARGEST_INTEGER: Final = 10**15  # Excel keeps 15 digits

#: Light fills that keep black text readable, told apart by the colour blind; the verdict
#: stands in the cell as text too.
_FILLS: Final[dict[str, str]] = {kind.name: kind.fill for kind in VERDICT_KINDS}

#: Characters that XML cannot contain.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

_NOTES: Final = (
    ("Rows", "One row per row of the input, in its order; none is left out."),
    ("Empty cells", "The value is unknown; it does not mean zero."),
    (
        "Apostrophe",
        "Text that a spreadsheet could execute (it begins with =, +, -, @, a tab or a line end, "
        "also behind quotes or blanks, or does so after a comma or semicolon) is preceded by an "
        "apostrophe, in every column and header. Remove it to get the text as read. Numbers are "
        "never changed.",
    ),
    (
        "Replaced characters",
        "Control characters that a workbook cannot contain are replaced by \ufffd; text beyond "
        "32,767 characters is cut and ends with [cut].",
    ),
    *((kind.name, kind.help) for kind in VERDICT_KINDS),
    (
        "shorthand",
        "The species that the name gives, whatever the verdict, in the shorthand of LIPID MAPS "
        "2020. Its level is species (sum composition) or molecular species (base and acyl chain).",
    ),
    (
        "lipid_maps_entry",
        "Entry of the head group, on any ceramide, in the LIPID MAPS structure database.",
    ),
    ("confidence", "Probability that the verdict is right, 0 to 1; 0 of undetermined."),
    ("suggested_name", "Name that fits the retention time of an outlier clearly better."),
    ("relation", "How the feature comes from its parent: process, in words."),
    (
        "consolidated_volume",
        "A valid feature's volume plus that of its fragments and adducts, other ions that pose as "
        "names among these. Of several valid ions or picks of one peak only one row has it, and "
        "only its own volume counts. The species list adds less: only what broke off in the "
        "source, never another ion (area_consolidated).",
    ),
    (
        "peak_id",
        "feature_id of the row that stands for the peak of this row: most often its own. Other "
        "ions, isotope peaks and second picks of a peak name the row that the model saw.",
    ),
    (
        "analyst_decision",
        "What an analyst decided on the name; the verdict beside it is still that of the model. "
        + " ".join(f"{kind.name}: {kind.help}." for kind in DECISIONS)
        + " confirmed_by is the second person who confirmed it.",
    ),
    ("analyst_name", "The analyst's name for the feature, where it was renamed."),
)


#: Unit and meaning of the headline numbers that are no plain counts of rows.
_COUNTS: Final[dict[str, tuple[str, str]]] = {
    "undetermined": ("rows", "Those that take no part among them"),
    "unreadable": (
        "rows",
        "They take no part: unreadable, or of other lipids, internal standards, blanks",
    ),
    "series": ("", "Head groups of the names that could be read"),
    "lines": ("", "Lines of the model, of series and isomers, that have features"),
    "curve_sigma": ("min", "Scatter of features about their lines, 1 sigma"),
    "headline": ("", ""),
    "area_explained": ("", "Share of the peak area of judged rows that is explained, 0 to 1"),
}


@dataclass(frozen=True, slots=True)
class _Look:
    """A row of `data/sheet_columns.csv`: width and number format of a column."""

    column: str
    width: float
    number_format: str


@cache
def _looks() -> dict[str, _Look]:
    """Width and number format of each known column."""
    return {look.column: look for look in read_facts("sheet_columns.csv", _Look)}


def to_xlsx(analysis: Analysis) -> bytes:
    """Excel workbook of an analysis.

    Sheets: features, models, findings, problems, methods (input, settings, counts) and notes
    (explanations). Headers are frozen and filtered, verdicts coloured. No cell is a formula;
    text that could become one begins with an apostrophe (see `safe_text`).

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        If a table has more rows than a sheet, or the temporary folder has no room.

    Examples
    --------
    >>> import ganglioside as gg
    >>> book = pd.ExcelFile(io.BytesIO(to_xlsx(gg.analyze(gg.example()))))
    >>> book.sheet_names
    ['features', 'models', 'findings', 'problems', 'methods', 'notes']
    """
    return workbook_of(
        {
            "features": readable_features(analysis),
            "models": analysis.models,
            "findings": analysis.findings,
            "problems": _problems(analysis.problems),
            "methods": _methods(analysis),
            "notes": pd.DataFrame(_NOTES, columns=["item", "meaning"]),
        }
    )


def workbook_of(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Excel workbook of some tables, each a sheet with a frozen and filtered header.

    No cell is a formula.

    Parameters
    ----------
    sheets
        Table of each sheet, by its name.

    Returns
    -------
    bytes

    Raises
    ------
    ExportError
        If a table has more rows than a sheet, or the temporary folder has no room.
    """
    try:
        return _workbook(sheets)
    except OSError as error:
        raise ExportError(
            f"A workbook is put together in {tempfile.gettempdir()}, which failed "
            f"({error.strerror or error}): make room on the disk there, or name another folder in "
            "TMPDIR."
        ) from error


def _workbook(sheets: Mapping[str, pd.DataFrame]) -> bytes:
    """Bytes of the workbook."""
    from openpyxl import Workbook

    workbook = Workbook(write_only=True)
    for name, frame in sheets.items():
        _add_sheet(workbook, name, frame)
    return _packed(workbook)


def _packed(workbook: Workbook) -> bytes:
    """Bytes of a workbook without the time at which it was written: alike for like tables."""
    from openpyxl.writer.excel import ExcelWriter

    workbook.properties.creator = "Ganglioside"
    workbook.properties.created = workbook.properties.modified = datetime(*UNDATED)
    sink = io.BytesIO()
    ExcelWriter(workbook, _Undated(sink, "w", zipfile.ZIP_DEFLATED)).save()
    return sink.getvalue()


class _Undated(zipfile.ZipFile):
    """Archive whose members have no date."""

    def writestr(self, name: str, content: bytes | str) -> None:  # type: ignore[override]
        """Add a member with a content."""
        super().writestr(undated(name), content)

    def write(self, path: str, name: str) -> None:  # type: ignore[override]
        """Add a file as a member."""
        with Path(path).open("rb") as file, mmap(file.fileno(), 0, access=ACCESS_READ) as content:
            super().writestr(undated(name), content)


def _problems(problems: pd.DataFrame) -> pd.DataFrame:
    """Sheet `problems`, whose advice names no option of a program."""
    texts = {
        name: problems[name].map(lambda text: worded(text, "report"), na_action="ignore")
        for name in ("message", "advice")
    }
    return problems.assign(**texts)


def _methods(analysis: Analysis) -> pd.DataFrame:
    """Sheet `methods`, columns item, value, unit and meaning: all that is needed to repeat it."""
    source = analysis.source
    specs = setting_specs()
    rows: list[tuple[str, Any, str, str]] = [
        ("program", f"Ganglioside {analysis.version}", "", "What made this result"),
        ("input", source.name, "", "As it was named"),
        ("input size", source.size, "bytes", ""),
        ("input SHA-256", source.sha256, "", "Fingerprint of the input's bytes"),
    ]
    rows += [(f"reading {n}", text, "", "As given") for n, text in source.options.given.items()]
    for name, value in analysis.settings.to_dict().items():
        spec = specs.get(name)
        unit, meaning = (spec.unit, spec.help) if spec else ("", "")
        rows.append((f"setting {name}", value, unit, meaning))
    for name, value in asdict(analysis.summary).items():
        unit, meaning = _COUNTS.get(name, ("rows", ""))
        rows.append((f"summary {name}", value, unit, meaning))
    return pd.DataFrame(rows, columns=["item", "value", "unit", "meaning"])


def _add_sheet(workbook: Any, name: str, frame: pd.DataFrame) -> None:
    """Add a table as a sheet."""
    if len(frame) >= _MOST_ROWS:
        raise ExportError(
            f"The table {name} has {len(frame):,} rows, an Excel sheet holds "
            f"{_MOST_ROWS - 1:,}: export CSV or Parquet."
        )
    from openpyxl.utils import get_column_letter

    sheet = workbook.create_sheet(name)
    sheet.freeze_panes = _frozen(frame)
    last = get_column_letter(max(1, frame.shape[1]))
    sheet.auto_filter.ref = f"A1:{last}{len(frame) + 1}"
    for i, column in enumerate(frame.columns):
        sheet.column_dimensions[get_column_letter(i + 1)].width = _width(column, frame.iloc[:, i])
    for row in _rows(sheet, frame):
        sheet.append(row)


def _frozen(frame: pd.DataFrame) -> str:
    """First cell that scrolls: names stay in sight where they are among the first columns."""
    from openpyxl.utils import get_column_letter

    names = [i for i, column in enumerate(frame.columns[:4]) if column == "name"]
    return f"{get_column_letter(names[0] + 2)}2" if names else "A2"


def _width(name: Any, column: pd.Series[Any]) -> float:
    """Width of a column in characters; that of a foreign column from its first values."""
    look = _looks().get(str(name))
    if look is not None:
        return look.width
    longest = column.head(200).astype("str").str.len().max() if len(column) else 0
    return float(min(80, max(8, len(str(name)) + 4, longest + 2)))


def _rows(sheet: WriteOnlyWorksheet, frame: pd.DataFrame) -> Iterator[list[Any]]:
    """Yield the header and the rows of a table as cells."""
    safe = safe_frame(frame)
    yield [_header(sheet, str(c)) for c in safe.columns]
    columns = [_cells(sheet, str(name), safe.iloc[:, i]) for i, name in enumerate(frame.columns)]
    yield from (list(row) for row in zip(*columns, strict=True))


def _header(sheet: WriteOnlyWorksheet, text: str) -> Any:
    """Cell of a header."""
    from openpyxl.styles import Font

    cell = _cell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cells(sheet: WriteOnlyWorksheet, name: str, column: pd.Series[Any]) -> Iterator[Any]:
    """Yield the cells of a column, None for missing values."""
    look = _looks().get(name)
    number_format = look.number_format if look else "General"
    for value in _values(column):
        if value is None:
            yield None
            continue
        cell = _cell(sheet, value)
        if not isinstance(value, str) and number_format != "General":
            cell.number_format = number_format
        if name in ("verdict", "analyst_verdict"):
            cell.fill = _fill(value)
        yield cell


def _values(column: pd.Series[Any]) -> list[Any]:
    """Values of a column that a workbook can store, None where missing."""
    values = column.astype(object).where(column.notna(), None).tolist()
    return [_storable(v) for v in values]


def _storable(value: Any) -> Any:
    """Value that a workbook can store; as text if it cannot store it otherwise."""
    if isinstance(value, str):
        text = _CONTROL.sub("\ufffd", value)
        return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 5] + "[cut]"
    if isinstance(value, datetime) and (value.tzinfo or value.year < _FIRST_YEAR):
        return value.isoformat()
    if isinstance(value, float) and math.isinf(value):
        return safe_text(str(value))
    if isinstance(value, int) and abs(value) >= _LARGEST_INTEGER:
        return safe_text(str(value))
    return value


def _cell(sheet: WriteOnlyWorksheet, value: Any) -> Any:
    """Cell with a value; a text is never a formula."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # never a formula, nor an error code
    return cell


@cache
def _fill(verdict: str) -> Any:
    """Fill of a verdict's cells."""
    from openpyxl.styles import PatternFill

    return PatternFill("solid", fgColor=_FILLS[verdict])
