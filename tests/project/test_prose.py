"""How the code reads: names and first lines that say what they are."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from paths import ROOT

SOURCES = (ROOT / "ganglioside", ROOT / "widgets" / "ganglioside_widgets")

#: A riddle instead of the thing returned.
RIDDLE = re.compile(r"Returns? (what|how|where|which|that|whether)\b")

#: Names of modules that misled readers, by package.
MISLEADING = {
    "assembly", "by_sample", "peaks", "linearised", "grids", "delimited", "cells", "tables",
    "glycans", "facts", "texts", "ordered", "places", "library", "ghosts", "extents", "reporting",
    "explain", "learn", "regression", "sugars", "dead", "turns", "copies", "judgements", "digest",
    "people", "carrying", "starting", "following", "telling", "work", "care", "show", "pictures",
    "grammar", "marks", "journal", "rows", "changes",
}  # fmt: skip

#: The same names where they are the right word, and why.
RIGHT_THERE = {
    "ganglioside/simulation/facts.py": "what the simulator reads",
    "ganglioside/simulation/peaks.py": "chromatographic peaks that are drawn",
    "ganglioside/exporting/tables.py": "tables of a result as files",
}


def sources() -> list[Path]:
    found = [path for folder in SOURCES for path in folder.rglob("*.py")]
    assert len(found) > 200
    return found


def riddles(source: str) -> list[str]:
    """First lines of docstrings that do not name what is returned."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    nodes = [node for node in ast.walk(ast.parse(source)) if isinstance(node, documented)]
    texts = [text for node in nodes if (text := ast.get_docstring(node))]
    return [line for text in texts if RIDDLE.match(line := text.splitlines()[0])]


def test_first_lines_name_what_is_returned() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in sources()
        if (lines := riddles(path.read_text(encoding="utf-8")))
    }
    assert found == {}


@pytest.mark.parametrize(
    "line", ["Return what is left.", "Return how far it is.", "Return whether x."]
)
def test_a_riddle_is_found(line: str) -> None:
    assert riddles(f'def f():\n    """{line}"""\n') == [line]
    assert riddles('def f():\n    """Distance to the line, min, shape (n,)."""\n') == []


def test_no_module_has_a_name_that_misleads() -> None:
    names = {str(path.relative_to(ROOT)): path.stem for path in sources()}
    assert [p for p, stem in names.items() if stem in MISLEADING and p not in RIGHT_THERE] == []
    assert set(RIGHT_THERE) <= set(names)
