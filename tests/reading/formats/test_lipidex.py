"""LipiDex: identified peaks of all files, and matched spectra of one."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, by_sample, read


def results(*, unfiltered: bool = False) -> str:
    """Table of identified peaks, each line with a separator at its end; one peak has no name."""
    header = ["Retention Time (min)", "Quant Ion", "Polarity", "Area (max)", "Identification"]
    header += ["Lipid Class", "Features Found", *(["Filter Status"] if unfiltered else [])]
    rows: list[list[object]] = [[*header, *(f"{file}.raw" for file in FILES), ""]]
    for f in FEATURES:
        row = [f.rt, f.mz, "-", max(map(f.area, FILES)), f"{f.head} d{f.chains}", f.head, 4]
        row += [""] if unfiltered else []
        rows.append([*row, *(f.area(file) for file in FILES), ""])
    rows.append([9.1, 343.994, "-", 369394.1, "", "", 2, *([""] if unfiltered else []), 1, 2, 3, 4])
    return "\n".join(",".join(map(str, row)) for row in rows)


def spectra() -> str:
    """Matched spectra of one file: the ion and a semicolon stand behind each name."""
    header = "MS2 ID,Retention Time (min),Rank,Identification,Precursor Mass,Library Mass,Delta m/z"
    rows = [header + ",Dot Product,Reverse Dot Product,Purity,Library"]
    for f in FEATURES:
        cells = [f.number, f.rt, 1, f"{f.head} d{f.chains} [M-H]-;", f.mz, f.mz, 0.1, 865, 1000, 90]
        rows.append(",".join(map(str, [*cells, "LipiDex_HCD.msp"])))
    return "\n".join(rows)


@pytest.mark.parametrize("unfiltered", [False, True])
def test_identified_peaks(*, unfiltered: bool) -> None:
    table = read(results(unfiltered=unfiltered))
    assert_content(table, tool="LipiDex", ions=False)
    assert set(by_sample(table)) == {"S_1", "S_2"}
    assert "unnamed-features" in set(table.problems["code"])
    assert "name-missing" not in set(table.problems["code"])


def test_matched_spectra_have_the_ion_behind_the_name_and_no_areas() -> None:
    table = read(spectra())
    assert_content(table, tool="LipiDex", samples=("",), areas=False)
    assert set(table.data["adduct"]) == {"[M-H]-"}
