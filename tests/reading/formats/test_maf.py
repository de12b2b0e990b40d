"""MetaboLights: metabolite assignment files."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, by_sample, read

HEADER = [
    "database_identifier",
    "chemical_formula",
    "smiles",
    "inchi",
    "metabolite_identification",
    "mass_to_charge",
    "fragmentation",
    "modifications",
    "charge",
    "retention_time",
    "taxid",
    "species",
    "database",
    "database_version",
    "reliability",
    "uri",
    "search_engine",
    "search_engine_score",
    "smallmolecule_abundance_sub",
    "smallmolecule_abundance_stdev_sub",
    "smallmolecule_abundance_std_error_sub",
]


def maf(ion: str = "[M-H]-", *, seconds: bool = False, name: str = "{head} {chains};O2") -> str:
    """Every cell in quotes, the samples last."""
    rows: list[list[object]] = [[*HEADER, *FILES]]
    for f in FEATURES:
        rt = round(f.rt * 60, 2) if seconds else f.rt
        row = ["", "C1H1", "", "", name.format(head=f.head, chains=f.chains), f.mz, "", ion, -1, rt]
        row += ["9606", "Homo sapiens", "LIPID MAPS", "", "2", "", "", "", "", "", ""]
        rows.append([*row, *(f.area(file) for file in FILES)])
    return "\n".join("\t".join(f'"{cell}"' for cell in row) for row in rows)


@pytest.mark.parametrize("ion", ["[M-H]-", "M-H", "[(M-H)]-", "[M-H]1-"])
@pytest.mark.parametrize("seconds", [True, False])
def test_a_file_of_version_2(ion: str, *, seconds: bool) -> None:
    table = read(maf(ion, seconds=seconds))
    assert_content(table, tool="MetaboLights MAF")
    assert [s.name for s in table.tables[0].left_out] == ["Blank_1", "QC_1"]
    assert set(by_sample(table)) == {"S_1", "S_2"}


def test_the_organism_is_no_name_though_its_column_is_called_species() -> None:
    data = read(maf()).data
    assert not data["name"].eq("Homo sapiens").any()


def test_columns_in_another_order() -> None:
    rows = [line.split("\t") for line in maf().splitlines()]
    text = "\n".join("\t".join(row[::-1]) for row in rows)
    assert_content(read(text), tool="MetaboLights MAF")


def test_ions_below_another_title_are_no_sample() -> None:
    text = maf().replace('"modifications"', '"changes"').replace('"9606"', '"9606"\t"more"', 1)
    table = read(text)
    assert "changes" not in {s.name for s in table.tables[0].samples}
    assert table.header is not None
    assert table.header.label("adduct") == "changes"


def test_samples_of_one_name_stay_apart() -> None:
    samples = read(maf().replace('"S_2"', '"S_1"')).tables[0].samples
    assert [s.name for s in samples] == ["S_1", "S_1 (2)"]


def test_columns_beside_the_standard_ones_are_no_samples() -> None:
    """A repository adds comments, people add identifiers between the standard columns."""
    rows = [line.split("\t") for line in maf().splitlines()]
    rows[0] = ['"Comment[mztab:summary:sml_id]"', *rows[0][:-4], '"SwissLipids"', *rows[0][-4:]]
    for number, row in enumerate(rows[1:], 1):
        row[:] = [f'"{number}"', *row[:-4], f'"SLM:{number:09d}"', *row[-4:]]
    table = read("\n".join("\t".join(row) for row in rows))
    assert_content(table, tool="MetaboLights MAF")
    assert [s.name for s in table.tables[0].samples] == ["S_1", "S_2"]


def test_several_quantities_of_each_sample() -> None:
    """As kits of Biocrates give them: the area and RT are taken, ratios and standards are not."""
    what = ("arearatio", "istdarea", "analytepeakarea", "analyteretentiontime", "status")
    rows: list[list[object]] = [[*HEADER, *(f"{s}[{w}]" for s in ("S_1", "S_2") for w in what)]]
    for f in FEATURES:
        row = ["", "C1H1", "", "", f"{f.head} {f.chains};O2", f.mz, "", "[M-H]-", -1, ""]
        row += [""] * (len(HEADER) - len(row))
        for file in ("S_1", "S_2"):
            row += [0.5, 99_000, f.area(file), f.rt_in(file), "VALID"]
        rows.append(row)
    table = read("\n".join("\t".join(map(str, row)) for row in rows))
    assert_content(table, tool="MetaboLights MAF", own_rt=True)
