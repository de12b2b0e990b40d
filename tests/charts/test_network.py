"""The chart of parents and their fragments."""

from __future__ import annotations

import csv
import io

import pandas as pd
from chart_tables import drawn_rows, example

import ganglioside as gg
from ganglioside import charts
from ganglioside.charts.files import spec
from ganglioside.charts.network import (
    _have_room,
    _labelled,
    _ordered_kinds,
    _percent,
    _width,
)


def test_the_network_is_cut_where_it_would_be_too_long_and_says_so() -> None:
    chart = charts.fragment_network(example(), most=5)
    assert "The 5 parents" in " ".join(chart.to_dict()["title"]["subtitle"])
    assert len(drawn_rows(spec(chart), "row")) == 5


def test_fragments_come_by_size_before_adducts() -> None:
    table = _labelled(charts.fragment_table(example()))
    kinds = _ordered_kinds(table)
    fragments = [kind for kind in kinds if kind in set(table["piece_series"])]
    assert kinds[: len(fragments)] == fragments
    assert fragments.index("GM3") < fragments.index("GM1") < fragments.index("GD1")
    assert set(kinds) == set(table["kind"])
    assert "sodium adduct" in kinds
    assert not any(kind.startswith(("-", "+")) for kind in kinds)


def test_a_parent_without_a_row_stands_where_its_pieces_do() -> None:
    table = _labelled(charts.fragment_table(example()))
    absent = table[table["parent_id"].isna()]
    assert len(absent) > 0
    assert not absent["has_row"].any()
    median = table.groupby("parent")["piece_rt"].median()
    assert absent["at"].tolist() == absent["parent"].map(median).tolist()
    assert absent["label"].isna().all()


def test_a_key_says_what_the_colours_of_parents_mean() -> None:
    chart = spec(charts.fragment_network(example()))
    keys = [layer["encoding"].get("color", {}).get("legend") for layer in chart["layer"]]
    (values,) = {tuple(key["values"]) for key in keys if key}
    table = charts.fragment_table(example())
    parents = table["parent_series"].str.extract("(G[AMDTQP])", expand=False)
    assert set(values) == set(parents)


def test_samples_of_a_study_share_a_row_and_a_number() -> None:
    table = charts.fragment_table(example())
    later = table.assign(
        parent_rt=table["parent_rt"] + 0.006, percent_of_parent=3 * table["percent_of_parent"]
    )
    one, two = _labelled(table), _labelled(pd.concat([table, later], ignore_index=True), 0.05)
    assert two["row"].nunique() <= one["row"].nunique()
    assert two.groupby(["row", "kind"])["label"].nunique().max() == 1
    first = two[two["percent_of_parent"].notna()].iloc[0]
    same = two[(two["row"] == first["row"]) & (two["kind"] == first["kind"])]
    assert first["label"] == _percent(same["percent_of_parent"].median())
    study = gg.analyze(gg.simulate(1, n_samples=3))
    chart = spec(charts.fragment_network(study))
    assert "the median of the samples" in " ".join(chart["title"]["subtitle"])
    (numbers,) = [layer for layer in chart["layer"] if layer["mark"]["type"] == "text"]
    (text,) = [text for name, text in chart["datasets"].items() if name == numbers["data"]["name"]]
    cells = [(row["row"], row["kind"]) for row in csv.DictReader(io.StringIO(text))]
    assert len(cells) == len(set(cells))


def test_a_chart_of_few_kinds_is_wide_enough_for_their_headings() -> None:
    two, many = ["parent", "sodium adduct"], ["parent", *(f"GM1+{k}HexNAc" for k in range(2, 11))]
    assert _width(two) == 420
    assert _have_room(two)
    assert not _have_room(many)
    assert not _have_room(["parent", *["GM1+HexNAc"] * 8])  # nine, as wide as many
