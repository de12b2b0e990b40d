"""Upper packages are opened by name, and objects are shown as cards."""

from __future__ import annotations

import ast

import pytest
from paths import ROOT

import ganglioside as gg
from ganglioside.support.on_demand import opened

#: Modules that may open upper packages: the objects that offer what is made of them, and the
#: exports, of which one is the figures of a report.
OPENERS = {"support/on_demand.py", "analysis.py", "exporting/files.py"}


def test_a_package_is_opened_by_its_name() -> None:
    assert opened("charts") is gg.charts
    with pytest.raises(ModuleNotFoundError):
        opened("nowhere")


def test_only_objects_that_are_shown_open_upper_packages() -> None:
    found = set()
    for path in (ROOT / "ganglioside").rglob("*.py"):
        names = [n.func for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call)]
        if any(isinstance(name, ast.Name) and name.id == "opened" for name in names):
            found.add(path.relative_to(ROOT / "ganglioside").as_posix())
    assert found <= OPENERS
    assert "support/on_demand.py" in found
