"""MetaboScape: feature tables with group means, as exported and as copied; TASQ."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, QC, assert_content, read

from ganglioside.errors import ValidationError


def feature_table(
    *, means: bool = True, samples: bool = True, seconds: bool = False, shared: bool = True
) -> str:
    """Text of a feature table with `PEPMASS`."""
    header = ["SHARED_NAME"] if shared else []
    header += ["FEATURE_ID", "RT", "PEPMASS", "CCS", "SIGMA_SCORE", "NAME_METABOSCAPE"]
    header += ["MOLECULAR_FORMULA", "ADDUCT", "KEGG", "CAS", "MaxIntensity"]
    header += ["Condition_QC_MeanIntensity", "ctx_MeanIntensity"] if means else []
    rows = [[*header, *(FILES if samples else ())]]
    for f in FEATURES:
        rt = round(f.rt * 60, 2) if seconds else f.rt
        row = [f.number] if shared else []
        row += [f.number, rt, f.mz, 401.5, 12.1, f"{f.head} {f.chains};O2", "C57", "ION=[M-H]-"]
        row += ["", "", 9e6, *([1e6, 2e6] if means else [])]
        rows.append([*row, *(f.area(file) for file in FILES if samples)])
    unnamed = ["" if isinstance(cell, str) else cell for cell in rows[1]]
    rows.append(unnamed)
    return "\n".join(",".join(f'"{c}"' if isinstance(c, str) else str(c) for c in r) for r in rows)


@pytest.mark.parametrize("means", [False, True])
@pytest.mark.parametrize("shared", [False, True])
def test_intensities_of_all_samples(means: bool, shared: bool) -> None:
    table = read(feature_table(means=means, shared=shared))
    assert_content(table, tool="MetaboScape")
    assert {s.name: s.kind for s in table.tables[0].left_out} == {"Blank_1": "blank", QC: "qc"}


def test_the_largest_intensity_is_evidence_beside_those_of_samples() -> None:
    table = read(feature_table())
    assert set(table.carried["MaxIntensity"]) == {9e6}
    assert "volume" not in table.tables[0].header.positions


def test_seconds_become_minutes() -> None:
    assert_content(read(feature_table(seconds=True)), tool="MetaboScape")


def test_without_samples_the_largest_intensity_is_read() -> None:
    table = read(feature_table(samples=False, means=False))
    assert_content(table, tool="MetaboScape", samples=("",), areas=False)
    assert set(table.data["volume"]) == {9e6}


@pytest.mark.parametrize("written", ["ION=[M-H-H]2-", "ION=[M-H-H2]3-"])
def test_ions_of_several_charges_are_known(written: str) -> None:
    table = read(feature_table().replace("ION=[M-H]-", written))
    assert "unknown-adduct" not in table.problems["code"].tolist()


def test_a_table_that_was_copied_from_the_program() -> None:
    header = ["Feature ID", "RT [min]", "m/z meas.", "M meas.", "Ions", "MS/MS", "Name"]
    header += ["Molecular Formula", "Annotations", "AQ", "Flags", *FILES]
    rows: list[list[object]] = [list(header)]
    for f in FEATURES:
        row = [f.number, f.rt, f.mz, f.mz + 1.00728, "[M-H]-", "Yes", f"{f.head} {f.chains};O2"]
        rows.append([*row, "C57H104", 2, "", "", *(f.area(file) for file in FILES)])
    table = read("\n".join("\t".join(map(str, row)) for row in rows))
    assert_content(table, tool="MetaboScape")


def test_results_of_tasq() -> None:
    rows = ["Row,Data Set,Analyte,RT [min],m/z meas.,m/z calc.,Height,Area,FWHM [s]"]
    for i, file in enumerate(FILES):
        for f in FEATURES:
            cells = [f.number, file, f"{f.head} {f.chains};O2", f.rt_in(file), f.mz, f.mz, 5 + i]
            rows.append(",".join(map(str, [*cells, f.area(file), 4.4])))
    table = read("\n".join(rows))
    assert_content(table, tool="MetaboScape", ions=False, own_rt=True)


def test_a_table_without_names_is_refused() -> None:
    text = feature_table().replace("GM3 ", "").replace("GM1 ", "")
    for f in FEATURES:
        text = text.replace(f'"{f.chains};O2"', "")
    with pytest.raises(ValidationError, match="feature list of MetaboScape has no lipid names"):
        read(text)
