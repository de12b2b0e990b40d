"""LabSolutions: ASCII files of one run and of several."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import FEATURES, FILES, SAMPLES, assert_content, by_sample, read
from reading.formats.mutated import assert_survives

import ganglioside as gg

HEADER = (
    "ID#\tName\tType\tISTD Group#\tm/z\tRet. Time\tStart Time\tEnd Time\tArea\tHeight\tConc.\tS/N"
)


def header(file: str) -> list[str]:
    """First sections of a file, which say of which run it is."""
    lines = ["[Header]", "Application Name\tLabSolutions", f"Data File Name\tC:\\Data\\{file}.lcd"]
    lines += ["Output Date\t2026/11/30", "", "[Sample Information]", f"Sample Name\t{file}", ""]
    return lines


def results(*files: str, transitions: bool = True) -> str:
    """Quantitative results of several runs, one after another."""
    lines: list[str] = []
    for file in files or FILES:
        lines += [*header(file), "[MS Quantitative Results]", f"# of IDs\t{len(FEATURES)}", HEADER]
        for f in FEATURES:
            mz = f"{f.mz}>290.10" if transitions else f.mz
            row = [
                f.number + 1,
                f.name,
                "Target",
                1,
                mz,
                f.rt_in(file),
                1,
                2,
                f.area(file),
                9,
                0,
                5,
            ]
            lines.append("\t".join(map(str, row)))
        lines += ["", "[MS Chromatogram]", "R.Time (min)\tIntensity", "0.01\t5", "0.02\t6", ""]
    return "\r\n".join(lines)


def peaks(file: str = SAMPLES[0]) -> str:
    """Table of peaks of one run, of which one has no name."""
    lines = [*header(file), "[Peak Table(Ch1)]", f"# of Peaks\t{len(FEATURES) + 1}"]
    lines += [
        "Peak#\tR.Time\tI.Time\tF.Time\tArea\tHeight\tMark\tID#\tName",
        "1\t1\t1\t1\t5\t1\t\t\t",
    ]
    for f in FEATURES:
        row = [f.number + 2, f.rt_in(file), 1, 2, f.area(file), 9, "M", f.number, f.name]
        lines.append("\t".join(map(str, row)))
    return "\n".join(lines)


@pytest.mark.parametrize("transitions", [True, False])
def test_runs_one_after_another(*, transitions: bool) -> None:
    table = read(results(transitions=transitions))
    runs = tuple(f"{file}.lcd" for file in SAMPLES)
    assert {*runs} <= {*table.data["sample"]}
    table.data["sample"] = table.data["sample"].str.removesuffix(".lcd")
    assert_content(table, tool="LabSolutions", own_rt=True, ions=False)
    assert len(table.data) == len(FEATURES) * len(FILES)
    # The points of chromatograms, of which there are thousands, are no features.
    assert "lines-left-out" not in set(table.problems["code"])


def test_a_table_of_peaks_of_one_run() -> None:
    table = read(peaks())
    assert table.data["sample"].unique().tolist() == [f"{SAMPLES[0]}.lcd"]
    assert table.data["rt"].dropna().tolist()[-len(FEATURES) :] == [
        f.rt_in(SAMPLES[0]) for f in FEATURES
    ]
    assert table.data["volume"].tolist()[1:] == [f.area(SAMPLES[0]) for f in FEATURES]


def test_results_are_preferred_to_peaks_which_are_counted() -> None:
    _, mark, table_of_peaks = peaks().partition("[Peak Table")
    table = read(results(SAMPLES[0]).partition("[MS Chromatogram]")[0] + mark + table_of_peaks)
    assert len(table.data) == len(FEATURES)
    assert left_out(table) == len(FEATURES) + 1


def left_out(table: gg.FeatureTable) -> int:
    """Number of records that a note says were left out."""
    return int(table.problems.set_index("code").loc["lines-left-out", "value"].split()[0])


def test_rows_below_a_title_that_cannot_be_read_are_counted() -> None:
    first, second, *_ = FILES
    whole = results(first, second)
    at = whole.rindex("[MS Quant")
    for damaged in ("[MX Quant", "MS Quant", ""):
        table = read(whole[:at] + damaged + whole[at + len("[MS Quant") :])
        assert len(table.data) == len(FEATURES)
        assert left_out(table) == len(FEATURES)


def test_rows_below_a_header_that_cannot_be_read_are_counted() -> None:
    first, second, *_ = FILES
    whole = results(first, second)
    lines = whole.splitlines()
    at = len(lines) - 1 - lines[::-1].index(HEADER)
    lines[at : at + 2] = [lines[at + 1]]
    table = read("\n".join(lines))
    assert len(table.data) == len(FEATURES)
    assert left_out(table) == len(FEATURES)


def test_compounds_that_were_not_identified() -> None:
    lines = results(*SAMPLES).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("1\t"))
    cells = lines[first].split("\t")
    lines[first] = "\t".join([*cells[:5], "-----", "-----", "-----", "Not Identified", *cells[9:]])
    table = read("\n".join(lines))
    assert "rt-missing" not in set(table.problems["code"])
    assert table.data["fault"].iloc[0] == "No peak was found in this sample."
    assert by_sample(table)  # the others are read


def test_rows_keep_the_lines_of_the_file() -> None:
    lines = results().splitlines()
    data = read(results()).data
    for name, row in zip(data["name"], data["row"], strict=True):
        assert lines[row - 1].split("\t")[1] == name


@examples(40)
@given(st.sampled_from([results(), results(transitions=False), peaks()]), st.integers(0, 100_000))
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)
