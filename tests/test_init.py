"""The public names: complete, lazy, and functions where they promise functions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import ganglioside

CORE = Path(ganglioside.__file__).parent


def test_the_public_names_are_declared_once() -> None:
    assert sorted(ganglioside.__all__) == sorted(
        {*ganglioside._HOMES, *ganglioside._MODULES, "__version__"}
    )
    assert set(ganglioside.__all__) <= set(dir(ganglioside))


@pytest.mark.parametrize("name", ganglioside.__all__)
def test_every_public_name_resolves(name: str) -> None:
    value = getattr(ganglioside, name)
    home = ganglioside._HOMES.get(name)
    assert home is None or value.__name__ == name


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse((CORE / "__init__.py").read_text())
    block = next(n for n in tree.body if isinstance(n, ast.If))
    seen = {
        alias.name: (node.module or "").removeprefix("ganglioside.")
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if node.module != "ganglioside"
    }
    assert seen == ganglioside._HOMES


def test_no_public_name_is_hidden_by_a_module() -> None:
    modules = {path.stem for path in CORE.iterdir()}
    assert not set(ganglioside._HOMES) & modules
    assert set(ganglioside._MODULES) <= modules


def test_an_unknown_name_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = ganglioside.analyse  # type: ignore[attr-defined]
