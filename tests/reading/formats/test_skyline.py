"""Skyline: reports of transitions and precursors, long and pivoted, old and new headings."""

from __future__ import annotations

from itertools import product

import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import (
    FEATURES,
    FILES,
    KINDS,
    SAMPLES,
    Feature,
    assert_content,
    by_sample,
    read,
)
from reading.formats.mutated import assert_survives

#: Product m/z of the two transitions of each precursor, and the share of the area that each has.
PRODUCTS = ((290.1, 1.0), (87.0, 0.2))


def quoted(cells: list[object]) -> str:
    return ",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in cells)


def molecule(feature: Feature) -> str:
    return f"{feature.head} {feature.chains};O2"


def transitions(products: tuple[tuple[float, float], ...] = PRODUCTS) -> str:
    """Molecule Transition Results: the smaller transition comes first."""
    header = ["Molecule Name", "Molecule List Name", "Replicate Name", "Precursor Mz"]
    header += ["Precursor Name", "Precursor Adduct", "Precursor Charge", "Fragment Ion"]
    header += ["Product Mz", "Product Adduct", "Product Charge", "Retention Time", "Area"]
    header += ["Background", "Peak Rank"]
    lines = [",".join(header)]
    for f, (mz, share), file in product(FEATURES, reversed(products), FILES):
        row = [molecule(f), f.head, file, f.mz, f"{f.number}", "[M-H]", -1, f"Ion [{mz}/{mz}]"]
        row += [mz, "[M-]", -1, f.rt_in(file), round(f.area(file) * share, 1), 700, 1]
        lines.append(quoted(row))
    return "\r\n".join(lines)


def peptides() -> str:
    """Report of a document of peptides, one transition, without a column of ions."""
    lines = ["Peptide,Protein,Replicate,Sample Type,Precursor Mz,Precursor Charge,Product Mz,"
             "Product Charge,Fragment Ion,Retention Time,Area,Background,Peak Rank"]  # fmt: skip
    for f, (file, kind) in product(FEATURES, zip(FILES, KINDS, strict=True)):
        kind = {"Sample": "Unknown", "QC": "Quality Control"}.get(kind, kind)
        rest = [f.mz, -1, 290.1, -1, "Ion [290.1/290.1]", f.rt_in(file), f.area(file), "#N/A", 1]
        lines.append(quoted([molecule(f), f.head, file, kind, *rest]))
    return "\n".join(lines)


def precursors(separator: str = ",") -> str:
    """Precursor results of the Document Grid with invariant headings."""
    header = ["MoleculeList", "Molecule", "PrecursorMz", "PrecursorAdduct", "ReplicateName"]
    header += ["BestRetentionTime", "TotalArea", "NormalizedArea", "LibraryDotProduct"]
    lines = [separator.join(header)]
    for f, file in product(FEATURES, FILES):
        row = [f.head, molecule(f), f.mz, "[M-H]", file, f.rt_in(file), f.area(file), 0.5, "#N/A"]
        lines.append(separator.join(map(str, row)))
    return "\n".join(lines)


def pivoted(products: tuple[tuple[float, float], ...] = PRODUCTS[:1]) -> str:
    header = ["Molecule List Name", "Molecule Name", "Precursor Mz", "Precursor Adduct"]
    header += ["Product Mz", "Fragment Ion"]
    titles = ("Retention Time", "Area", "Background", "Peak Rank")
    header += [f"{file} {title}" for file in FILES for title in titles]
    lines = [",".join(header)]
    for f, (mz, share) in product(FEATURES, products):
        own = [(f.rt_in(x), round(f.area(x) * share, 1), 12, 1) for x in FILES]
        first = [f.head, molecule(f), f.mz, "[M-H]", mz, f"Ion [{mz}]"]
        lines.append(quoted([*first, *(cell for cells in own for cell in cells)]))
    return "\n".join(lines)


def test_of_two_transitions_the_larger_is_read() -> None:
    table = read(transitions())
    assert_content(table, tool="Skyline", own_rt=True)
    assert len(table.data) == len(FEATURES) * len(FILES)
    problem = table.problems[table.problems["code"] == "transitions-left-out"]
    assert problem["message"].iloc[0].count("56 rows") == 1


def test_rows_keep_the_lines_of_the_file() -> None:
    lines = transitions().splitlines()
    data = read(transitions()).data
    for name, row in zip(data["name"], data["row"], strict=True):
        assert lines[row - 1].startswith(name)


def test_the_first_isotope_peak_is_read_though_another_is_larger() -> None:
    text = transitions(((290.1, 1.0), (87.0, 1.3)))
    text = text.replace("Ion [290.1/290.1]", "precursor").replace(
        "Ion [87.0/87.0]", "precursor [M+1]"
    )
    assert_content(read(text), tool="Skyline", own_rt=True)


