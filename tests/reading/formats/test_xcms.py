"""XCMS: peak tables and feature definitions, with names added and without."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, read

from ganglioside.errors import ValidationError

#: Columns of each kind of table before those of the samples; the first holds row names.
DEFINITIONS = ("", "mzmed", "mzmin", "mzmax", "rtmed", "rtmin", "rtmax", "npeaks", "sample")
PEAK_TABLE = ("", "mz", "mzmin", "mzmax", "rt", "rtmin", "rtmax", "npeaks", "ctx")
FOR_GNPS = ("Row.names", *DEFINITIONS[1:])
DIFFERENCES = ("", "fold", "tstat", "pvalue", *DEFINITIONS[1:])


def peaks(columns: tuple[str, ...], *, added: str = "annotation", first: bool = False) -> str:
    """Text of a table, with a column of names added before or behind."""
    names = [added] if added else []
    header = [*columns, *(f"{file}.mzML" for file in FILES)]
    rows: list[list[object]] = [[*names, *header] if first else [*header, *names]]
    for f in FEATURES:
        rt = f.rt * 60
        known = {
            "mz": f.mz, "mzmed": f.mz, "mzmin": f.mz - 0.01, "mzmax": f.mz + 0.01, "rt": rt,
            "rtmed": rt, "rtmin": rt - 900, "rtmax": rt + 1600, "npeaks": 4, "sample": 2, "ctx": 2,
            "fold": 1.5, "tstat": 3.3, "pvalue": 0.01, "": f"FT{f.number:04}",
        }  # fmt: skip
        cells = [known.get(c, f"FT{f.number:04}") for c in columns]
        cells += [f.area(file) if file != "Blank_1" else "NA" for file in FILES]
        name: list[object] = [f"{f.head}(d{f.chains})"] if added else []
        rows.append([*name, *cells] if first else [*cells, *name])
    return "\n".join("\t".join(map(str, row)) for row in rows)


@pytest.mark.parametrize("columns", [DEFINITIONS, PEAK_TABLE, FOR_GNPS, DIFFERENCES])
@pytest.mark.parametrize("added", ["annotation", "Name", "lipid found"])
@pytest.mark.parametrize("first", [False, True])
def test_a_table_with_names_added(columns: tuple[str, ...], added: str, first: bool) -> None:
    table = read(peaks(columns, added=added, first=first))
    assert_content(table, tool="XCMS", ions=False)
    assert [s.name for s in table.tables[0].samples] == ["S_1.mzML", "S_2.mzML"]


@pytest.mark.parametrize("columns", [DEFINITIONS, PEAK_TABLE, FOR_GNPS])
def test_a_table_without_names_is_refused(columns: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError, match="feature list of XCMS has no lipid names"):
        read(peaks(columns, added=""))
