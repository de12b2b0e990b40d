"""MassHunter: batch tables with compounds across, and with samples across."""

from __future__ import annotations

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from paths import SHARED_DATA
from reading.formats.content import FEATURES, FILES, KINDS, Feature, assert_content, by_sample, read
from reading.formats.mutated import assert_survives

import ganglioside as gg
from ganglioside.errors import GangliosideError


def compound(feature: Feature) -> str:
    return f"{feature.head} {feature.chains};O2"


def line(cells: list[object]) -> str:
    return ",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in cells)


def compounds_across(
    *, qualifiers: bool = True, sample: str = "Sample", comma: bool = False
) -> str:
    """Batch table: settings of the method before the results, qualifiers after them."""
    titles = ["", "", "Name", "Data File", "Type", "Level", "Acq. Date-Time"]
    groups = [sample, *[""] * 6]
    for f in FEATURES:
        groups += [f"{compound(f)} Method", "", "", f"{compound(f)} Results", "", ""]
        titles += ["Type", "Product Ion", "Precursor Ion", "RT", "Area", "FWHM"]
        if qualifiers:
            groups += [
                "Qualifier (1151.7 -> 87.0) Method",
                "Qualifier (1151.7 -> 87.0) Results",
                "",
            ]
            titles += ["Product Ion", "RT", "Area"]
    rows = [line(groups), line(titles)]
    for number, (file, kind) in enumerate(zip(FILES, KINDS, strict=True)):
        row: list[object] = [
            "!",
            "",
            f"name {number // 2}",
            f"{file}.d",
            kind,
            "",
            "1/2/2024 10:00",
        ]
        for f in FEATURES:
            values: list[object] = ["Target", 290.1, f.mz, f.rt_in(file), f.area(file), 0.08]
            values += [87.0, 3.3, 7.0] if qualifiers else []
            row += [str(v).replace(".", ",") if comma else v for v in values]
        rows.append(line(row))
    return "\r\n".join(rows)


def samples_across(*, files: bool = True, qualifiers: bool = True) -> str:
    """Compound table: the same name of a sample may head two data files."""
    own = ["Acq. Date-Time", "Data File", "Type", "RT", "Area"] if files else ["RT", "Area", "FWHM"]
    label = "same name" if files else ""
    groups, titles = ["Compound Method", "", ""], ["Name", "Transition", "Precursor Ion"]
    for file in FILES:
        groups += [label or file, *[""] * (len(own) - 1)]
        titles += own
        groups += ["Qualifier 1 Method", "Qualifier 1 Results"] if qualifiers else []
        titles += ["Transition", "Area"] if qualifiers else []
    rows = [line(groups), line(titles)]
    for f in FEATURES:
        row: list[object] = [compound(f), f"{f.mz} -> 290.1", f.mz]
        for file, kind in zip(FILES, KINDS, strict=True):
            result = [f.rt_in(file), f.area(file)]
            row += ["1/2/2024", f"{file}.d", kind, *result] if files else [*result, 0.08]
            row += [f"{f.mz} -> 87.0", 5] if qualifiers else []
        rows.append(line(row))
    return "\n".join(rows)


@pytest.mark.parametrize("qualifiers", [True, False])
@pytest.mark.parametrize("sample", ["Sample", ""])
def test_compounds_across(*, qualifiers: bool, sample: str) -> None:
    table = read(compounds_across(qualifiers=qualifiers, sample=sample))
    assert_content(table, tool="MassHunter", own_rt=True, ions=False)
    assert len(table.data) == len(FEATURES) * len(FILES)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


def test_a_title_line_and_decimal_commas() -> None:
    text = "Batch of 2024\r\n" + compounds_across(comma=True)
    assert_content(read(text), tool="MassHunter", own_rt=True, ions=False)


def test_rows_keep_the_line_of_their_data_file() -> None:
    data = read(compounds_across()).data
    assert dict(zip(data["sample"], data["row"], strict=True)) == {
        "Blank_1.d": 3, "QC_1.d": 4, "S_1.d": 5, "S_2.d": 6,
    }  # fmt: skip


def test_a_compound_that_is_listed_twice_is_not_lost() -> None:
    text = compounds_across(qualifiers=False).replace(compound(FEATURES[1]), compound(FEATURES[0]))
    assert len(read(text).data) == len(FEATURES) * len(FILES)


@pytest.mark.parametrize("files", [True, False])
@pytest.mark.parametrize("qualifiers", [True, False])
def test_samples_across(*, files: bool, qualifiers: bool) -> None:
    table = read(samples_across(files=files, qualifiers=qualifiers))
    assert_content(table, tool="MassHunter", own_rt=True, ions=False)
    assert len(table.data) == len(FEATURES) * len(FILES)


def test_two_results_of_one_name_are_two_compounds() -> None:
    text = (
        "Sample,GM3 34:1 Results,,GM3 34:1 Results,\nData File,RT,Area,RT,Area\na.d,7.5,9,8.5,8\n"
    )
    assert read(text).data["rt"].tolist() == [7.5, 8.5]


def test_the_name_of_a_compound_may_span_two_lines() -> None:
    text = 'Sample,"GM3 34:1\n Method","GM3 34:1\n Results",\nData File,Precursor Ion,RT,Area\n'
    data = read(f"{text}a.d,1151.7,7.5,9\n").data
    assert data[["name", "rt", "mz"]].to_numpy().tolist() == [["GM3 34:1", 7.5, 1151.7]]


def test_areas_alone_are_refused_for_want_of_rt() -> None:
    with pytest.raises(GangliosideError, match="RT"):
        read("Sample,,GM3 34:1 Results,GM3 36:1 Results\n,Data File,Area,Area\n,a.d,5,6\n")


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the real tables are not beside the project")
def test_a_real_batch_table() -> None:
    table = gg.read_features(SHARED_DATA / "real" / "masshunter_wide.csv")
    assert len(table.data) == 1230
    assert table.data["sample"].nunique() == 41
    assert table.data["rt"].notna().mean() > 0.9
    assert table.tables[0].tool == "MassHunter"


@examples(40)
@given(
    st.sampled_from(
        (
            compounds_across(),
            samples_across(),
        )
    ),
    st.integers(0, 100_000),
)
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)


@pytest.mark.parametrize("first", ["Method", "Results"])
def test_the_retention_time_of_a_method_is_none_of_a_peak(first: str) -> None:
    """A method may show the RT that it expects, before its results or behind them."""
    methods = [f"{compound(f)} Method" for f in FEATURES]
    results = [f"{compound(f)} Results" for f in FEATURES]
    pairs = zip(methods, results, strict=True)
    groups = [
        "Sample",
        "",
        *(g for m, r in pairs for g in ([m, r, ""] if first == "Method" else [r, "", m])),
    ]
    titles = ["RT", "RT", "Area"] if first == "Method" else ["RT", "Area", "RT"]
    rows = [line(groups), line(["Data File", "Type", *titles * len(FEATURES)])]
    for file, kind in zip(FILES, KINDS, strict=True):
        row: list[object] = [f"{file}.d", kind]
        for f in FEATURES:
            own: list[object] = [f.rt_in(file), f.area(file)]
            row += [f.rt + 0.7, *own] if first == "Method" else [*own, f.rt + 0.7]
        rows.append(line(row))
    assert_content(read("\n".join(rows)), tool="MassHunter", mz=False, ions=False, own_rt=True)
