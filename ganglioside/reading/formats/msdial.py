"""MS-DIAL: alignment results and peak lists of single files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Record, SampleColumns, header_key
from ganglioside.reading.sample_types import kind_of_type

#: First word of the row that gives the type of each column.
_FILE_TYPE: Final = "filetype"


def _samples(texts: Sequence[str], above: Sequence[Record]) -> tuple[SampleColumns, ...]:
    """Columns with a file type; those of means and deviations have none (`NA`)."""
    types = next((cells for _, cells in above if _FILE_TYPE in map(header_key, cells)), None)
    if types is None:
        return ()
    begin = [header_key(cell) for cell in types].index(_FILE_TYPE) + 1
    found = []
    for position in range(begin, min(len(types), len(texts))):
        kind = kind_of_type(types[position])
        if kind is not None:
            found.append(SampleColumns(texts[position].strip(), kind, {"volume": position}))
    return tuple(found)


FORMATS: Final = (
    Format(
        "MS-DIAL",
        marks=(
            ("Alignment ID", "Average Rt(min)", "Metabolite name"),
            ("Peak ID", "RT (min)", "Precursor m/z"),
            ("PeakID", "Title", "RT (min)"),
        ),
        columns={
            "name": ("Metabolite name", "Name", "Title"),
            "rt": ("Average Rt(min)", "RT (min)"),
            "mz": ("Average Mz", "Precursor m/z"),
            "adduct": ("Adduct type", "Adduct"),
            "volume": ("Area",),
        },
        samples=_samples,
        taken="names, RT, m/z, ions, the areas of all files by their file type; means are left out",
    ),
)
