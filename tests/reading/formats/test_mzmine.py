"""mzmine: legacy and modular feature lists, tables for GNPS and for MetaboAnalyst."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, SAMPLES, Feature, assert_content, read

from ganglioside.errors import ValidationError


def _name(f: Feature) -> str:
    return f"{f.head} {f.chains};O2"


def legacy(*, quantity: str = "Peak area", word: str = "Peak", own: bool = True) -> str:
    """Text of mzmine 2, or of the legacy export of mzmine 3; each line ends with a separator."""
    header = ["row ID", "row m/z", "row retention time", "row identity (main ID)"]
    header += ["row identity (all IDs)", "row comment", "row number of detected peaks"]
    per_file = [f"{word} status", f"{word} RT", f"{word} RT start", f"{word} m/z", "Peak height"]
    per_file = [*per_file, quantity] if own else [quantity]
    header += [f"{file}.mzML {title}" for file in FILES for title in per_file]
    lines = [header]
    for f in FEATURES:
        row = [f.number, f.mz, f.rt, _name(f), f"{_name(f)};GlcCer 18:1", "", 4]
        for file in FILES:
            values = ["DETECTED", f.rt_in(file), f.rt_in(file) - 0.1, f.mz, 7.5, f.area(file)]
            row += values if own else values[-1:]
        lines.append(row)
    return "".join(",".join(map(str, line)) + ",\n" for line in lines)


def modular(
    *, annotation: str = "lipid_annotations", name: str = "lipid_annotations", area: bool = True
) -> str:
    """Text of mzmine 3 and 4."""
    header = ["id", "mz", "mz_range:min", "mz_range:max", "rt", "rt_range:min", "rt_range:max"]
    header += ["area", "height", "charge", "fragment_scans", "ion_identities:iin_id"]
    header += [f"{annotation}:{title}" for title in (name, "ion_adduct", "mz_diff_ppm", "rt")]
    per_file = ["feature_state", "mz", "mz_range:min", "rt", "rt_range:min", "fwhm"]
    per_file = [*per_file, "area", "height"] if area else [*per_file, "height"]
    header += [f"datafile:{file}.mzML:{title}" for file in FILES for title in per_file]
    lines = [header]
    for f in FEATURES:
        row = [f.number, f.mz, f.mz - 0.01, f.mz + 0.01, f.rt, f.rt - 0.1, f.rt + 0.1]
        row += ["9.9E9", "8.8E8", 1, 2, 4, _name(f), "[M-H]-", 0.4, f.rt + 1]
        for file in FILES:
            values = ["DETECTED", f.mz, f.mz - 0.01, f.rt_in(file), f.rt, 0.1]
            row += [*values, f"{f.area(file):.4E}".replace("E+0", "E")]
            row += ["1.1E3"] if area else []
        lines.append(row)
    return "\n".join(",".join(map(str, line)) for line in lines)


def metaboanalyst(version: int) -> str:
    """Text for MetaboAnalyst: files, groups, and rows with name, m/z and RT in one cell."""
    first = "Sample" if version == 2 else "Filename"
    groups = ("blank", "QC", "cortex", "cortex")
    lines = [f'"{first}"', "tissue"]
    lines = [",".join([lines[0], *FILES]), ",".join([lines[1], *groups])]
    for f in FEATURES:
        row = f"{f.number}/{f.mz}mz/{f.rt}min ({_name(f)})"
        if version > 2:
            row = f"{f.number}/{_name(f)}/{f.mz}mz/{f.rt}min"
        lines.append(",".join([f'"{row}"', *(str(f.area(file)) for file in FILES)]))
    lines.append(f'"99/505.2mz/3.3min",{",".join(["400.5"] * len(FILES))}')
    return "\n".join(lines)


@pytest.mark.parametrize("word", ["Peak", "Feature"])
def test_the_legacy_export_with_rt_of_each_file(word: str) -> None:
    table = read(legacy(word=word))
    assert_content(table, tool="mzmine", ions=False, own_rt=True)
    (found,) = table.tables
    assert {s.name: s.kind for s in found.left_out} == {"Blank_1.mzML": "blank"}


def test_quantities_for_gnps_with_names() -> None:
    table = read(legacy(own=False))
    assert_content(table, tool="mzmine", ions=False)
    assert {s.kind for s in table.tables[0].left_out} == {"blank", "qc"}


def test_heights_where_there_are_no_areas() -> None:
    assert_content(read(legacy(quantity="Peak height", own=False)), tool="mzmine", ions=False)
    assert_content(read(modular(area=False)), tool="mzmine", own_rt=True)


@pytest.mark.parametrize(
    ("annotation", "name"),
    [
        ("lipid_annotations", "lipid_annotations"),
        ("compound_db_identity", "compound_name"),
        ("spectral_db_matches", "compound_name"),
        ("preferred_annotation", "compound_name"),
    ],
)
def test_a_modular_export_with_each_kind_of_annotation(annotation: str, name: str) -> None:
    text = modular(annotation=annotation, name=name)
    ion = {"compound_db_identity": "adduct", "preferred_annotation": "adduct"}.get(annotation)
    text = text.replace("ion_adduct", ion) if ion else text
    assert_content(read(text), tool="mzmine", own_rt=True)


def test_the_annotation_whose_cells_are_lipids_is_the_name() -> None:
    lines = [line.split(",") for line in modular().splitlines()]
    at = lines[0].index("lipid_annotations:lipid_annotations")
    lines[0][at] = "spectral_db_matches:compound_name"
    lines[0].insert(1, "lipid_annotations:lipid_annotations")
    for line in lines[1:]:
        line.insert(1, "")
    assert_content(read("\n".join(map(",".join, lines))), tool="mzmine", own_rt=True)


def test_a_file_named_like_a_quantity_stays_a_sample() -> None:
    table = read(modular().replace("S_1.mzML", "Liver_time_1.mzML"))
    assert [s.name for s in table.tables[0].samples] == [
        "QC_1.mzML",
        "Liver_time_1.mzML",
        "S_2.mzML",
    ]


@pytest.mark.parametrize("version", [2, 3])
def test_a_table_for_metaboanalyst(version: int) -> None:
    table = read(metaboanalyst(version))
    assert_content(table, tool="mzmine", ions=False)
    unnamed = table.data[table.data["name"].isna()]
    assert len(unnamed) == len(SAMPLES)
    assert unnamed["fault"].notna().all()
    assert {s.kind for s in table.tables[0].left_out} == {"blank", "qc"}


def test_groups_of_a_table_for_metaboanalyst_tell_types() -> None:
    table = read(metaboanalyst(3).replace("Blank_1", "x_1").replace("QC_1", "x_2"))
    assert {s.name: s.kind for s in table.tables[0].left_out} == {"x_1": "blank", "x_2": "qc"}


@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_a_list_without_names_is_refused(separator: str) -> None:
    lines = [line.split(",") for line in legacy(own=False).splitlines()]
    kept = [[*line[:3], *line[7:]] for line in lines]
    with pytest.raises(ValidationError, match="feature list of mzmine has no lipid names"):
        read("\n".join(map(separator.join, kept)))


def test_the_row_of_groups_may_be_shorter_than_that_of_files() -> None:
    lines = metaboanalyst(3).splitlines()
    lines[1] = lines[1].rpartition(",")[0]
    assert_content(read("\n".join(lines)), tool="mzmine", ions=False)


def test_files_with_nothing_but_an_mz_are_no_samples() -> None:
    lines = modular().splitlines()
    kept = [i for i, title in enumerate(lines[0].split(",")) if "datafile:" not in title]
    mz = lines[0].split(",").index(f"datafile:{FILES[0]}.mzML:mz")
    text = "\n".join(",".join(line.split(",")[i] for i in [*kept, mz]) for line in lines)
    table = read(text)
    assert len(table) == len(FEATURES)
    assert table.data["sample"].isna().all()
    assert (table.data["volume"] == 9.9e9).all()


def test_a_list_that_lipidmatch_annotated() -> None:
    """Its ranked names stand behind the columns of mzmine, beside the class of the first."""
    text = (
        '"row ID","row m/z","row retention time","a.mzXML Peak height","b.mzXML Peak height",NA,'
        '"ID_Ranked","Intensity_Ranked","Class_At_Max_Intensity","Adduct_At_Max_Intensity"\n'
        '1,666.6,10.37,47550,51000,,"1_Cer-NS(d18:1/22:0)+HCO2","48617.06","Cer-NS","[M+HCO2]-"\n'
        '2,692.6,10.33,55636,53950,,"1_Cer-NS(d18:2/24:0)+HCO2 | 1_Cer-NS(d18:1/24:1)+HCO2",'
        '"55636.49 | 53950.11","Cer-NS","[M+HCO2]-"\n'
        '3,225.8,6.59,10195,9000,,"5_NoID",,,\n'
    )
    table = read(text)
    first = table.data[table.data["sample"] == "a.mzXML"]
    assert first["name"].tolist()[::2] == ["1_Cer-NS(d18:1/22:0)+HCO2", "5_NoID"]
    assert first["adduct"].tolist()[:2] == ["[M+HCO2]-"] * 2
    assert first["volume"].tolist() == [47550.0, 55636.0, 10195.0]
    assert set(table.problems["code"]) >= {"unannotated"}
    assert not set(table.problems["code"]) & {"no-ceramide", "unknown-head", "name-by-content"}
