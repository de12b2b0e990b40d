from __future__ import annotations

from dataclasses import dataclass, fields
from importlib.resources import files

import pytest

from ganglioside.columns import CATEGORIES
from ganglioside.lipids.adducts import adducts
from ganglioside.lipids.elements import Elements
from ganglioside.lipids.head_groups import HEADS, Head
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True)
class _Symbol:
    symbol: str
    mass: float


def test_rows_are_typed_and_notes_are_skipped() -> None:
    rows = read_facts("elements.csv", _Symbol)
    assert rows[0] == _Symbol("C", 12.0)
    assert all(isinstance(row.mass, float) for row in rows)


@dataclass(frozen=True)
class _NoSuchColumn:
    colour: str


def test_a_field_without_a_column_is_refused() -> None:
    with pytest.raises(KeyError, match="colour"):
        read_facts("elements.csv", _NoSuchColumn)


def test_sites_of_sialic_acids_add_up() -> None:
    named = [h for h in HEADS if h.inner is not None]
    assert len(named) > 30
    for head in named:
        assert (head.inner or 0) + (head.terminal or 0) + (head.alpha or 0) == head.neuac, head


def test_heads_of_one_series_share_their_units() -> None:
    for head in HEADS:
        series = next(h for h in HEADS if h.series == head.series)
        assert (series.composition, series.category) == (head.composition, head.category)
        assert series.isomer == "" or head.isomer, "the series stands before its isomers"


def test_every_head_spells_its_own_name_and_no_spelling_is_taken_twice() -> None:
    def key(text: str) -> str:
        return text.lower().replace("-", "").replace(" ", "")

    keys = [key(s) for head in HEADS for s in head.spellings]
    assert len(keys) == len(set(keys))
    for head in HEADS:
        assert key(head.isomer or head.series) in {key(s) for s in head.spellings}


def test_category_is_the_number_of_sialic_acids() -> None:
    for head in HEADS:
        if head.category:
            assert CATEGORIES.index(head.category) == head.neuac
            assert head.series.startswith(head.category)


def test_each_column_of_the_head_groups_is_read() -> None:
    text = files("ganglioside").joinpath("data", "heads.csv").read_text(encoding="utf-8")
    header = next(line for line in text.splitlines() if not line.startswith("#"))
    assert header.split(",") == [*(field.name for field in fields(Head)), "source"]


def test_adduct_names_agree_with_their_atoms() -> None:
    for adduct in adducts():
        sign = "+" if adduct.charge > 0 else "-"
        digits = str(abs(adduct.charge)) if abs(adduct.charge) > 1 else ""
        assert adduct.name.endswith(f"]{digits}{sign}"), adduct
        assert Elements.from_formula(adduct.gained + adduct.lost)
    spellings = [
        s.lower().rpartition("]")[0] or s.lower() for a in adducts() for s in (a.name, *a.aliases)
    ]
    assert len(spellings) == len(set(spellings))
