"""mzmine 2, 3 and 4: feature lists and the tables for GNPS (FBMN), SIRIUS and MetaboAnalyst.

Sources of the headers: mzmine/mzmine (`export_features_csv`, `export_features_csv_legacy`,
`export_features_metaboanalyst`, `expected_results.csv` of its tests) and CCMS-UCSD/GNPS_Workflows.

- mzmine 2, and the legacy export of later versions: `row m/z`, `row identity (main ID)`, then
  `S_1.mzML Peak area`, `S_1.mzML Feature RT` ... for each file;
- mzmine 3 and 4: `mz`, `rt`, annotations such as `lipid_annotations:lipid_annotations`, then
  `datafile:S_1.mzML:area` ...;
- for MetaboAnalyst: names of files, a row of groups, and rows named
  `12/GM3 34:1;O2/1151.7059mz/7.56min` (mzmine 2: `12/1151.7059mz/7.56min (GM3 34:1;O2)`).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.records import Body, Sheet, as_cells, header_key

#: Row of a table for MetaboAnalyst: number, name, m/z, RT, mobility.
_ROW: Final = re.compile(
    r"(?:CID)?[0-9]+/(?:(?P<name>.+)/)?(?P<mz>[0-9]+(?:[.,][0-9]+)?)mz"
    r"(?:/(?P<rt>[0-9]+(?:[.,][0-9]+)?)min)?(?:/[0-9.,]+)?(?: \((?P<behind>.+)\))?"
)
#: Columns that are made of it.
_PARTS: Final = {"name": "Name", "mz": "m/z", "rt": "RT (min)"}
#: Longer cells are no names of rows.
_LONGEST: Final = 1000


def _unfold(sheet: Sheet) -> Sheet | None:
    """A table for MetaboAnalyst with name, m/z and RT in columns of their own."""
    if len(sheet.head) < 3:
        return None
    (line, files), groups = sheet.head[0], sheet.head[1]
    is_first = header_key(files[0]) in ("filename", "sample")
    if not is_first or not any(_parts(sheet.head[2][1][0])):
        return None
    header = [*_PARTS.values(), "Feature", *(text.strip() for text in files[1:])]
    above = (groups[0], [*[""] * len(_PARTS), *groups[1]])
    head = [(number, [*_parts(cells[0]), *cells]) for number, cells in sheet.head[2:]]

    def body(_: int) -> Body:
        whole = sheet.body(0)  # as wide as the row of files; that of groups may be shorter
        below = whole.only(np.arange(len(whole.lines)) > 0)
        parts = list(zip(*map(_parts, below.cells[0]), strict=True)) or [()] * len(_PARTS)
        columns = [*parts, *(below.cells[i] for i in below.cells)]
        return Body(as_cells(columns, len(below.lines)), below.lines)

    return replace(sheet, head=[above, (line, header), *head], body=body)


def _parts(cell: str) -> tuple[str, ...]:
    """Name, m/z and RT of a row, empty where it has none."""
    row = _ROW.fullmatch(cell.strip()[:_LONGEST])
    if row is None:
        return ("",) * len(_PARTS)
    return (row["name"] or row["behind"] or "", row["mz"], row["rt"] or "")


FORMATS: Final = (
    Format(
        "mzmine",
        files=(
            "feature list, versions 2 to 4 (modular or legacy CSV); tables for GNPS, SIRIUS and "
            "MetaboAnalyst"
        ),
        marks=(
            ("row m/z",),
            ("row retention time",),
            ("row ID", "row identity*"),
            ("mz", "rt", "datafile:*"),
            ("rt", "mz_range:min"),
            ("id", "datafile:*"),
            ("compound_db_identity:*",),
            ("lipid_annotations:*",),
            ("spectral_db_matches:*",),
        ),
        columns={
            "name": (
                "lipid_annotations:lipid_annotations", "manual_annotation:compound_name",
                "preferred_annotation:compound_name", "compound_db_identity:compound_name",
                "spectral_db_matches:compound_name", "lipid_annotations:compound_name",
                "row identity (main ID)", "row identity (all IDs)",
                "row identity (main ID + details)", "row identity", "compound_name",
                "preferred_annotation:preferred_annotation", "row comment",
                "compound_db_identity:compound_db_identity",
                "spectral_db_matches:spectral_db_matches",
                "lipid_annotations:comment", "comment",
            ),
            "rt": ("rt", "row retention time"),
            "mz": ("mz", "row m/z"),
            "adduct": (
                "lipid_annotations:ion_adduct", "preferred_annotation:adduct",
                "manual_annotation:adduct", "compound_db_identity:adduct",
                "spectral_db_matches:ion_adduct", "ion_identities:ion_identities", "best ion",
                "adduct",
            ),
            "volume": ("area", "height"),
        },
        others=("ion_identities:iin_id", "row number*"),
        per_sample=(
            PerSample("volume", r"datafile:(?P<sample>.+):area"),
            PerSample("volume", r"(?P<sample>.+) Peak area"),
            PerSample("volume", r"datafile:(?P<sample>.+):height"),
            PerSample("volume", r"(?P<sample>.+) Peak height"),
            PerSample("rt", r"datafile:(?P<sample>.+):rt"),
            PerSample("rt", r"(?P<sample>.+) (?:Peak|Feature) RT"),
            PerSample("mz", r"datafile:(?P<sample>.+):mz"),
            PerSample("mz", r"(?P<sample>.+) (?:Peak|Feature) m/z"),
        ),
        unfold=_unfold,
        taken=(
            "annotations, ions, m/z and RT, and the areas of all files with their own RT and m/z; "
            "heights where there are no areas"
        ),
    ),
)  # fmt: skip
