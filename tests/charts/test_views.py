"""Charts: they build and render for any analysis, hold its data, and can be told apart."""

from __future__ import annotations

import io
import itertools
import math
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside import charts
from ganglioside.analysis import Analysis
from ganglioside.charts import files
from ganglioside.charts.feature_marks import MANY_POINTS
from ganglioside.charts.files import json_for_html, png, spec, svg
from ganglioside.charts.plot_tables import inline, points, reduced
from ganglioside.columns import CATEGORIES, VERDICTS
from ganglioside.errors import ExportError

DRAW = {
    "predicted": charts.predicted_against_measured,
    "carbons": charts.retention_by_carbons,
    "reduced": charts.reduced_retention,
    "residuals": charts.residuals,
    "categories": charts.verdicts_by_category,
    "network": charts.fragment_network,
}


def frame(*rows: tuple[str, float, bool]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["Name", "RT", "Anchor"])
    return table.assign(Volume=1000.0, **{"Log P": np.nan})


def no_anchors() -> pd.DataFrame:
    data = gg.example().data
    labels = {"name": "Name", "rt": "RT", "volume": "Volume"}
    return data[list(labels)].rename(columns=labels)


WEIRD = {
    "one row": lambda: frame(("GM1(36:1;O2)", 9.0, True)),
    "no readable name": lambda: frame(("?", 9.0, True), ("nothing", 8.0, False)),
    "one ceramide": lambda: frame(("GM1(36:1;O2)", 9.0, True), ("GM3(36:1;O2)", 9.5, False)),
    "no readable RT": lambda: frame(("GM1(36:1;O2)", math.nan, False)),
    "one series": lambda: frame(*((f"GM1({c}:1;O2)", c / 4, True) for c in (34, 36, 38, 40))),
    "formula as name": lambda: frame(
        ("=cmd|'/C calc'!A0", 9.0, False),
        ('<script>alert(1)</script>,"x"', 9.1, True),
        ("GM1(36:1;O2)", 9.0, True),
        ("GM1(38:1;O2)", 10.5, True),
    ),
    "no anchors": no_anchors,
}


@cache
def example() -> Analysis:
    return gg.analyze(gg.example())


@cache
def weird(kind: str) -> Analysis:
    return gg.analyze(WEIRD[kind]())