def test_headings_of_peptides() -> None:
    table = read(peptides())
    assert_content(table, tool="Skyline", own_rt=True, ions=False)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_precursors_with_invariant_headings(separator: str) -> None:
    assert_content(read(precursors(separator)), tool="Skyline", own_rt=True)


@pytest.mark.parametrize("products", [PRODUCTS[:1], PRODUCTS])
def test_a_report_pivoted_by_replicate(products: tuple[tuple[float, float], ...]) -> None:
    table = read(pivoted(products))
    assert_content(table, tool="Skyline", own_rt=True)
    assert [s.name for s in table.tables[0].left_out] == ["Blank_1"]


def test_a_pivoted_report_written_by_r() -> None:
    lines = pivoted().splitlines()
    header = lines[0].replace(" ", ".")
    text = "\n".join(['"",' + header, *(f'"{i}",{line}' for i, line in enumerate(lines[1:], 1))])
    assert_content(read(text), tool="Skyline", own_rt=True)


def test_columns_that_the_user_reordered_and_renamed_are_read_still() -> None:
    lines = [line.split(",")[::-1] for line in precursors().splitlines()]
    lines[0][lines[0].index("Molecule")] = "Lipid name"
    assert_content(read("\n".join(",".join(line) for line in lines)), own_rt=True)


def test_transitions_of_another_tool_are_all_kept() -> None:
    text = "feature_name,sample,precursor_mz,product_mz,rt,area\n"
    text += "GM3 34:1;O2,S_1,1151.7,290.1,7.5,100\nGM3 36:1;O2,S_1,1151.7,87,8.9,5\n"
    assert len(read(text).data) == 2


@examples(40)
@given(
    st.sampled_from(
        (
            transitions(),
            pivoted(PRODUCTS),
        )
    ),
    st.integers(0, 100_000),
)
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)


def test_a_pivot_of_sums_with_means_beside_them() -> None:
    header = "Molecule List,Molecule,Mean Best Retention Time,Stdev Best Retention Time,"
    header += "Cv Best Retention Time,Mean Total Area,Stdev Total Area,Cv Total Area,"
    header += "Precursor Mz,Precursor Adduct," + ",".join(f"{s}- Sum Total Area" for s in SAMPLES)
    lines = [header]
    for f in FEATURES:
        areas = [f"{f.area(sample):.1f}" for sample in SAMPLES]
        lines.append(
            f"GM,{f.name},{f.rt},0.01,0%,{areas[0]},9.5,1%,{f.mz},[M-H]-,{','.join(areas)}"
        )
    table = read("\n".join(lines))
    assert_content(table, tool="Skyline")
    assert table.data["sample"].unique().tolist() == list(SAMPLES)


def test_headings_of_its_own_name_no_replicate() -> None:
    """`Explicit Retention Time` looks like a pivoted heading, and there is no replicate."""
    file = SAMPLES[0]
    header = ["Molecule List Name", "Molecule Name", "Precursor Mz", "Precursor Adduct"]
    header += ["Retention Time", "Area", "Explicit Retention Time", "Library Retention Time"]
    lines = [",".join(header)]
    for f in FEATURES:
        row = [f.head, molecule(f), f.mz, "[M-H]", f.rt, f.area(file), f.rt + 0.4, f.rt - 0.4]
        lines.append(quoted(row))
    table = read("\n".join(lines))
    assert_content(table, tool="Skyline", samples=("",))
    assert table.data["sample"].isna().all()


def test_a_list_of_transitions_has_explicit_times() -> None:
    lines = ["Molecule List Name,Precursor Name,Explicit Retention Time,Precursor Adduct,"
             "Precursor Charge,Explicit Retention Time Window"]  # fmt: skip
    lines += [quoted([f.head, molecule(f), f.rt, "[M-H]", -1, 0.5]) for f in FEATURES]
    table = read("\n".join(lines))
    assert table.data["rt"].tolist() == [f.rt for f in FEATURES]
    assert table.data["volume"].isna().all()


def test_peaks_that_were_not_found_are_told_as_such() -> None:
    header = "Molecule,Precursor Adduct,Precursor Mz,Replicate Name,Retention Time,Total Area"
    lines = [header]
    for f, file in product(FEATURES, SAMPLES):
        found = file == SAMPLES[0] or f.head == "GM3"
        measured = [f.rt, f.area(file)] if found else ["#N/A", "#N/A"]
        lines.append(quoted([molecule(f), "[M-H]", f.mz, file, *measured]))
    table = read("\n".join(lines))
    assert "rt-missing" not in set(table.problems["code"])
    absent = table.data["fault"].eq("No peak was found in this sample.")
    assert absent.sum() == 7
    assert table.data.loc[absent, "sample"].unique().tolist() == [SAMPLES[1]]
