"""LIQUID: identified lipids of several raw files."""

from __future__ import annotations

from reading.formats.content import FEATURES, SAMPLES, assert_content, read
from reading.formats.test_msdial import titles

HEADER = titles(
    "Raw Data File|LM_ID|Common Name|Adduct|Category|Main Class|Sub Class|Exact m/z|Formula"
    "|Observed m/z|ppm Error|Apex RT|Precursor RT|Apex NET|Intensity|Peak Area|Score|MS/MS Scan"
    "|Precursor Scan|Apex Scan|PUBCHEM_SID|INCHI_KEY"
)


def results() -> str:
    """Text of the results of two files."""
    rows = ["\t".join(HEADER)]
    for file in SAMPLES:
        for f in FEATURES:
            cells = [f"{file}.raw", "LMSP06010001", f"{f.head}(d{f.chains})", "[M-H]-"]
            cells += ["SP", "Acidic", "GM3", f.mz, "C57", f.mz, 0.4, f.rt_in(file), f.rt, 0.5]
            cells += [88.5, f.area(file), 2.1, 17, 16, 18, "", ""]
            rows.append("\t".join(map(str, cells)))
    return "\n".join(rows)


def test_names_files_rt_of_the_apex_and_peak_areas() -> None:
    assert_content(read(results()), tool="LIQUID", own_rt=True)


def test_columns_may_be_deleted_and_moved() -> None:
    kept = ["Peak Area", "Apex RT", "Common Name", "Adduct", "Raw Data File", "Observed m/z"]
    rows = [line.split("\t") for line in results().splitlines()]
    chosen = [",".join(row[HEADER.index(title)] for title in kept) for row in rows]
    assert_content(read("\n".join(chosen)), tool="LIQUID", own_rt=True)
