"""No public object prints a wall of text."""

from __future__ import annotations

import textwrap
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg

MOST_LINES = 30
WIDTH = 100
LARGEST_CARD = 40_000  # bytes, more or less


def lines_of(text: str) -> int:
    """Lines that a text takes in a terminal."""
    return sum(len(textwrap.wrap(line, WIDTH) or [""]) for line in text.splitlines())


@pytest.fixture(scope="module", params=["example", "study"])
def objects(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, object]:
    """One of each kind of object that `gg` makes, and all public attributes of each."""
    is_large = request.param == "study"
    table = gg.simulate(1, n_samples=20) if is_large else gg.read_study([gg.example()] * 2)
    analysis = gg.analyze(table)
    folder: Path = tmp_path_factory.mktemp("history")
    history = gg.History.open(folder / "history.duckdb")
    sid = history.save(analysis)
    history.jobs.add("export", {"session": sid, "out": "x.csv"}, "x")
    notes = [gg.Override(feature_id=n, verdict="valid", note="x" * 500) for n in range(200)]
    made = {
        "table": table,
        "simulated": gg.simulate(seed=1),
        "analysis": analysis.with_overrides(gg.Overrides(tuple(notes))),
        "explanation": analysis.explain(12),
        "score_card": analysis.score_card(12),
        "model": gg.RetentionModel(gg.Priors.usual()).fit(table),
        "priors": gg.Priors.usual().varied(coelution_width={"value": 0.02}),
        "settings": gg.Settings(),
        "override": notes[0],
        "species": gg.parse_name("GM3(d18:1/16:0)"),
        "reading": gg.read_name("GM3(d18:1/16:0)"),
        "names": gg.parse_names(table.data["name"]),
        "history": history,
        "job": history.jobs.all()[0],
    }
    return made | {
        f"{name}.{part}": getattr(thing, part)
        for name, thing in made.items()
        for part in dir(thing)
        if not part.startswith("_") and part != "text" and part != "by_feature"
    }


def test_no_object_prints_more_than_a_screen(objects: dict[str, object]) -> None:
    plain = (
        pd.DataFrame,
        pd.Series,
        pd.api.extensions.ExtensionArray,
        np.ndarray,
        str,
        bytes,
        tuple,
    )
    walls = {
        name: lines_of(text)
        for name, thing in objects.items()
        if not isinstance(thing, plain)
        for text in (repr(thing), str(thing))
        if lines_of(text) > MOST_LINES
    }
    assert walls == {}
    assert "analysis.model" in objects


def test_every_public_class_is_among_them(objects: dict[str, object]) -> None:
    classes = [kind for name in gg.__all__ if isinstance(kind := getattr(gg, name), type)]
    met = {kind for thing in objects.values() for kind in type(thing).__mro__}
    unmet = {c.__name__ for c in classes if c not in met and not issubclass(c, Exception)}
    assert unmet == set()


def test_a_card_is_small(objects: dict[str, object]) -> None:
    cards = {
        name: thing._repr_html_()
        for name, thing in objects.items()
        if hasattr(thing, "_repr_html_") and not isinstance(thing, pd.DataFrame)
    }
    assert {name for name, html in cards.items() if len(html) > LARGEST_CARD} == set()
    assert "analysis" in cards


def test_public_names_print_no_wall() -> None:
    assert {n for n in gg.__all__ if lines_of(repr(getattr(gg, n))) > MOST_LINES} == set()


def test_a_wall_is_found() -> None:
    assert lines_of("x" * 63_547) > MOST_LINES
