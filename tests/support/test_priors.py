"""Priors have one home: the table, from which the README's is made, and which can be varied."""

from __future__ import annotations

import math
import pickle
from dataclasses import fields, replace
from pathlib import Path

import pandas as pd
import pytest
from paths import ROOT

import ganglioside as gg
from ganglioside.errors import HistoryError, SettingsError
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.priors import Prior, Priors, as_markdown

USUAL = Priors.usual()


def test_each_row_of_the_table_is_an_attribute_in_the_same_order() -> None:
    rows = read_facts("priors.csv", Prior)
    assert [row.name for row in rows] == [field.name for field in fields(Priors)]
    assert all(row.unit and row.source for row in rows)
    assert all(getattr(USUAL, row.name).name == row.name for row in rows)


def test_the_readme_shows_the_table() -> None:
    assert as_markdown(USUAL) in (ROOT / "README.md").read_text(encoding="utf-8")
    assert (
        as_markdown(USUAL.varied(double_bond={"value": -2})) not in (ROOT / "README.md").read_text()
    )


def test_nothing_but_numbers_of_known_priors_is_varied() -> None:
    with pytest.raises(SettingsError, match=r"'width' is no prior: use one of .*coelution_width"):
        USUAL.varied(width={"value": 1.0})
    with pytest.raises(SettingsError, match="unit cannot be varied"):
        USUAL.varied(coelution_width={"unit": "s"})


def test_changes_are_what_was_varied() -> None:
    changes = {"coelution_width": {"value": 0.014}, "hydroxyl": {"spread": 1.5, "value": -2.0}}
    varied = USUAL.varied(**changes)
    assert varied.changes() == changes
    assert USUAL.varied(**varied.changes()) == varied
    assert USUAL.changes() == {}


def test_a_copy_from_another_process_is_equal() -> None:
    for priors in (USUAL, USUAL.varied(coelution_width={"value": 0.014})):
        copy = pickle.loads(pickle.dumps(priors))
        assert copy == priors
        assert hash(copy) == hash(priors)
        assert copy.changes() == priors.changes()


def test_priors_without_a_spread_are_equal_and_one_with_another_is_not() -> None:
    width = USUAL.coelution_width
    assert math.isnan(width.spread)
    assert replace(width) == width
    assert replace(width, spread=0.001) != width
    assert USUAL.varied(coelution_width={"spread": 0.001}) != USUAL
    given_up = {"hydroxyl": {"spread": math.nan}}
    assert list(USUAL.varied(**given_up).changes()) == ["hydroxyl"]
    assert USUAL.varied(**given_up) == USUAL.varied(**given_up)


@pytest.mark.parametrize("name", [field.name for field in fields(Priors)])
def test_each_prior_counts_in_equality_and_hash(name: str) -> None:
    other = USUAL.varied(**{name: {"value": 0.123}})
    assert other != USUAL
    assert hash(other) != hash(USUAL)


@pytest.fixture(scope="module")
def usual() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.mark.parametrize(
    "changes",
    [
        {"double_bond": {"value": -3.0, "spread": 0.01}},
        {"unit_oac": {"value": -0.5}},
        {"unit_neuac": {"value": 2.0, "spread": 0.01}},
        {"line_scatter": {"value": 0.4, "weight": 1e6}},
        {"coelution_width": {"value": 0.05, "weight": 1e6}},
        {"fragment_rate": {"value": 0.9, "weight": 1e6}},
        {"fragment_yield": {"value": 0.5, "spread": 0.01}},
        {"area_scatter": {"value": 2.0, "weight": 1e6}},
        {"wrong_anchors": {"value": 0.9}},
        {"chance_large": {"value": 0.9}},
        {"detection_steepness": {"value": 0.1}},
        {"missing_parent": {"value": 0.01}},
        {"further_line": {"value": 1e-9}},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_a_prior_that_is_varied_moves_the_result(
    changes: dict[str, dict[str, float]], usual: gg.Analysis
) -> None:
    varied = gg.analyze(gg.example(), priors=USUAL.varied(**changes))
    assert not varied.features["confidence"].equals(usual.features["confidence"])
    assert varied.model.priors.changes() == changes


def test_other_priors_survive_an_export_and_are_refused_by_a_history(tmp_path: Path) -> None:
    priors = USUAL.varied(unit_phosphocholine={"spread": 2.0})
    analysis = gg.analyze(gg.example(), priors=priors)
    again = FittedModel.from_dict(analysis.model.to_dict())
    assert again.priors == priors
    names = ["SM(36:1;O2)", "GM3(36:1;O2)"]
    pd.testing.assert_frame_equal(again.predict(names), analysis.predict(names))
    history = gg.History.open(tmp_path / "history.duckdb")
    with pytest.raises(
        HistoryError, match=r"other priors than the usual ones \(unit_phosphocholine\)"
    ):
        history.save(analysis)
    assert history.sessions().empty


def test_a_curve_of_other_priors_is_the_same_after_an_export() -> None:
    priors = USUAL.varied(double_bond={"value": -3.0}, unit_oac={"value": 0.2})
    analysis = gg.analyze(gg.example(), priors=priors)
    again = FittedModel.from_dict(analysis.model.to_dict())
    names = ["GD1a(36:1;O2)", "GD1a(38:2;O2)", "GQ1(42:3;O3)"]
    pd.testing.assert_frame_equal(again.predict(names), analysis.predict(names), check_exact=True)


def test_a_fit_begins_wider_than_it_ends() -> None:
    assert USUAL.first_coelution_width.value > USUAL.coelution_width.value
    assert USUAL.first_line_scatter.value > USUAL.line_scatter.value
