"""Imports run down the layers, never in a circle, and loading the package costs nothing."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from paths import ROOT

CORE = ROOT / "ganglioside"

#: Packages and modules of the core, lowest first: one may import those above it in this list.
ORDER = (
    "errors",
    "version",
    "progress",
    "support",
    "notify",
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
    "amounts",
    "questions",
    "analysis",
    "exporting",
    "history",
    "charts",
    "reports",
    "display",
    "batch",
    "jobs",
    "watching",
    "server",
    "client",
    "cli",
    "__main__",
)
RANK = {name: rank for rank, name in enumerate(ORDER)}

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
    """Imports of `module` that run up the layers or out of the core."""
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


def test_every_package_has_a_rank() -> None:
    present = {path.parts[0].removesuffix(".py") for path in core_sources()}
    assert {"analysis", "reading", "cli"} <= present
    assert present - set(RANK) == set()


def test_no_import_runs_up_the_layers() -> None:
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


def test_imports_down_the_layers_are_allowed() -> None:
    assert not faults("cli", "from ganglioside.analysis import analyze")
    assert not faults("cli", "from ganglioside_widgets.app import serve_lab")
    assert not faults("analysis", "import ganglioside")


def test_the_core_is_packages_and_at_most_eight_modules() -> None:
    assert len(list(CORE.glob("*.py"))) <= 8
    packages = [path.name for path in CORE.iterdir() if (path / "__init__.py").is_file()]
    assert set(packages) <= set(ORDER)


def arrows(sources: dict[str, str]) -> dict[str, set[str]]:
    """Modules that each module imports when it is loaded; not those under TYPE_CHECKING."""
    found: dict[str, set[str]] = {}
    for name, source in sources.items():
        found[name] = set()
        for statement in ast.parse(source).body:  # what stands in functions is loaded later
            if isinstance(statement, ast.Import | ast.ImportFrom):
                for target in imported(ast.unparse(statement), name):
                    parent = target.rpartition(".")[0]
                    found[name].add(target if target in sources else parent)
        found[name].discard(name)
    return found


def circle(sources: dict[str, str]) -> list[str]:
    """Modules that import each other in a circle; empty where none do."""
    left = arrows(sources)
    while free := [name for name, targets in left.items() if not targets & left.keys()]:
        for name in free:
            del left[name]
    return sorted(left)


def modules() -> dict[str, str]:
    named = {
        ".".join(("ganglioside", *path.with_suffix("").parts)).removesuffix(".__init__"): source
        for path, source in core_sources().items()
    }
    assert len(named) > 150
    return named


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert circle(modules()) == []


def test_a_planted_circle_is_found() -> None:
    planted = {name: text for name, text in modules().items() if ".support" in name}
    planted["ganglioside.support.arrays"] += "\nfrom ganglioside.support import fact_tables\n"
    planted["ganglioside.support.fact_tables"] += "\nfrom ganglioside.support import arrays\n"
    found = circle(planted)
    assert {"ganglioside.support.arrays", "ganglioside.support.fact_tables"} <= set(found)


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
    loaded = loaded_by("import ganglioside.cli, ganglioside_widgets.app")
    assert {"typer", "ganglioside_widgets"} <= loaded
    assert not loaded & {*HEAVY, "voila", "jupyter_server"}
