"""OpenMS: consensus features as text (TextExporter), with names added.

Sources of the headers: CCMS-UCSD/GNPS_Workflows (`reference_input_file_for_formatter/openms`). Each
kind of line has its own header: `#MAP` and `MAP` name the files, `#CONSENSUS` and `CONSENSUS` the
features, with `rt_0`, `mz_0`, `intensity_0` for the file of map 0. OpenMS gives no lipid names: a
table to which none were added is refused. RT is in seconds.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath
from typing import Final

from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.records import Sheet
from ganglioside.reading.unfolding import left_out_notes

_HEADER: Final = "#CONSENSUS"
_LINE: Final = "CONSENSUS"
#: Lines of other kinds, and of their headers.
_OTHERS: Final = ("MAP", "RUN", "PROTEIN", "PEPTIDE", "UNASSIGNEDPEPTIDE")
_OTHER_LINES: Final = (*_OTHERS, *(f"#{kind}" for kind in _OTHERS))
#: Columns that a file has, and what they are called once the file is known.
_OF_FILE: Final = {"intensity": "area", "rt": "rt", "mz": "mz", "charge": "charge"}


def _unfold(sheet: Sheet) -> Sheet | None:
    """The consensus features alone, with the names of files in the header."""
    begins = [cells[0].strip() if cells else "" for _, cells in sheet.head]
    if _HEADER not in begins:
        return None
    record = begins.index(_HEADER)
    line, titles = sheet.head[record]
    files = _files(sheet)
    header = [_title(title.strip(), files) for title in titles]
    below = sheet.body(record)
    kinds = below.cells[0].str.strip()
    features = below.only((kinds == _LINE).to_numpy(dtype=bool))
    left_out = below.lines[~kinds.isin((_LINE, *_OTHER_LINES)).to_numpy(dtype=bool)]
    first = [r for r in sheet.head[record + 1 :] if r[1][0].strip() == _LINE]
    notes = left_out_notes(left_out.tolist())
    return replace(sheet, head=[(line, header), *first], body=lambda _: features, notes=notes)


def _files(sheet: Sheet) -> dict[str, str]:
    """Names of the files by the numbers of their maps."""
    maps = [cells for _, cells in sheet.head if cells[0].strip() == "MAP" and len(cells) > 2]
    return {cells[1].strip(): PurePosixPath(cells[2].strip()).name for cells in maps}


def _title(title: str, files: dict[str, str]) -> str:
    """Title of a column, with the file that it belongs to."""
    quantity, _, number = title.rpartition("_")
    if number not in files or quantity not in _OF_FILE:
        return title
    return f"{files[number]}:{_OF_FILE[quantity]}"


FORMATS: Final = (
    Format(
        "OpenMS",
        files="consensus features as text (TextExporter)",
        columns={"rt": ("rt_cf",), "mz": ("mz_cf",), "adduct": ("best ion", "adduct")},
        others=("intensity_cf", "charge_cf", "width_cf", "quality_cf", "ID", "partners"),
        per_sample=(
            PerSample("volume", r"(?P<sample>.+):area"),
            PerSample("rt", r"(?P<sample>.+):rt"),
            PerSample("mz", r"(?P<sample>.+):mz"),
        ),
        unfold=_unfold,
        taken="names, which have to be added first, m/z, RT and the intensities of all files",
    ),
)
