"""MassLynx TargetLynx: summary reports by compound and by sample."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import FEATURES, FILES, KINDS, assert_content, by_sample, read
from reading.formats.mutated import assert_survives

TYPES = {"Blank": "Blank", "QC": "QC", "Sample": "Analyte"}
ABOVE = ["Quantify {} Summary Report", "", "Printed Fri Nov 27 10:00:00 2026", ""]


def compounds(*, title: str = "Compound {}:  {}") -> str:
    lines = [ABOVE[0].format("Compound"), *ABOVE[1:]]
    for f in FEATURES:
        lines += [title.format(f.number + 1, f"{f.head}(d{f.chains})"), ""]
        lines += ["\tName\tSample Text\tType\tStd. Conc\tRT\tArea\tIS Area\tS/N\tVial\tHeight/Area"]
        for number, (file, kind) in enumerate(zip(FILES, KINDS, strict=True), 1):
            row = [
                number,
                file,
                "",
                TYPES[kind],
                "",
                f.rt_in(file),
                f.area(file),
                "",
                50,
                "1:A,1",
                9,
            ]
            lines.append("\t".join(map(str, row)))
        lines += [""]
    return "\r\n".join(lines)


def samples() -> str:
    lines = [ABOVE[0].format("Sample"), *ABOVE[1:]]
    for number, file in enumerate(FILES, 1):
        lines += [f"Sample {number}:  {file}", "", "#\tName\tTrace\tRT\tArea\tS/N"]
        for f in FEATURES:
            row = [f.number + 1, f"{f.head}(d{f.chains})", f.mz, f.rt_in(file), f.area(file), 12]
            lines.append("\t".join(map(str, row)))
        lines += [""]
    return "\n".join(lines)


@pytest.mark.parametrize("title", ["Compound {}:  {}", "Compound {}: {}"])
def test_a_report_by_compound(title: str) -> None:
    table = read(compounds(title=title))
    assert_content(table, tool="MassLynx", own_rt=True, mz=False, ions=False)
    assert len(table.data) == len(FEATURES) * len(FILES)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


def test_a_report_by_sample() -> None:
    assert_content(read(samples()), tool="MassLynx", own_rt=True, mz=False, ions=False)


def test_compounds_may_have_their_columns_in_different_orders() -> None:
    first, *others = compounds().split("Compound 2:")
    swapped = []
    for line in first.splitlines():
        cells = line.split("\t")
        swapped.append(
            "\t".join([*cells[:5], cells[6], cells[5], *cells[7:]]) if cells[6:] else line
        )
    text = "\n".join(swapped) + "\nCompound 2:" + "Compound 2:".join(others)
    assert_content(read(text), tool="MassLynx", own_rt=True, mz=False, ions=False)


def test_a_compound_without_peaks_is_no_reason_to_lose_the_others() -> None:
    text = compounds() + "Compound 15:  GM3(d44:1)\r\n\r\n"
    assert_content(read(text), tool="MassLynx", own_rt=True, mz=False, ions=False)


def test_rows_keep_the_lines_of_the_file() -> None:
    lines = compounds().splitlines()
    data = read(compounds()).data
    for file, row in zip(data["sample"], data["row"], strict=True):
        assert lines[row - 1].split("\t")[1] == file


@examples(40)
@given(
    st.sampled_from(
        (
            compounds(),
            samples(),
        )
    ),
    st.integers(0, 100_000),
)
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)


def test_sections_inside_quotes_that_match_by_chance_are_said_to_be_left_out() -> None:
    before, behind = samples().split("Sample 2:", 1)
    first, last = behind.split("\n", 2)[:2], behind.split("\n", 2)[2]
    table = read(before + "Sample 2:" + first[0] + '\n"\n' + first[1] + "\n" + last + '"\n')
    assert table.data["sample"].nunique() == 1
    assert "lines-left-out" in set(table.problems["code"])
