"""Lipid Data Analyzer 1 and 2: a workbook of one file, a sheet a lipid class.

Source of the headers: ThallingerLab/LDA2 (`export/QuantificationResultExporter.java`). A species
has one row with its carbons, double bonds and hydroxyls in columns of their own, and below it rows
without a name for each isotope peak, whose areas the row of the species sums up. Sheets of MSn, of
double bond positions, of overviews and of settings hold no features.
"""

from __future__ import annotations

import re
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, Sheet, header_key
from ganglioside.reading.unfolding import sheet_of

#: Headers of a sheet of a class.
_CLASS: Final = frozenset(("name", "dbs", "modification", "area"))
#: Endings of sheets that go with a class.
_OTHER_SHEETS: Final = re.compile(r".* ?[-_] ?(?:MSn|Omega|Overview)", re.IGNORECASE)
#: Carbons of a species, with the letters that stand for hydroxyls: `34`, `d34`.
_CARBONS: Final = re.compile(r"[a-zA-Z-]{0,3}[0-9]{1,2}(?:\.0)?")


def _unfold(sheet: Sheet) -> Sheet | None:
    """Rows of the species of a class, with the names put together."""
    if not sheet.head or _OTHER_SHEETS.fullmatch(sheet.name):
        return None
    line, texts = sheet.head[0]
    keys = [header_key(text) for text in texts]
    if not set(keys) >= _CLASS:
        return None
    name, bonds = keys.index("name"), keys.index("dbs")
    hydroxyls = keys.index("oh") if "oh" in keys else None
    rows: list[Record] = []
    left_out = []
    for at, cells in sheet.records()[1:]:
        chains = _chains(cells, name, bonds, hydroxyls)
        if chains:
            rows.append((at, [f"{sheet.name} {chains}".strip(), *cells]))
        else:
            left_out.append(at)
    header = (line, ["Lipid species", *texts])
    return sheet_of(sheet, header, rows, part=True, left_out=left_out)


def _chains(cells: list[str], name: int, bonds: int, hydroxyls: int | None) -> str:
    """Sum of chains of the species of a row, empty for a row of an isotope peak."""
    text = cells[name].strip() if name < len(cells) else ""
    if not _CARBONS.fullmatch(text):
        return text
    found = f"{text.removesuffix('.0')}:{_whole(cells, bonds)}"
    oxygens = _whole(cells, hydroxyls) if hydroxyls is not None else ""
    plain = text[0].isdigit()
    return f"{found};O{oxygens}" if plain and oxygens not in ("", "0") else found


def _whole(cells: list[str], position: int) -> str:
    """Cell with a whole number, as a program or a spreadsheet writes it."""
    return cells[position].strip().removesuffix(".0") if position < len(cells) else ""


FORMATS: Final = (
    Format(
        "Lipid Data Analyzer",
        files="workbook of results, versions 1 and 2",
        columns={
            "name": ("Lipid species",),
            "rt": ("RT",),
            "volume": ("Area",),
            "mz": ("Mz",),
            "adduct": ("Modification",),
        },
        unfold=_unfold,
        taken=(
            "from the sheet of each class: species put together from carbons, double bonds and "
            "hydroxyls, modifications as ions, m/z, RT and total areas; isotope peaks, MSn and "
            "overviews are left out"
        ),
    ),
)
