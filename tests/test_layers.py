"""Nothing imports to its right, the core knows no widget, and importing it loads nothing heavy."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import ganglioside

ROOT = Path(__file__).resolve().parents[1]
CORE = ROOT / "ganglioside"

#: The modules from left to right; a module may import those further left, or its neighbours
#: in the same string.
ORDER = [
    "errors places",
    "columns settings progress",
    "glycans",
    "names",
    "tables",
    "reading",
    "curve observations",
    "retention",
    "rules",
    "verdicts",
    "analysis",
    "simulate",
    "example",
    "history",
    "export charts",
    "reports",
    "cli",
]
RANK = {module: rank for rank, modules in enumerate(ORDER) for module in modules.split()}

#: The display belongs to panels and notebooks.
FOREIGN_TO_CORE = {"ipywidgets", "IPython", "anywidget", "voila", "ganglioside_widgets"}

HEAVY = ("altair", "duckdb", "sklearn", "openpyxl", "pyarrow", "jupyterlab", "papermill", "pandas")


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
        if head in FOREIGN_TO_CORE:
            found.append(f"{module} imports {name}")
        elif head == "ganglioside" and rest[0] in RANK and RANK[rest[0]] > RANK[module]:
            found.append(f"{module} imports {rest[0]}")
    return found


def core_sources() -> dict[Path, str]:
    paths = [p for p in CORE.rglob("*.py") if p != CORE / "__init__.py"]
    return {path.relative_to(CORE): path.read_text(encoding="utf-8") for path in paths}


def test_every_module_has_its_place_in_the_order() -> None:
    present = {path.parts[0].removesuffix(".py") for path in core_sources()}
    assert {"analysis", "tables", "cli"} <= present
    assert present == set(RANK)


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


def test_the_public_names_are_declared_once() -> None:
    assert sorted(ganglioside.__all__) == sorted({*ganglioside._HOMES, "errors", "__version__"})
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
        if alias.name != "errors"
    }
    assert seen == ganglioside._HOMES


@pytest.mark.parametrize(
    "before",
    [
        "pass",
        "import ganglioside.simulate",
        "from ganglioside.simulate import simulate",
        "gg.simulate; import ganglioside.simulate",
        "import ganglioside.simulate as s; assert callable(s)",
        "import importlib; importlib.import_module('ganglioside.simulate')",
    ],
)
@pytest.mark.parametrize("name", ["simulate", "export"])
def test_a_function_named_as_its_module_stays_a_function(before: str, name: str) -> None:
    code = (
        f"import ganglioside as gg; {before.replace('simulate', name)}; print(callable(gg.{name}))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "True"


def test_an_unknown_name_is_refused_by_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'analyse'"):
        _ = ganglioside.analyse  # type: ignore[attr-defined]
