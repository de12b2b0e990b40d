"""Examples in docstrings run and show what they say."""

from __future__ import annotations

import doctest
import functools
import importlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from paths import ROOT

import ganglioside as gg
from ganglioside.charts import vega

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE

FOLDERS = {"ganglioside": ROOT, "ganglioside_widgets": ROOT / "widgets"}


class Finder(doctest.DocTestFinder):
    """Finds the examples of cached properties too, which doctest takes for those of functools."""

    def _from_module(self, module: object, object: object) -> bool:
        found = object.func if isinstance(object, functools.cached_property) else object
        return bool(super()._from_module(module, found))  # type: ignore[misc]


def test_examples_of_cached_properties_are_found() -> None:
    names = {test.name for test in Finder().find(importlib.import_module("ganglioside.analysis"))}
    assert "ganglioside.analysis.Analysis.species" in names


def with_examples() -> list[str]:
    """Modules whose docstrings have examples, by name."""
    found = []
    for package, folder in FOLDERS.items():
        for path in sorted((folder / package).rglob("*.py")):
            if ">>> " in path.read_text(encoding="utf-8"):
                name = ".".join(path.relative_to(folder).with_suffix("").parts)
                found.append(name.removesuffix(".__init__"))
    return found


#: Modules whose examples have a history at hand.
WITH_HISTORY = {"ganglioside.history.history", "ganglioside.history.running"}


def at_hand(folder: Path) -> dict[str, object]:
    """What the examples of a history have at hand: it, and the id of a session."""
    history = gg.History.open(folder / "history.duckdb")
    return {"history": history, "sid": history.save(gg.analyze(gg.example()))}


@pytest.fixture(scope="module", autouse=True)
def _judged_once() -> Iterator[None]:
    """Judge the example once: half of the docstrings begin with it."""
    judged = gg.analyze(gg.example())
    judge = gg.analyze

    @functools.wraps(judge)
    def once(table: object, *more: Any, **named: Any) -> gg.Analysis:
        asked = more or named or getattr(table, "source", None) != judged.source
        return judge(table, *more, **named) if asked else judged

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gg, "analyze", once)
        yield


@pytest.fixture(scope="module", autouse=True)
def _charts_once() -> Iterator[None]:
    """Turn each chart of the example into one of Altair once: several docstrings draw the same."""
    turned: dict[str, Any] = {}
    turn = vega.to_altair

    def once(document: vega.Spec) -> Any:
        key = json.dumps(document, sort_keys=True)
        if key not in turned:
            turned[key] = turn(document)
        return turned[key].copy()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vega, "to_altair", once)
        yield


@pytest.mark.usefixtures("one_figure")
@pytest.mark.parametrize("name", with_examples())
def test_examples_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    names = at_hand(tmp_path) if name in WITH_HISTORY else {}
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for example in Finder().find(importlib.import_module(name), name, extraglobs=names):
        runner.run(example)
    assert runner.tries > 0
    assert runner.failures == 0


@pytest.mark.parametrize("name", [n for n in gg.__all__ if n in gg._HOMES])
def test_each_public_name_has_an_example(name: str) -> None:
    assert ">>> " in (getattr(gg, name).__doc__ or "")
