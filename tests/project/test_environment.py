"""environment.yml and pyproject.toml ask for the same packages in the same versions."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from paths import ROOT

#: Packages that conda-forge knows under another name.
CONDA_NAMES = {"duckdb": "python-duckdb", "prometheus-client": "prometheus_client"}
#: What only the environment needs: conda's pip, and the project itself.
ENVIRONMENT_ONLY = {"pip", "-e ."}


def split(requirement: str) -> tuple[str, str]:
    """Return the name and the version range of one requirement."""
    match = re.fullmatch(r"([A-Za-z0-9._-]+)(?:\[\w+\])?\s*(.*)", requirement)
    assert match, requirement
    return match[1].lower(), match[2].replace(" ", "")


def everything(project: dict[str, Any]) -> list[str]:
    """Requirements of the project, its extras and its tests, without the project itself."""
    extras = project["optional-dependencies"].values()
    listed = [*project["dependencies"], *(requirement for extra in extras for requirement in extra)]
    return [requirement for requirement in listed if split(requirement)[0] != project["name"]]


def project_requirements(text: str) -> dict[str, str]:
    project = tomllib.loads(text)["project"]
    pairs = [split(requirement) for requirement in everything(project)]
    assert len(pairs) == len(dict(pairs)), "a package is listed twice"
    named = {CONDA_NAMES.get(name, name): versions for name, versions in pairs}
    return {"python": project["requires-python"].replace(" ", ""), **named}


def environment_requirements(text: str) -> dict[str, str]:
    listed = yaml.safe_load(text)["dependencies"]
    flat = [item for item in listed if isinstance(item, str)]
    flat += [item for block in listed if isinstance(block, dict) for item in block["pip"]]
    pairs = [split(item) for item in flat if item not in ENVIRONMENT_ONLY]
    assert len(pairs) == len(dict(pairs)), "a package is listed twice"
    return dict(pairs)


def disagreements(project: str, environment: str) -> set[str]:
    """Return the packages on which the two files differ."""
    ours, theirs = project_requirements(project), environment_requirements(environment)
    return {name for name in ours.keys() | theirs.keys() if ours.get(name) != theirs.get(name)}


@pytest.fixture(scope="module")
def files() -> tuple[str, str]:
    return (ROOT / "pyproject.toml").read_text(), (ROOT / "environment.yml").read_text()


def test_the_two_files_agree(files: tuple[str, str]) -> None:
    assert len(project_requirements(files[0])) > 25
    assert disagreements(*files) == set()


def test_every_requirement_has_a_floor(files: tuple[str, str]) -> None:
    bare = [n for n, versions in project_requirements(files[0]).items() if ">=" not in versions]
    assert bare == []


def test_the_environment_installs_the_project(files: tuple[str, str]) -> None:
    blocks = [b for b in yaml.safe_load(files[1])["dependencies"] if isinstance(b, dict)]
    assert any("-e ." in block["pip"] for block in blocks)


@pytest.mark.parametrize(("which", "start"), [(0, "requires-python"), (1, "dependencies:")])
def test_every_changed_floor_is_noticed(files: tuple[str, str], which: int, start: str) -> None:
    text = files[which]
    floors = list(re.compile(r">= ?(?=\d)").finditer(text, text.index(start)))
    assert len(floors) == len(project_requirements(files[0]))
    for floor in floors:
        changed = list(files)
        changed[which] = f"{text[: floor.end()]}9{text[floor.end() :]}"
        assert len(disagreements(*changed)) == 1


@pytest.mark.parametrize("which", [0, 1])
def test_a_removed_package_is_noticed(files: tuple[str, str], which: int) -> None:
    changed = list(files)
    changed[which] = re.sub(r"^.*papermill *>=.*\n", "", files[which], flags=re.M)
    assert disagreements(*changed) == {"papermill"}


def imported_packages() -> set[str]:
    """Return the distributions that the two packages import."""
    owners = packages_distributions()
    found = set()
    for path in [*(ROOT / "ganglioside").rglob("*.py"), *(ROOT / "widgets").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            else:
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            found |= {name.partition(".")[0] for name in names}
    foreign = found - set(sys.stdlib_module_names) - {"", "ganglioside", "ganglioside_widgets"}
    return {owner.lower().replace("_", "-") for name in foreign for owner in owners[name][:1]}


def test_everything_imported_is_declared(files: tuple[str, str]) -> None:
    project = tomllib.loads(files[0])["project"]
    extras = {name: of for name, of in project["optional-dependencies"].items() if name != "dev"}
    declared = {
        split(r)[0] for listed in (project["dependencies"], *extras.values()) for r in listed
    }
    imported = imported_packages()
    assert {"typer", "duckdb", "pandas"} <= imported
    assert imported - declared == set()


# --- constraints.txt -------------------------------------------------------------------------

CONSTRAINTS = ROOT / "constraints.txt"
PYTHONS = ("3.11.9", "3.12.9", "3.13.9")


def pinned(python: str) -> dict[str, Version]:
    """Return the version of every package that is taken under a Python on Linux."""
    where = {
        "python_full_version": python,
        "python_version": python.rpartition(".")[0],
        "sys_platform": "linux",
        "os_name": "posix",
        "platform_system": "Linux",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
    }
    found: dict[str, Version] = {}
    for line in CONSTRAINTS.read_text().splitlines():
        if line.startswith("#"):
            continue
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate(where):
            assert requirement.name not in found, f"{requirement.name} twice under {python}"
            (version,) = requirement.specifier
            assert version.operator == "=="
            found[canonicalize_name(requirement.name)] = Version(version.version)
    return found


@pytest.mark.parametrize("python", PYTHONS)
def test_what_was_tested_is_one_allowed_version_of_each_package(python: str) -> None:
    versions = pinned(python)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for text in everything(project):
        requirement = Requirement(text)
        assert versions[canonicalize_name(requirement.name)] in requirement.specifier, text


def test_the_list_of_what_was_tested_names_no_place() -> None:
    lines = CONSTRAINTS.read_text().splitlines()
    assert [line for line in lines if re.search(r"://|^-|@|\bfile:|/", line)] == []
