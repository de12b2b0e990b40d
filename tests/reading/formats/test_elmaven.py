"""El-MAVEN: reports of groups, with and without cohorts, and of peaks."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, QC, SAMPLES, assert_content, read


def group_report(*, cohorts: bool = False, old: bool = False, separator: str = ",") -> str:
    """Text of a group report; MAVEN, its predecessor, has no adducts and formulas."""
    header = ["label", "metaGroupId", "groupId", "goodPeakCount", "medMz", "medRt", "maxQuality"]
    header += ["note"] if old else ["adductName", "isotopeLabel"]
    header += ["compound", "compoundId"] if old else ["compound", "compoundId", "formula"]
    header += ["expectedRtDiff", "ppmDiff", "parent"]
    rows: list[list[object]] = [[*header, *FILES]]
    if cohorts:
        rows.append([*[""] * len(header), "blank", "QC", "ctx", "ctx"])
    for f in FEATURES:
        row = ["g", 0, f.number, 3, f"{f.mz:.6f}", f"{f.rt:.3f}", 0.81]
        row += [""] if old else ["[M-H]-", "C12 PARENT"]
        row += [f"{f.head} {f.chains};O2", "HMDB1"] + ([] if old else ["C57H104N2O21"])
        areas = [f"{f.area(file):.2f}" for file in FILES]
        rows.append([*row, "NA", 0.4, f"{f.mz - 9:.6f}", *areas])
    return "\n".join(separator.join(map(str, row)) for row in rows)


@pytest.mark.parametrize("separator", [",", "\t"])
@pytest.mark.parametrize("cohorts", [False, True])
def test_a_group_report(separator: str, cohorts: bool) -> None:
    table = read(group_report(cohorts=cohorts, separator=separator))
    assert_content(table, tool="El-MAVEN")
    assert {s.name: s.kind for s in table.tables[0].left_out} == {"Blank_1": "blank", QC: "qc"}
    assert len(table) == len(SAMPLES) * len(FEATURES)


def test_cohorts_tell_types_that_names_do_not_show() -> None:
    table = read(group_report(cohorts=True).replace("Blank_1", "x_1").replace("QC_1", "x_2"))
    assert {s.name: s.kind for s in table.tables[0].left_out} == {"x_1": "blank", "x_2": "qc"}
    first = table.data["row"].min()
    assert first == 3  # as a spreadsheet numbers it


def test_a_report_of_maven() -> None:
    assert_content(read(group_report(old=True)), tool="El-MAVEN", ions=False)


def test_a_peak_report() -> None:
    header = "groupId,compound,compoundId,formula,sample,adductName,isotopeLabel,peakMz,mzmin,mzmax"
    header += ",rt,rtmin,rtmax,quality,peakIntensity,peakArea,peakSplineArea,peakAreaTop"
    header += ",peakAreaCorrected,peakAreaTopCorrected,noNoiseObs,signalBaseLineRatio"
    rows = [header + ",fromBlankSample"]
    for f in FEATURES:
        for file in FILES:
            cells = [f.number, f"{f.head} {f.chains};O2", "HMDB1", "C57", file, "[M-H]-", ""]
            cells += [f.mz, f.mz, f.mz, f.rt_in(file), f.rt, f.rt, 0.8, 7.1, f.area(file)]
            rows.append(",".join(map(str, [*cells, 1.1, 2.2, 3.3, 4.4, 12, 80, 0])))
    assert_content(read("\n".join(rows)), tool="El-MAVEN", own_rt=True)
