"""mzTab-M: text and JSON of other tools, version 1.0, and what this program exports itself."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pandas as pd
import pytest
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import FEATURES, FILES, Feature, assert_content, by_sample, read
from reading.formats.mutated import assert_survives

import ganglioside as gg
from ganglioside.errors import ReadError
from ganglioside.exporting import to_mztab

ASSAYS = range(1, len(FILES) + 1)


def metadata(*, names: bool = True, variables: bool = True) -> list[str]:
    lines = ["mzTab-version\t2.0.0-M", "mzTab-ID\tdemo"]
    for n, file in zip(ASSAYS, FILES, strict=True):
        lines += [f"ms_run[{n}]-location\tfile:///data/{file}.mzML"]
        lines += [f"assay[{n}]\t{file if names else 'null'}", f"assay[{n}]-ms_run_ref\tms_run[{n}]"]
    if variables:
        lines += ["study_variable[1]\tQC", "study_variable[1]-assay_refs\tassay[2]"]
        lines += ["study_variable[2]\tliver", "study_variable[2]-assay_refs\tassay[3] | assay[4]"]
    return [f"MTD\t{line}" for line in lines]


def name(feature: Feature) -> str:
    return f"{feature.head} {feature.chains};O2"


def text(*, ion: str = "[M-H]1-", named: str = "SML", comment: bool = True, **about: bool) -> str:
    """Columns of assays and study variables; one small molecule has two features."""
    abundances = [f"abundance_assay[{n}]" for n in ASSAYS]
    means = ["abundance_study_variable[1]", "abundance_variation_study_variable[1]"]
    lines = ["COM\tmade by a test"] if comment else []
    lines += [*metadata(**about), ""]
    lines += ["\t".join(["SMH", "SML_ID", "SMF_ID_REFS", "chemical_name", "adduct_ions",
                         "reliability", *abundances, *means])]  # fmt: skip
    for f in FEATURES:
        shown = name(f) if named == "SML" else "null"
        row = ["SML", f.number, f"{f.number}", shown, ion, 2, *[1.0] * len(FILES), 5, "null"]
        lines.append("\t".join(map(str, row)))
    lines += ["", "\t".join(["SFH", "SMF_ID", "SME_ID_REFS", "SME_ID_REF_ambiguity_code",
                             "adduct_ion", "isotopomer", "exp_mass_to_charge", "charge",
                             "retention_time_in_seconds", *abundances])]  # fmt: skip
    for f in FEATURES:
        row = ["SMF", f.number, f"{f.number} | {f.number + 50}", "null", ion, "null", f.mz, -1]
        row += [round(f.rt * 60, 4), *(f.area(file) for file in FILES)]
        lines.append("\t".join(map(str, row)))
    lines += ["", "SEH\tSME_ID\tevidence_input_id\tchemical_name\trank"]
    for f in FEATURES:
        lines += [f"SME\t{f.number}\t1\tGM2 99:9\t2", f"SME\t{f.number + 50}\t1\t{name(f)}\t1"]
    return "\n".join([*lines, ""])


@pytest.mark.parametrize("ion", ["[M-H]1-", "[M-H]-"])
@pytest.mark.parametrize("comment", [True, False])
def test_names_of_molecules_and_abundances_of_assays(ion: str, *, comment: bool) -> None:
    table = read(text(ion=ion, comment=comment))
    assert_content(table, tool="mzTab-M")
    left_out = [(s.name, s.kind) for s in table.tables[0].left_out]
    assert left_out == [("Blank_1", "blank"), ("QC_1", "qc")]


def test_names_of_the_best_evidence_where_the_molecules_have_none() -> None:
    assert_content(read(text(named="SME")), tool="mzTab-M")


def test_assays_without_a_name_are_named_by_their_files() -> None:
    assert_content(read(text(names=False)), tool="mzTab-M")


def test_a_study_variable_tells_the_type_of_its_assays() -> None:
    renamed = text().replace("assay[2]\tQC_1", "assay[2]\trun 2")
    left_out = [(s.name, s.kind) for s in read(renamed).tables[0].left_out]
    assert ("run 2", "qc") in left_out


def test_a_feature_of_two_molecules_has_a_row_for_each() -> None:
    lines = text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("SML\t0"))
    lines.insert(
        at + 1, lines[at].replace("GM3 34:1;O2", "GM4 44:1;O2").replace("SML\t0", "SML\t77")
    )
    first = by_sample(read("\n".join(lines)))["S_1"]
    assert first["name"].tolist()[:2] == ["GM3 34:1;O2", "GM4 44:1;O2"]


def test_a_molecule_without_a_feature_is_not_lost() -> None:
    lines = text().splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("SML\t0"))
    lines.insert(at + 1, lines[at].replace("\t0\t0\t", "\t90\tnull\t").replace("34:1", "44:1"))
    data = read("\n".join(lines)).data
    assert data.loc[data["name"] == "GM3 44:1;O2", "fault"].notna().all()


def test_the_name_as_given_of_a_feature_is_preferred_to_that_of_its_molecule() -> None:
    lines = []
    for line in text().replace("GM1 34:1;O2", "GM2 44:4;O2").splitlines():
        given = {"SFH": "\topt_global_name_as_given", "SMF": "\tnull"}.get(line[:3], "")
        given = "\tGM1 34:1;O2" if line.startswith("SMF\t7\t") else given
        lines.append(line + given)
    assert_content(read("\n".join(lines)), tool="mzTab-M")


def test_rows_keep_the_lines_of_the_features() -> None:
    content = text()
    data = read(content).data
    lines = content.splitlines()
    assert all(lines[row - 1].startswith("SMF\t") for row in data["row"])


def test_a_file_without_names_must_be_annotated_first() -> None:
    with pytest.raises(ReadError, match="Annotate"):
        read(text(named="none").split("SEH")[0])


@pytest.mark.parametrize("prefix", ["SM", "SF", ""])
def test_a_file_whose_columns_are_divided_by_blanks_is_refused(prefix: str) -> None:
    """Its names hold blanks too."""
    lines = text().split("\n")
    spaced = [line.replace("\t", " ") if line.startswith(prefix) else line for line in lines]
    with pytest.raises(ReadError, match="divides its columns by blanks"):
        read("\n".join(spaced))


def test_a_file_without_features_has_no_rt() -> None:
    with pytest.raises(ReadError, match="SMF"):
        read(text().split("SFH")[0])


def version_1() -> str:
    header = [
        "SMH",
        "identifier",
        "chemical_formula",
        "description",
        "exp_mass_to_charge",
        "charge",
    ]
    header += ["retention_time", "species", "modifications"]
    header += [f"smallmolecule_abundance_assay[{n}]" for n in ASSAYS]
    lines = ["MTD\tmzTab-version\t1.0.0", *metadata()[2:], "", "\t".join(header)]
    for f in FEATURES:
        row = [
            "SML",
            "CHEBI:1",
            "C1",
            name(f),
            f.mz,
            -1,
            round(f.rt * 60, 4),
            "Homo sapiens",
            "null",
        ]
        lines.append("\t".join(map(str, [*row, *(f.area(file) for file in FILES)])))
    return "\n".join(lines)


def test_small_molecules_of_version_1() -> None:
    assert_content(read(version_1()), tool="mzTab-M", ions=False)


def test_the_middle_of_times_with_all_their_decimals() -> None:
    lines = version_1().splitlines()
    cells = lines[-1].split("\t")
    cells[6] = "900|540.00000000000011|300"
    table = read("\n".join([*lines[:-1], "\t".join(cells)]))
    assert table.data["rt"].iloc[len(FEATURES) - 1] == pytest.approx(9.0)


def document(*, camel: bool) -> str:
    summary, feature = "smallMoleculeSummary", "smallMoleculeFeature"
    if not camel:
        summary, feature = "small_molecule_summary", "small_molecule_feature"
    molecules = [
        {"prefix": "SML", "sml_id": f.number, "smf_id_refs": [f.number], "opt": None,
         "chemical_name": [name(f)], "adduct_ions": ["[M-H]-"],
         "abundance_assay": [1.0] * 4, "abundance_study_variable": [4.0]}
        for f in FEATURES
    ]  # fmt: skip
    features = [
        {"prefix": "SMF", "smf_id": f.number, "sme_id_refs": None, "adduct_ion": "[M-H]-",
         "exp_mass_to_charge": f.mz, "charge": -1, "retention_time_in_seconds": f.rt * 60,
         "abundance_assay": [f.area(file) for file in FILES]}
        for f in FEATURES
    ]  # fmt: skip
    assays = [
        {"id": n, "name": file, "ms_run_ref": [n]} for n, file in zip(ASSAYS, FILES, strict=True)
    ]
    about = {"mzTab-version": "2.0.0-M", "assay": assays}
    return json.dumps({"metadata": about, summary: molecules, feature: features, "comment": None})


@pytest.mark.parametrize("camel", [True, False])
def test_a_json_document(*, camel: bool) -> None:
    assert_content(read(document(camel=camel)), tool="mzTab-M")


def own_table(samples: tuple[str | None, ...]) -> pd.DataFrame:
    rows = [
        {"Name": name(f), "RT": f.rt, "Volume": f.area("S_1"), "m/z": f.mz, "Adduct": "[M-H]-",
         "Anchor": "T" if f.number % 5 == 0 else "F", "Log P": f.number / 3, "Sample": sample}
        for sample in samples for f in FEATURES
    ]  # fmt: skip
    table = pd.DataFrame(rows)
    table.loc[3, "Volume"] = np.nan
    table.loc[4, "Name"] = "unknown 7"
    return table


@pytest.mark.parametrize("samples", [("liver", "brain | 2"), (None,)])
def test_our_own_export_reads_back_as_it_was(samples: tuple[str | None, ...]) -> None:
    analysis = gg.analyze(own_table(samples))
    before, after = gg.read_features(own_table(samples)).data, read(to_mztab(analysis)).data
    same = ["name", "volume", "anchor", "mz", "adduct", "sample", "log_p"]
    pd.testing.assert_frame_equal(after[same], before[same], check_exact=True)
    np.testing.assert_allclose(after["rt"], before["rt"], rtol=1e-14)


@examples(40)
@given(
    st.sampled_from(
        (
            text(),
            version_1(),
        )
    ),
    st.integers(0, 100_000),
)
def test_damaged_files_are_read_or_refused_with_words(content: str, seed: int) -> None:
    assert_survives(content, seed)


def test_version_1_of_lda_has_names_as_identifiers_and_the_times_of_all_runs() -> None:
    lines = []
    for line in version_1().splitlines():
        cells = line.split("\t")
        if cells[0] == "SML":
            rt = float(cells[6])
            cells[1], cells[3] = cells[3], "null"
            cells[6] = f"{rt - 3:.4f}|{rt:.4f}|{rt + 9:.4f}"
        lines.append("\t".join(cells))
    assert_content(read("\n".join(lines)), tool="mzTab-M", ions=False)


@pytest.mark.parametrize("separator", [",", ";"])
def test_a_file_that_a_spreadsheet_saved_as_csv(separator: str) -> None:
    """Such a file was refused: its first part alone, which has no RT, was read."""
    cells = [line.split("\t") for line in text().splitlines()]
    most = max(map(len, cells))
    content = io.StringIO()
    csv.writer(content, delimiter=separator).writerows(c + [""] * (most - len(c)) for c in cells)
    assert_content(read(content.getvalue()), tool="mzTab-M")


def test_a_file_that_was_pasted_into_a_workbook() -> None:
    cells = [line.split("\t") for line in text().splitlines()]
    width = max(map(len, cells))
    frame = pd.DataFrame([row + [""] * (width - len(row)) for row in cells])
    buffer = io.BytesIO()
    frame.to_excel(buffer, header=False, index=False)
    assert_content(read(buffer.getvalue()), tool="mzTab-M")


def test_molecules_that_all_refer_to_all_features_are_refused() -> None:
    everything = "|".join(map(str, range(1, 301)))
    molecules = [f"SML\t{n}\t{everything}\tGM3 36:{n % 9};O2" for n in range(1, 101)]
    features = [f"SMF\t{n}\t300\t1000\t5" for n in range(1, 301)]
    lines = [
        *metadata(),
        "SMH\tSML_ID\tSMF_ID_REFS\tchemical_name",
        *molecules,
        "SFH\tSMF_ID\tretention_time_in_seconds\texp_mass_to_charge\tabundance_assay[1]",
        *features,
    ]
    with pytest.raises(ReadError, match="refer to far more features than they can have"):
        gg.read_features("\n".join(lines).encode())
