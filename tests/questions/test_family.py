"""The family of a feature as a small tree, with measured and usual area ratios."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from planted_features import genuine, last, planted, row_of
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.errors import FeatureError
from ganglioside.questions.family import FAMILY, family


@pytest.fixture(scope="module")
def example() -> Analysis:
    return gg.analyze(gg.example())


def families(analysis: Analysis) -> dict[int, set[int]]:
    """Children of each parent, by the column parent_id."""
    known = analysis.features[analysis.features["parent_id"].notna()]
    return {int(p): set(rows["feature_id"]) for p, rows in known.groupby("parent_id")}


def test_it_has_its_columns(example: Analysis) -> None:
    assert example.family(3).dtypes.astype(str).to_dict() == FAMILY


def test_a_parent_stands_above_all_that_comes_from_it(example: Analysis) -> None:
    for parent, children in list(families(example).items())[:12]:
        found = example.family(parent)
        assert found["feature_id"].is_unique
        assert found.loc[0, ["feature_id", "depth"]].tolist() == [parent, 0]
        assert children <= set(found["feature_id"])
        of_children = found[found["feature_id"].isin(children)]
        assert set(of_children["depth"]) == {1}
        for child in children:
            pd.testing.assert_frame_equal(example.family(child), found)


def test_area_ratios_are_to_the_parent_of_each(example: Analysis) -> None:
    parent, _ = next(iter(families(example).items()))
    found = example.family(parent).set_index("feature_id")
    assert pd.isna(found.loc[parent, "area_ratio"])
    volume = example.features["volume"]
    below = found.iloc[1:]
    expected = volume[below.index].array / volume[below["parent_id"]].array
    assert below["area_ratio"].to_numpy() == pytest.approx(expected.to_numpy())
    usual = below["usual_ratio"]
    assert usual.notna().any()
    assert ((usual > 1e-5) & (usual < 10) | usual.isna()).all()


def test_the_usual_ratio_is_that_of_the_explanation(example: Analysis) -> None:
    features = example.features
    child = int(
        features.index[(features["verdict"] == "fragment") & features["parent_id"].notna()][0]
    )
    row = example.family(child).set_index("feature_id").loc[child]
    told = {h.parent_id: h for h in example.explain(child).hypotheses if h.parent_id is not None}
    assert row["usual_ratio"] == pytest.approx(told[int(row["parent_id"])].usual_ratio)
    assert row["area_ratio"] == pytest.approx(told[int(row["parent_id"])].area_ratio)


def test_a_piece_of_a_piece_is_one_deeper() -> None:
    features = gg.analyze(genuine()).features.assign(
        parent_id=pd.array([pd.NA] * len(genuine()), dtype="Int64")
    )
    features.loc[[5, 7, 9], "parent_id"] = [2, 5, 2]
    found = family(features, 7, 0.1, None)
    assert found[["feature_id", "depth"]].to_numpy().tolist() == [[2, 0], [5, 1], [7, 2], [9, 1]]
    assert found["usual_ratio"].isna().all()


def test_parents_in_a_circle_end() -> None:
    features = gg.analyze(genuine()).features.assign(
        parent_id=pd.array([pd.NA] * len(genuine()), dtype="Int64")
    )
    features.loc[[5, 7], "parent_id"] = [7, 5]
    assert set(family(features, 5, 0.1, None)["feature_id"]) == {5, 7}


def test_pieces_of_a_parent_without_a_row_are_side_by_side() -> None:
    base = genuine()
    parent, rt, area = row_of(base, "GT1(38:1;O2)")
    pieces = [("GM3(38:1;O2)", rt, 0.02 * area), ("GM1(38:1;O2)", rt + 0.002, 0.02 * area)]
    analysis = planted(*pieces, base=base.drop(index=parent))
    missing = analysis.features.iloc[-2:]
    assert missing["parent_id"].isna().all()
    assert missing["parent"].nunique() == 1
    for piece in (last(analysis) - 1, last(analysis)):
        found = analysis.family(piece)
        assert set(missing["feature_id"]) <= set(found["feature_id"])
        assert set(found["depth"]) == {1}
        assert found["rt"].is_monotonic_increasing
        assert found["area_ratio"].isna().all()


def test_a_feature_without_relatives_is_alone(example: Analysis) -> None:
    relatives = {i for parent, children in families(example).items() for i in (parent, *children)}
    features = example.features
    alone = next(
        int(i)
        for i in features["feature_id"]
        if i not in relatives and pd.isna(features["parent"][i])
    )
    found = example.family(alone)
    assert found[["feature_id", "depth"]].to_numpy().tolist() == [[alone, 0]]


def test_a_family_keeps_to_its_sample() -> None:
    analysis = study_analysis()
    features = analysis.features
    missing = features[features["parent"].notna() & features["parent_id"].isna()]
    for feature_id in [*missing["feature_id"][:5], *features["feature_id"][:40:10]]:
        found = analysis.family(int(feature_id))
        assert features["sample"][found["feature_id"]].nunique() == 1


def test_a_loaded_analysis_has_the_same_family(example: Analysis) -> None:
    loaded = replace(example, _evidence=None)
    child = next(iter(families(example).values())).pop()
    pd.testing.assert_frame_equal(loaded.family(child), example.family(child))


def test_an_unknown_feature_is_refused(example: Analysis) -> None:
    with pytest.raises(FeatureError):
        example.family(len(example.features))
