"""Expected libraries: masses, windows, and files that other programs read."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import ExportError, NameFormError, SettingsError
from ganglioside.exporting import export_library
from ganglioside.exporting.lists import to_generic_list, to_skyline_list
from ganglioside.lipids.adducts import adduct, mz
from ganglioside.questions.expected_library import LIBRARY

#: As Skyline spells them; a header that it does not know stops its import.
SKYLINE = [
    "Molecule List Name",
    "Molecule Name",
    "Molecule Formula",
    "Precursor Adduct",
    "Precursor m/z",
    "Explicit Retention Time",
    "Explicit Retention Time Window",
    "Note",
]


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def library(example: gg.Analysis) -> pd.DataFrame:
    return example.expected_library()


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


# --- predictions -------------------------------------------------------------------------


def test_predictions_say_what_they_rest_on(example: gg.Analysis) -> None:
    support = example.models.set_index("series")["n"]
    alone = next(str(s) for s in support.index[support == 1] if (support.index == s).sum() == 1)
    asked = {
        "own series": "GM1(38:1;O2)",
        "shared curve": f"{alone}(38:1;O2)",
        "composition only": "GM4(38:1;O2)",
    }
    assert "GM4" not in support.index
    found = example.predict(list(asked.values()))
    assert found["basis"].tolist() == list(asked)
    width = found["upper"] - found["lower"]
    assert width.is_monotonic_increasing
    assert found["predicted_rt"].between(found["lower"], found["upper"]).all()


def test_without_a_model_nothing_is_predicted() -> None:
    alone = pd.DataFrame({"Name": ["GM1(36:1;O2)"], "RT": [9.0], "Anchor": ["T"]})
    analysis = gg.analyze(alone)
    found = analysis.predict(["GM1(38:1;O2)"])
    assert found["basis"].tolist() == ["no model"]
    assert found[["predicted_rt", "lower", "upper"]].isna().all(axis=None)
    listed = analysis.expected_library()
    assert listed["basis"].unique().tolist() == ["no model"]
    assert listed["mz"].notna().all()
    assert listed["rt"].isna().all()
    skyline = read(to_skyline_list(listed))
    assert skyline["Explicit Retention Time"].isna().all()
    assert skyline["Explicit Retention Time Window"].isna().all()


# --- library -----------------------------------------------------------------------------


def test_the_library_has_its_columns_and_no_row_twice(library: pd.DataFrame) -> None:
    assert {c: str(t) for c, t in library.dtypes.items()} == LIBRARY
    assert not library.duplicated(["name", "isomer", "adduct"]).any()
    assert (library["rt_start"] <= library["rt"]).all()
    assert (library["rt"] <= library["rt_end"]).all()


def test_masses_and_times_are_those_of_names_and_predictions(
    example: gg.Analysis, library: pd.DataFrame
) -> None:
    for row in library[::97].itertuples():
        named = gg.parse_name(row.name)
        assert row.formula == named.formula
        assert row.mz == pytest.approx(mz(named.monoisotopic_mass, row.adduct), abs=1e-9)
        assert row.charge == adduct(row.adduct).charge
        predicted = example.predict([row.name])
        if pd.notna(row.isomer):
            predicted = predicted[predicted["isomer"] == row.isomer]
        assert predicted["predicted_rt"].tolist() == pytest.approx([row.rt])
        assert predicted["lower"].tolist() == pytest.approx([row.rt_start])
        assert predicted["basis"].tolist() == [row.basis]


def test_a_known_ion(example: gg.Analysis) -> None:
    # GM1(36:1;O2): C73H131N3O31, 1545.8766 Da
    listed = example.expected_library(["GM1"], ["36:1;O2"])
    assert listed["formula"].tolist() == ["C73H131N3O31"]
    assert listed["adduct"].tolist() == ["[M-H]-"]
    assert listed["mz"].tolist() == pytest.approx([1544.8694], abs=5e-4)


def test_all_series_and_valid_ceramides_by_default(
    example: gg.Analysis, library: pd.DataFrame
) -> None:
    features = example.features
    assert set(library["series"]) == set(features["series"].dropna())
    valid = features[features["verdict"] == "valid"]
    names = gg.parse_names(library["name"]).frame()
    columns = ["carbons", "double_bonds", "hydroxyls"]
    assert set(map(tuple, names[columns].to_numpy())) == set(map(tuple, valid[columns].to_numpy()))


def test_isomers_stand_apart(example: gg.Analysis) -> None:
    both = example.expected_library(["GD1"], ["36:1;O2"], ["[M-2H]2-"])
    lines = example.models[example.models["series"] == "GD1"]
    assert both["isomer"].tolist() == lines["isomer"].tolist()
    assert both["rt"].nunique() == len(lines) == 2
    one = example.expected_library(["GD1a"], ["36:1"], ["[M-2H]2-"])
    assert one["name"].tolist() == ["GD1a(36:1;O2)"]


def test_charges_follow_the_sialic_acids() -> None:
    library = gg.analyze(gg.example()).expected_library
    assert set(library(["GM3", "Cer"])["adduct"]) == {"[M-H]-"}
    assert set(library(["GD3"])["adduct"]) == {"[M-H]-", "[M-2H]2-"}
    assert set(library(["GQ1"])["adduct"]) == {"[M-3H]3-", "[M-4H]4-"}
    assert set(library(["GP1"])["adduct"]) == {"[M-4H]4-"}


def test_chosen_ions_and_widths(example: gg.Analysis) -> None:
    listed = example.expected_library(["GT1b"], ["d36:1"], ["[M-2H]--", "[M+FA-H]-"], window=0.4)
    assert listed["adduct"].tolist() == ["[M-2H]2-", "[M+HCOO]-"]
    assert (listed["rt_end"] - listed["rt_start"]).tolist() == pytest.approx([0.4, 0.4])
    assert (listed["rt_end"] - listed["rt"]).tolist() == pytest.approx([0.2, 0.2])
    wide = example.expected_library(["GT1b"], ["36:1"], window=100.0)
    assert (wide["rt_start"] == 0).all()


@pytest.mark.parametrize("window", ["90%", 0, -1.0, float("nan"), True, None])
def test_an_odd_window_is_refused(example: gg.Analysis, window: object) -> None:
    with pytest.raises(SettingsError, match="window"):
        example.expected_library(["GM1"], ["36:1"], window=window)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong", [{"series": ["GX9"]}, {"ceramides": ["36"]}, {"adducts": ["[M+Xx]-"]}]
)
def test_what_cannot_be_read_is_refused(example: gg.Analysis, wrong: dict[str, list[str]]) -> None:
    with pytest.raises(NameFormError):
        example.expected_library(**wrong)  # type: ignore[arg-type]


# --- files -------------------------------------------------------------------------------


def test_the_generic_list_reads_back(library: pd.DataFrame) -> None:
    table = read(to_generic_list(library))
    assert list(table.columns) == [
        "Name", "Isomer", "Formula", "Adduct", "m/z", "RT (min)", "RT start (min)",
        "RT end (min)", "Basis",
    ]  # fmt: skip
    assert table["Name"].tolist() == library["name"].tolist()
    np.testing.assert_allclose(table["m/z"], library["mz"], atol=5.1e-6)
    np.testing.assert_allclose(table["RT (min)"], library["rt"], atol=5.1e-4)


def test_the_skyline_list_is_as_skyline_wants_it(library: pd.DataFrame) -> None:
    table = read(to_skyline_list(library))
    assert list(table.columns) == SKYLINE
    assert table["Precursor Adduct"].str.fullmatch(r"\[M[^\]]*\]").all()
    assert set(table["Precursor Adduct"]) == {"[M-H]", "[M-2H]", "[M-3H]", "[M-4H]"}
    # a molecule is known by list and name: isomers without a letter must differ too
    assert not table.duplicated(["Molecule List Name", "Molecule Name", "Precursor Adduct"]).any()
    assert table["Molecule Name"].str.endswith((" early", " late", ")")).all()
    window = library["rt_end"] - library["rt_start"]
    np.testing.assert_allclose(table["Explicit Retention Time Window"], window, atol=5.1e-4)
    assert table["Molecule Formula"].str.fullmatch(r"(?:[A-Z][a-z]?\d*)+").all()


def test_no_cell_of_a_list_is_executed(library: pd.DataFrame) -> None:
    bad = "=cmd|' /C calc'!A0"
    planted = library.head(2).assign(name=["+GM1", bad], basis=["@SUM(1)", "-1+1"], series=bad)
    for write in (to_generic_list, to_skyline_list):
        cells = read(write(planted)).select_dtypes("str").to_numpy().ravel()
        starts = {str(cell)[0] for cell in cells if pd.notna(cell)}
        assert not starts & set("=@+-")
        assert "'" in starts


def test_lists_are_written_whole(tmp_path: Path, library: pd.DataFrame) -> None:
    target = export_library(library, tmp_path / "list.csv", "skyline")
    assert target.read_bytes() == to_skyline_list(library)
    assert export_library(library, target).read_bytes() == to_generic_list(library)
    assert [p.name for p in tmp_path.iterdir()] == ["list.csv"]
    with pytest.raises(ExportError, match="cannot be written"):
        export_library(library, tmp_path / "none" / "list.csv")
    with pytest.raises(ExportError, match="generic or skyline"):
        export_library(library, target, "xml")  # type: ignore[arg-type]
