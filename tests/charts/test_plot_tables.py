"""The tables that charts draw."""

from __future__ import annotations

import io
import math

import numpy as np
import pandas as pd
from chart_tables import example

from ganglioside import charts
from ganglioside.charts.plot_tables import (
    ceramide_kind,
    curves,
    inline,
    isomer_labels,
    points,
    reduced,
)


def test_the_fragment_table_holds_every_piece_once() -> None:
    features = example().features
    pieces = features[features["verdict"].isin(["fragment", "adduct"])]
    table = charts.fragment_table(example())
    assert len(pieces) > 20
    assert sorted(table["piece_id"]) == sorted(pieces["feature_id"])
    known = table.dropna(subset="parent_id")
    by_id = features.set_index("feature_id")
    assert list(known["parent_rt"]) == list(by_id.loc[known["parent_id"], "rt"])
    np.testing.assert_allclose(known["delta_rt"], known["piece_rt"] - known["parent_rt"])
    percent = 100 * by_id.loc[known["piece_id"], "volume"].to_numpy() / (
        by_id.loc[known["parent_id"], "volume"].to_numpy()
    )  # fmt: skip
    np.testing.assert_allclose(known["percent_of_parent"], percent)
    assert table.loc[table["parent_id"].isna(), "percent_of_parent"].isna().all()


def test_inline_data_keeps_types_missing_values_and_hard_text() -> None:
    table = pd.DataFrame(
        {
            "name": ['a,"b"\nc', "=x", None],
            "rt": [1.0, math.nan, 2.5],
            "n": pd.array([1, None, 3], dtype="Int64"),
            "flag": [True, False, True],
        }
    )
    data = inline(table)
    assert data["format"]["parse"] == {
        "name": "string", "rt": "number", "n": "number", "flag": "boolean"
    }  # fmt: skip
    back = pd.read_csv(io.StringIO(data["values"]))
    assert list(back["name"])[:2] == ['a,"b"\nc', "=x"]
    assert list(back["flag"]) == [1, 0, 1]
    assert back["n"].isna().tolist() == [False, True, False]


def test_points_name_the_line_they_are_compared_with() -> None:
    table = points(example())
    assert list(table["feature_id"]) == list(example().features["feature_id"])
    split = table["isomer"].notna()
    assert split.any()
    assert (table["line"] == table["isomer"])[split].all()
    assert (table["line"] == table["series"])[~split & table["series"].notna()].all()


def test_isomers_are_called_by_what_tells_them_apart() -> None:
    lines = pd.DataFrame({"series": ["GD1", "GM2", "GM3"], "isomer": ["GD1a", "GM2 late", None]})
    labels = isomer_labels(lines)
    assert labels[:2].tolist() == ["GD1a", "late"]
    assert pd.isna(labels[2])


def test_ceramides_are_written_without_their_carbons() -> None:
    frame = pd.DataFrame({"double_bonds": [1, 0], "hydroxyls": [2, 3]})
    assert ceramide_kind(frame).tolist() == ["n:1;O2", "n:0;O3"]


def test_curves_span_their_series_and_end_once_a_line() -> None:
    shown = points(example())
    table = curves(example(), shown)
    gd1 = shown[(shown["series"] == "GD1") & shown["carbons"].notna()]
    usual = table[(table["series"] == "GD1") & table["last"]]
    assert (usual["carbons"] == gd1["carbons"].max()).all()
    assert usual["line"].is_unique
    drawn = table[table["latest"]].groupby(["series", "ceramide", "carbons"]).size()
    assert (drawn == 1).all()


def test_a_fragment_is_reduced_by_the_ceramide_of_its_parent() -> None:
    table = reduced(example())
    pieces = table[table["verdict"].isin(["fragment", "adduct"])]
    assert pieces["parent_series"].notna().all()
    assert table.loc[table["verdict"] == "valid", "parent_series"].isna().all()
    usual = (table["carbons"] == 36) & (table["double_bonds"] == 1) & (table["hydroxyls"] == 2)
    whole = usual & (table["verdict"] == "valid")
    of_whole = table["parent"].str.contains("(36:1;O2)", regex=False).fillna(False).astype(bool)
    shift = table["reduced_rt"] - table["rt"]
    assert shift[whole].max() - shift[whole].min() < 1e-9  # one shift for each ceramide
    assert abs(shift[whole].mean()) < 0.05
    assert (pieces.index.isin(table.index[of_whole])).sum() > 3
    np.testing.assert_allclose(shift[of_whole], shift[whole].mean(), atol=1e-9)


def test_the_curve_of_a_series_with_one_carbon_number_has_a_carbon_on_each_side() -> None:
    shown = points(example())
    of_one = shown[(shown["series"] == "GM1") & (shown["carbons"] == 38)]
    main = curves(example(), of_one)
    assert set(main["carbons"]) == {37, 38, 39}
    assert main["curve_rt"].is_monotonic_increasing or main["ceramide"].nunique() > 1
