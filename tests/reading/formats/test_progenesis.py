"""Progenesis QI: compound measurements in three header rows, and identifications."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, SAMPLES, Feature, assert_content, read

from ganglioside.errors import ValidationError

CONDITIONS = ("Blank", "QC", "cortex", "")
BEFORE = (
    "Compound", "Neutral mass (Da)", "m/z", "Charge", "Retention time (min)",
    "Chromatographic peak width (min)", "Identifications", "Anova (p)", "Max Fold Change",
    "Isotope Distribution", "Maximum Abundance", "Minimum CV%",
)  # fmt: skip
BEHIND = (
    "Accepted Compound ID", "Accepted Description", "Adducts", "Formula", "Score",
    "Fragmentation Score", "Mass Error (ppm)", "Isotope Similarity", "Retention Time Error (mins)",
    "Compound Link",
)  # fmt: skip


def _before(f: Feature) -> list[object]:
    neutral = f.mz + 1.00728
    return [
        f"{f.rt:.2f}_{f.mz:.4f}m/z", neutral, f.mz, 1, f.rt, 0.1, 1, 0.02, 2.5,
        "100 - 79.2 - 33.1", 9e9, 4.2,
    ]  # fmt: skip


def _behind(f: Feature, ions: str) -> list[object]:
    name = f"{f.head}(d{f.chains})"
    return ["LMSP0601", name, ions, "C57H104N2O21", 52.1, 88.0, -0.6, 96.4, "", ""]


def measurements(
    *,
    blocks: tuple[str, ...] = ("Normalised abundance", "Raw abundance"),
    tags: int = 0,
    titles: bool = True,
    ions: str = "M-H",
) -> str:
    """Text of compound measurements; every cell is quoted."""
    n = len(FILES)
    margin = [""] * len(BEFORE)
    first, second = [*margin], [*margin]
    for block in blocks:
        first += [block, *[""] * (n - 1)]
        second += CONDITIONS
    rest = [""] * (tags + len(BEHIND))
    second_rest = ["Tags", *rest[1:]] if tags else rest
    rows: list[list[object]] = [[*first, *rest], [*second, *second_rest]] if titles else []
    rows.append([*BEFORE, *FILES * len(blocks), *(f"tag {i}" for i in range(tags)), *BEHIND])
    for f in FEATURES:
        factors = [1.0 if block.startswith("Raw") else 3.0 for block in blocks]
        areas = [f.area(file) * factor for factor in factors for file in FILES]
        rows.append([*_before(f), *areas, *["x"] * tags, *_behind(f, ions)])
    unnamed = [*_before(FEATURES[0]), *[55.0] * n * len(blocks), *rest]
    rows.append(["3.31_505.2m/z", "", 505.2, *unnamed[3:4], 3.31, *unnamed[5:]])
    return "\r\n".join(",".join(f'"{cell}"' if cell != "" else "" for cell in r) for r in rows)


@pytest.mark.parametrize("tags", [0, 1, 3])
def test_raw_abundances_are_read(tags: int) -> None:
    table = read(measurements(tags=tags))
    assert_content(table, tool="Progenesis QI")
    (found,) = table.tables
    assert [s.name for s in found.samples] == ["QC_1", *SAMPLES]
    assert found.samples[0].kind == "qc"
    assert [(s.name, s.kind) for s in found.left_out] == [("Blank_1", "blank")]


def test_a_condition_stands_once_above_its_runs() -> None:
    text = measurements().replace('"Blank","QC"', '"Blank",').replace("QC_1", "x_2")
    left_out = {s.name: s.kind for s in read(text).tables[0].left_out}
    assert left_out == {"Blank_1": "blank", "x_2": "blank"}


def test_raw_abundances_alone_or_first() -> None:
    assert_content(read(measurements(blocks=("Raw abundance",))), tool="Progenesis QI")
    blocks = ("Raw abundance", "Normalised abundance")
    assert_content(read(measurements(blocks=blocks)), tool="Progenesis QI")


def test_normalised_abundances_where_there_are_no_others() -> None:
    table = read(measurements(blocks=("Normalised abundance",)))
    assert_content(table, tool="Progenesis QI", areas=False)
    first = FEATURES[0]
    assert table.data["volume"].iloc[0] == pytest.approx(3 * first.area("QC_1"))


def test_without_title_rows_the_second_block_is_raw() -> None:
    table = read(measurements(titles=False))
    assert [s.name for s in table.tables[0].samples] == ["QC_1", *SAMPLES]
    assert_content(table, tool="Progenesis QI")


def test_of_several_ions_the_measured_one_is_taken() -> None:
    assert_content(read(measurements(ions="M-H, M+FA-H, M-2H")), tool="Progenesis QI")


def test_identifications_have_names_and_no_samples() -> None:
    header = ["Compound", "Compound ID", "Adducts", "Formula", "Score", "Fragmentation Score"]
    header += ["Mass Error (ppm)", "Isotope Similarity", "Link", "Description"]
    header += ["Neutral mass (Da)", "m/z", "Charge", "Retention time (min)"]
    rows = [",".join(header)]
    for f in FEATURES:
        row = [f"{f.rt}_{f.mz}m/z", "LMSP06", "M-H", "C57", 50.0, 80.0, 0.1, 90.0, ""]
        row += [f"{f.head}(d{f.chains})", f.mz + 1.00728, f.mz, 1, f.rt]
        rows.append(",".join(map(str, row)))
    table = read("\n".join(rows))
    assert_content(table, tool="Progenesis QI", samples=("",), areas=False)


def test_measurements_without_identifications_are_refused() -> None:
    rows = [line.split(",") for line in measurements().replace("100 - 79.2", "100").splitlines()]
    kept = [row[: -len(BEHIND)] for row in rows]
    with pytest.raises(ValidationError, match="feature list of Progenesis QI has no lipid names"):
        read("\n".join(map(",".join, kept)))
