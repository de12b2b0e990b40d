"""A feature is chosen by its number, its name, or its row in the file."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import FeatureError
from ganglioside.questions.feature_choice import chosen_feature, is_named


@pytest.fixture(scope="module")
def features() -> pd.DataFrame:
    return gg.analyze(gg.example()).features


def test_number_name_and_row_choose_the_same(features: pd.DataFrame) -> None:
    row = int(features.loc[41, "row"])
    for chosen in (
        chosen_feature(features, 41),
        chosen_feature(features, "GM2(34:1;O2)"),
        chosen_feature(features, "GM2 d34:1"),
        chosen_feature(features, row=row),
    ):
        assert chosen == 41


def test_a_name_that_several_rows_have_is_refused_with_all_of_them(features: pd.DataFrame) -> None:
    rows = features[features["name"] == "GM3(38:1;O2)"]
    assert len(rows) > 1
    with pytest.raises(FeatureError) as refused:
        chosen_feature(features, "GM3(38:1;O2)")
    said = str(refused.value)
    assert f"{len(rows)} features are named" in said
    for number, row in zip(rows["feature_id"], rows["row"], strict=True):
        assert f"  {number}:" in said
        assert f"row {row}" in said


def test_many_features_of_a_name_are_counted(features: pd.DataFrame) -> None:
    with pytest.raises(FeatureError, match="and 322 more"):
        chosen_feature(features.assign(name="x"), "x")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"feature": 9999}, "no feature 9999: the table has 0 to 331"),
        ({"feature": -1}, "no feature -1"),
        ({"feature": True}, "feature = True"),
        ({"feature": 1.5}, "feature = 1.5"),
        ({"feature": "GM3(39:9;O2)"}, "Did you mean 'GM3"),
        ({"feature": "nothing"}, "No feature is named 'nothing'."),
        ({"row": 1}, "No feature is in row 1"),
        ({}, "Name one feature"),
        ({"feature": 1, "row": 3}, "Name one feature"),
    ],
)
def test_what_is_not_there_is_refused(
    features: pd.DataFrame, wrong: dict[str, object], said: str
) -> None:
    with pytest.raises(FeatureError, match=said.replace("(", r"\(")):
        chosen_feature(features, **wrong)


def test_rows_of_an_older_analysis_are_not_known(features: pd.DataFrame) -> None:
    with pytest.raises(FeatureError, match="knows no rows"):
        chosen_feature(features.drop(columns="row"), row=3)


def test_a_series_means_all_its_isomers_and_an_isomer_itself() -> None:
    table = pd.DataFrame({"Name": ["GD1a(36:1;O2)", "GD1b(36:1;O2)", "GD1b(38:1;O2)"],
                          "RT": [9.0, 9.5, 10.5]})  # fmt: skip
    features = gg.analyze(table).features
    assert is_named(features, "GD1 36:1").tolist() == [True, True, False]
    assert is_named(features, "GD1b 36:1").tolist() == [False, True, False]
    assert not is_named(features, "GD1c 36:1").any()
