"""The chart of parents and their fragments."""

from __future__ import annotations

from chart_tables import drawn_rows, example

from ganglioside import charts
from ganglioside.charts.files import spec
from ganglioside.charts.network import _labelled, _ordered_kinds


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
