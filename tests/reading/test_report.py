"""The reading report."""

from __future__ import annotations

import pandas as pd

import ganglioside as gg
from ganglioside.reading.report import faults_of

WIDE = (
    "File type,,,Blank,Sample,Sample\nName,Mean RT,m/z,B1,S1,S2\n"
    "GM1(36:1;O2),9.9,1544.87,1000,2000,3000\nPC 34:1,5.5,760.6,1,2000,1\nUnknown,5,700,1,2000,2\n"
)


def test_the_report_says_what_was_taken_and_what_was_not() -> None:
    lines = gg.read_features(WIDE.encode(), name="mine.csv").report.lines()
    text = "\n".join(lines)
    assert lines[0] == "mine.csv: 6 features, 2 of them with a name and RT that can be judged"
    assert "header in line 2, 3 rows" in text
    assert 'RT           "Mean RT"' in text
    assert 'Volume       one column a sample, "S1" first' in text
    assert "Left out     B1 (blank)" in text
    assert "Samples      2: S1 (sample), S2 (sample)" in text
    assert "other lipids: 1 (PC 1)" in text


def test_the_unit_that_was_named_counts_and_is_told() -> None:
    content = b"Name,RT\nGM1(36:1;O2),594\n"
    told = [str(gg.read_features(content, unit=unit).report) for unit in (None, "s", "min")]
    assert ['"RT", in s' in text for text in told] == [False, True, False]
    assert '"RT", in min' in told[2]
    assert '"RT (min)", in s' in str(
        gg.read_features(content.replace(b"RT", b"RT (min)"), unit="s").report
    )


def test_equal_faults_are_told_once_with_their_number_and_first_rows() -> None:
    rows = "".join(f"GX9(36:1;O2),{i}\n" for i in range(1, 9))
    table = gg.read_features(("Name,RT\nGM1(36:1;O2),9.9\n" + rows).encode())
    (fault,) = [fault for fault in table.report.faults if fault.severity == "error"]
    assert (fault.count, fault.rows) == (8, (3, 4, 5, 6, 7))
    assert fault.places == "8 rows: 3, 4, 5, 6, 7, ..."
    assert sum("GX9" in line for line in table.report.lines()) == 1


def test_a_shell_reads_of_its_own_options() -> None:
    table = gg.read_features(b"Species,Mine,RT\n[M-H]-,GM3(34:1;O2),7.5\n[M-H]-,GM1(36:1;O2),8\n")
    assert any(fault.severity == "info" for fault in faults_of(table.problems))
    report = table.report
    assert "columns={" not in "\n".join(report.lines("shell"))


def test_the_report_shows_itself_and_escapes_what_comes_from_a_file() -> None:
    report = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.9\n", name="<b>.csv").report
    assert "&lt;b&gt;.csv" in report._repr_html_()
    assert str(report) == "\n".join(report.lines())


def test_no_problems_give_no_faults() -> None:
    assert list(faults_of(pd.DataFrame(columns=["severity", "code", "column"]))) == []
