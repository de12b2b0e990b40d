"""Internal standards that a column of the table names."""

from __future__ import annotations

import pytest

import ganglioside as gg


def rows_judged(header: str, *marks: str) -> list[bool]:
    lines = [f"Name,RT,Area,{header}"]
    lines += [f"GM3({34 + i}:1;O2),{7.5 + i},{1000 + i},{mark}" for i, mark in enumerate(marks)]
    return gg.read_features("\n".join(lines).encode()).data["fault"].isna().tolist()


@pytest.mark.parametrize(
    ("header", "marks", "judged"),
    [
        ("Isotope Label Type", ("light", "heavy", "all 13C", ""), [True, False, False, True]),
        ("IsotopeLabelType", ("Light", "Heavy"), [True, False]),
        ("Standard Type", ("", "Surrogate Standard", "Normalization"), [True, False, False]),
        ("Component Type", ("Quantifiers", "Internal Standards"), [True, False]),
        ("is_istd", ("FALSE", "TRUE"), [True, False]),
        ("ISTD", ("", "x"), [True, False]),
        ("Internal standard", ("GM3(d18:1/18:0-d3)", "GM3-d3"), [True, True]),  # names of standards
        ("Type of lipid", ("heavy", "istd"), [True, True]),
    ],
)
def test_rows_of_standards_are_kept_and_not_judged(
    header: str, marks: tuple[str, ...], judged: list[bool]
) -> None:
    assert rows_judged(header, *marks) == judged


def test_heavy_precursors_of_skyline_do_not_stand_for_their_species() -> None:
    lines = ["Molecule,Isotope Label Type,Precursor Mz,Acquired,Best Retention Time,Total Area"]
    for run in ("a", "b"):
        for i, carbons in enumerate(range(34, 43, 2)):
            for shift, label in ((0.0, "light"), (3.0, "heavy")):
                name, mz = f"GM3 {carbons}:1;O2", 1151.7 + 28.03 * i + shift
                lines.append(f"{name},{label},{mz:.2f},{run},{7.5 + i},{1000 + i}")
    table = gg.read_features("\n".join(lines).encode())
    assert table.data["sample"].unique().tolist() == ["a", "b"]
    assert table.data["fault"].isna().tolist() == [True, False] * 10
    (said,) = [f for f in table.report.faults if "internal standard" in f.message]
    assert said.count == 10


def test_the_type_of_a_row_is_read_where_it_seems_that_of_a_sample() -> None:
    assert rows_judged("Type", "Target Compound", "Internal Standard") == [True, False]
