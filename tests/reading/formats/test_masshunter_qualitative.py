"""MassHunter Qualitative Analysis: peaks of integrated MRM chromatograms."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import FEATURES, FILES, assert_content, by_sample, read
from reading.formats.mutated import assert_survives

from ganglioside.errors import ValidationError

TITLE = "-ESI MRM Frag=166.0V CID@80.0 ({} -> 290.1) {} "
COLUMNS = "Peak ,Start,RT,End,Height,Area,Area %,Height %,Width,Base Peak,Label,Cpd,Type"


def peaks(*, with_path: bool = True, compounds: bool = True) -> str:
    """CSV: each chromatogram with title, header and peak; one was not integrated."""
    lines = []
    for file in FILES:
        path = f"D:\\MassHunter\\Data\\{file}.d ," if with_path else ""
        lines += [f"{path} -ESI TIC MRM Frag=166.0V (** -> **) {file}.d ,,", ""]
        lines += [f"{path}No integration results available,,", ""]
        for f in FEATURES:
            name = f"Cpd {f.number + 1}: {f.head} {f.chains};O2; {f.rt}: " if compounds else ""
            lines.append(f"{path}{name}{TITLE.format(f.mz, f'{file}.d')},,,")
            lines.append(path + COLUMNS)
            row = [1, f.rt - 0.1, f.rt_in(file), f.rt + 0.2, 999, f.area(file), 100, 100, 0.2]
            row += ["284.3", f"Cpd {f.number + 1}", f.number + 1, "x"]
            lines += [path + ",".join(map(str, row)), "," * 8]
    return "\r\n".join(lines)


@pytest.mark.parametrize("with_path", [True, False])
def test_the_peaks_of_all_chromatograms(*, with_path: bool) -> None:
    table = read(peaks(with_path=with_path))
    assert_content(table, tool="MassHunter Qualitative", ions=False, own_rt=True)
    kinds = dict(table.report.samples)
    assert kinds["Blank_1.d"] == "blank"
    assert kinds["QC_1.d"] == "qc"
    assert by_sample(table)["S_1"]["mz"].tolist() == [f.mz for f in FEATURES]


def test_lines_that_were_not_integrated_are_counted() -> None:
    left_out = read(peaks()).problems.set_index("code").loc["lines-left-out", "value"]
    assert left_out.startswith("4 (first: line 3")


def test_without_compounds_there_is_no_name() -> None:
    with pytest.raises(ValidationError, match="no lipid names"):
        read(peaks(compounds=False))


@given(st.integers(0, 10_000))
@examples(60)
def test_damaged_files_are_read_or_refused_with_words(seed: int) -> None:
    assert_survives(peaks(), seed)
