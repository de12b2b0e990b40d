"""Expected libraries: masses, windows, and files that other programs read."""

from __future__ import annotations

import io

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import NameFormError, SettingsError
from ganglioside.exporting.lists import to_skyline_list
from ganglioside.lipids.adducts import adduct, mz
from ganglioside.questions.expected_library import LIBRARY


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def library(example: gg.Analysis) -> pd.DataFrame:
    return example.expected_library()


def read(content: bytes) -> pd.DataFrame:
    return pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")


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


def test_names_alone_are_listed_in_their_order(example: gg.Analysis) -> None:
    names = ["GD1(36:1;O2)", "GM4(40:1;O2)", "GD1a 38:1;O2"]
    listed = example.expected_library(names=names)
    assert listed["name"].drop_duplicates().tolist() == [
        "GD1a(36:1;O2)", "GD1b(36:1;O2)", "GM4(40:1;O2)", "GD1a(38:1;O2)"
    ]  # fmt: skip
    whole = example.expected_library(["GD1"], ["36:1;O2"])
    of_name = listed[listed["name"].isin(whole["name"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(of_name, whole)
    assert example.expected_library(names=[]).empty
    for wrong in ({"series": ["GM1"]}, {"ceramides": ["36:1;O2"]}):
        with pytest.raises(SettingsError, match="not both"):
            example.expected_library(**wrong, names=names)
    with pytest.raises(NameFormError, match="GX9"):
        example.expected_library(names=["GX9"])


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