def inline_tables(document: dict[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield every CSV table that a specification carries."""
    for values in document["datasets"].values():
        if isinstance(values, str):
            yield pd.read_csv(io.StringIO(values))


def drawn_rows(document: dict[str, Any], column: str) -> set[Any]:
    return {
        value
        for table in inline_tables(document)
        if column in table
        for value in table[column].dropna()
    }


def without(document: dict[str, Any], key: str) -> dict[str, Any]:
    return {k: v for k, v in document.items() if k != key}


def texts(picture: str) -> str:
    return " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", picture))


@pytest.mark.parametrize("name", DRAW)
def test_every_chart_of_the_example_renders_with_title_units_and_data(name: str) -> None:
    chart = DRAW[name](example())
    document = spec(chart)
    own = DRAW[name].spec(example())
    assert without(own, "config") == without(chart.to_dict(), "config")  # which is validated
    assert svg(own) == svg(chart)
    assert document["title"]["text"]
    picture = svg(chart)
    assert document["title"]["text"] in texts(picture)
    if name not in ("categories", "network"):
        assert "(min)" in texts(picture)
    assert png(chart, scale=1).startswith(b"\x89PNG")
    assert any(len(table) > 10 for table in inline_tables(document))


@pytest.mark.parametrize("name", ["predicted", "carbons", "reduced", "residuals"])
def test_every_feature_that_can_be_drawn_is_in_the_chart(name: str) -> None:
    features = example().features
    columns = ["rt", "carbons", "predicted_rt"]
    expected = features.dropna(subset=columns)["feature_id"]
    assert len(expected) > 300
    assert set(expected) == drawn_rows(spec(DRAW[name](example())), "feature_id")


def test_the_bars_of_the_categories_count_every_feature() -> None:
    (table,) = inline_tables(spec(charts.verdicts_by_category(example())))
    assert table["features"].sum() == len(example().features)
    counts = table.groupby("verdict")["features"].sum()
    assert all(counts.get(v, 0) == getattr(example().summary, v) for v in VERDICTS)


@pytest.mark.parametrize("kind", WEIRD)
@pytest.mark.parametrize("name", DRAW)
def test_charts_of_weird_tables_build_and_render(kind: str, name: str) -> None:
    picture = svg(DRAW[name](weird(kind)))
    assert len(texts(picture)) > 10
    assert "null" not in texts(picture)
    assert "NaN" not in texts(picture)


def test_a_chart_without_a_model_says_why() -> None:
    analysis = weird("no readable name")
    assert not analysis.model.is_fitted
    picture = texts(svg(charts.reduced_retention(analysis)))
    assert analysis.model.reason.split(":")[0][:20] in picture


def test_one_series_can_be_chosen() -> None:
    document = spec(charts.retention_by_carbons(example(), "GD1"))
    assert drawn_rows(document, "series") == {"GD1"}
    several = spec(charts.retention_by_carbons(example(), ["GD1", "GM1"]))
    assert drawn_rows(several, "series") == {"GD1", "GM1"}
    assert "facet" in several
    assert "facet" not in document


def test_curves_pass_where_the_model_predicts() -> None:
    drawn = next(inline_tables(spec(charts.retention_by_carbons(example(), "GM1"))))
    row = drawn.dropna(subset="curve_rt").iloc[0]
    kind = row["ceramide"].removeprefix("n")
    predicted = example().predict([f"GM1({row['carbons']:.0f}{kind})"])["predicted_rt"]
    assert row["curve_rt"] == pytest.approx(predicted.iloc[0], abs=1e-4)


def test_genuine_features_and_fragments_fall_on_their_lines_when_reduced() -> None:
    table = reduced(example())
    lines = example().model.lines.dropna(subset="offset")
    series = table["series"].where(table["parent_series"].isna(), table["parent_series"])
    nearest = [
        np.abs(lines.loc[lines["series"] == s, "offset"] - rt).min()
        for s, rt in zip(series, table["reduced_rt"], strict=True)
    ]
    off = pd.Series(nearest, index=table.index).groupby(table["verdict"]).median()
    assert off["valid"] < 0.05
    assert off["fragment"] < 0.1
    assert off["outlier"] > 0.2


def test_wrong_anchors_are_marked() -> None:
    table = points(example())
    wrong = table[table["wrong_anchor"]]
    assert len(wrong) > 0
    assert wrong["anchor"].all()
    assert not wrong["verdict"].isin(["valid", "undetermined"]).any()
    document = spec(charts.predicted_against_measured(example()))
    assert "datum.wrong_anchor" in str(document)


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


def test_the_network_is_cut_where_it_would_be_too_long_and_says_so() -> None:
    chart = charts.fragment_network(example(), most=5)
    assert "The 5 parents" in " ".join(chart.to_dict()["title"]["subtitle"])
    assert len(drawn_rows(spec(chart), "row")) == 5


def test_the_same_analysis_gives_the_same_chart() -> None:
    assert svg(charts.residuals(example())) == svg(charts.residuals(example()))


def many(n: int) -> Analysis:
    """Return the example's analysis with its rows over and over, `n` in all."""
    import dataclasses

    base = example()
    repeated = pd.concat([base.features] * (n // len(base.features) + 1), ignore_index=True)
    features = repeated.head(n).assign(feature_id=pd.array(range(n), dtype="Int64"))
    return dataclasses.replace(base, features=features)


@pytest.mark.parametrize("name", DRAW)
def test_tables_of_many_rows_are_drawn_whole(name: str) -> None:
    analysis = many(21_000)
    assert len(analysis.features) > MANY_POINTS
    document = spec(DRAW[name](analysis))
    if name in ("predicted", "residuals"):
        assert len(drawn_rows(document, "feature_id")) == analysis.features["residual"].count()


def test_importing_the_charts_changes_nothing_of_altair() -> None:
    assert alt.data_transformers.active == "default"
    assert alt.renderers.active == "default"
    assert alt.theme.active == "default"


@pytest.mark.parametrize("kind", charts.FORMATS)
def test_saved_files_are_what_their_suffix_says(kind: str, tmp_path: Path) -> None:
    chart = charts.verdicts_by_category(example())
    written = charts.save(chart, tmp_path / f"chart.{kind}").read_bytes()
    start = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<svg"}[kind]
    assert written.startswith(start)


def test_a_format_or_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    chart = charts.verdicts_by_category(example())
    with pytest.raises(ExportError, match=r"chart\.gif.*\.png"):
        charts.save(chart, tmp_path / "chart.gif")
    with pytest.raises(ExportError, match="cannot be written"):
        charts.save(chart, tmp_path / "missing" / "chart.svg")


def test_one_page_holds_several_charts_and_one_copy_of_the_libraries() -> None:
    analysis = weird("formula as name")
    page = charts.page({"One": charts.verdicts_by_category(analysis),
                        "<b>Two</b>": charts.residuals(analysis)})  # fmt: skip
    assert page.count("window.vegaEmbed=") + page.count("window.vegaEmbed =") == 1
    assert page.count("<figure>") == 2
    assert "<b>Two</b>" not in page
    assert "<script>alert(1)" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']https?:""", page)


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the user's for what can be made again; it is not there yet."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(files, "user_cache_path", lambda *_, **__: folder)
    charts.javascript.cache_clear()
    yield folder
    charts.javascript.cache_clear()


def test_the_libraries_of_a_page_are_made_once(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = charts.javascript()
    assert "</script" not in made
    assert len(list(cache_folder.iterdir())) == 1
    charts.javascript.cache_clear()
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda *_: pytest.fail("made again"))
    assert charts.javascript() == made


def test_the_libraries_of_a_page_are_made_where_nothing_can_be_kept(cache_folder: Path) -> None:
    cache_folder.write_text("no folder")
    assert "vegaEmbed" in charts.javascript()
    assert cache_folder.read_text() == "no folder"


def test_json_inside_a_script_element_cannot_leave_it() -> None:
    import json

    value = {"name": "</script><script>alert(1)</script><!-- &amp;"}
    text = json_for_html(value)
    assert "<" not in text
    assert json.loads(text) == value


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


# --- The palette -----------------------------------------------------------------------------


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(colour: str) -> float:
    return float(linear(colour) @ [0.2126, 0.7152, 0.0722])


#: Machado, Oliveira, Fernandes 2009, severity 1.0, on linear RGB.
VISIONS = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]),
}  # fmt: skip


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return CIE L*a*b* (D65) of linear RGB."""
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = to_xyz @ np.clip(rgb, 0, 1) / [0.9505, 1.0, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("palette", [charts.VERDICT_COLOURS, charts.CATEGORY_COLOURS])
def test_colours_stand_out_from_paper(palette: dict[str, str]) -> None:
    contrast = {name: 1.05 / (luminance(colour) + 0.05) for name, colour in palette.items()}
    assert min(contrast.values()) >= 3, contrast


@pytest.mark.parametrize("vision", VISIONS)
def test_verdicts_differ_in_colour_for_every_vision(vision: str) -> None:
    seen = {v: lab(VISIONS[vision] @ linear(c)) for v, c in charts.VERDICT_COLOURS.items()}
    apart = {(a, b): np.linalg.norm(seen[a] - seen[b]) for a, b in itertools.combinations(seen, 2)}
    assert min(apart.values()) > 10, apart


def test_every_verdict_has_a_shape_of_its_own_and_every_category_a_colour() -> None:
    assert set(charts.VERDICT_SHAPES) == set(charts.VERDICT_COLOURS) == set(VERDICTS)
    assert len(set(charts.VERDICT_SHAPES.values())) == len(VERDICTS)
    assert set(charts.CATEGORY_COLOURS) == set(CATEGORIES)
    assert len(set(charts.CATEGORY_COLOURS.values())) == len(CATEGORIES)
