"""Nothing imports to its right, the core knows no widget, and importing it loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT

CORE = ROOT / "ganglioside"

#: The modules from left to right; a module may import those further left, or its neighbours
#: in the same string.
ORDER = [
    "errors version progress",
    "support notify",
    "columns",
    "settings",
    "lipids",
    "reading",
    "simulation",
    "observations",
    "ion_source",
    "retention",
    "inference",
    "verdicts",
    "questions",
    "analysis",
    "history exporting charts",
    "reports",
    "batch",
    "jobs",
    "cli",
    "__main__",
]
RANK = {module: rank for rank, modules in enumerate(ORDER) for module in modules.split()}

#: The display belongs to panels and notebooks; only the command line starts their servers.
FOREIGN_TO_CORE = {"ipywidgets", "IPython", "anywidget", "voila", "ganglioside_widgets"}
ALLOWED = {"cli": {"ganglioside_widgets"}}

HEAVY = (
    "altair",
    "duckdb",
    "sklearn",
    "openpyxl",
    "pyarrow",
    "jupyterlab",
    "papermill",
    "pandas",
    "distributed",
)


def absolute(node: ast.ImportFrom, package: str) -> str:
    if not node.level:
        return node.module or ""
    parents = package.split(".")
    base = parents[: len(parents) - node.level + 1]
    return ".".join([*base, *([node.module] if node.module else [])])


def imported(source: str, package: str = "ganglioside") -> Iterator[str]:
    """Yield the full name of everything that `source` imports, wherever in the file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{absolute(node, package)}.{alias.name}" for alias in node.names)


def faults(module: str, source: str, package: str = "ganglioside") -> list[str]:
    """Return the imports of `module` that point to its right or out of the core."""
    found = []
    for name in imported(source, package):
        head, *rest = name.split(".")
        inner = rest[0] if head == "ganglioside" and rest else None
        if head in FOREIGN_TO_CORE - ALLOWED.get(module, set()):
            found.append(f"{module} imports {name}")
        elif RANK.get(inner, 0) > RANK[module]:
            found.append(f"{module} imports {inner}")
    return found


def core_sources() -> dict[Path, str]:
    paths = [p for p in CORE.rglob("*.py") if p != CORE / "__init__.py"]
    return {path.relative_to(CORE): path.read_text(encoding="utf-8") for path in paths}


def test_every_module_has_its_place_in_the_order() -> None:
    present = {path.parts[0].removesuffix(".py") for path in core_sources()}
    assert {"analysis", "reading", "cli"} <= present
    assert present - set(RANK) == set()


def test_nothing_imports_to_its_right() -> None:
    found = []
    for path, source in core_sources().items():
        package = ".".join(["ganglioside", *path.parts[:-1]])
        found += faults(path.parts[0].removesuffix(".py"), source, package)
    assert found == []


@pytest.mark.parametrize(
    "planted",
    [
        "from ganglioside.cli import app",
        "from ganglioside import cli",
        "import ganglioside.cli",
        "from .cli import app",
        "def f():\n    from ganglioside.cli import app",
        "import ipywidgets as w",
        "from IPython.display import display",
    ],
)
def test_a_planted_import_is_found(planted: str) -> None:
    assert faults("analysis", planted)


def test_imports_to_the_left_are_allowed() -> None:
    assert not faults("cli", "from ganglioside.analysis import analyze")
    assert not faults("cli", "from ganglioside_widgets.app import serve_lab")
    assert not faults("analysis", "import ganglioside")


def loaded_by(statement: str) -> set[str]:
    code = f"import sys; {statement}; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in run.stdout.split()}


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import ganglioside")
    assert "ganglioside" in loaded
    assert not loaded & set(HEAVY)
    assert "pandas" in loaded_by("import ganglioside; ganglioside.FeatureTable")


def test_the_command_line_starts_without_anything_heavy() -> None:
    loaded = loaded_by("import ganglioside.cli")
    assert "typer" in loaded
    assert not loaded & set(HEAVY)
