"""What must hold for every file of the project; each guard also proves that it looks."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import nbformat
import pytest
from nbformat import v4
from paths import ROOT
from tracked import tracked_files

# Written in pieces, so that this file holds none of them itself.
FORBIDDEN = {
    "machine path": re.compile(r"(?<![\w.~}-])/" + r"(?:work|home|root)" + r"/\w"),
    "registry host": re.compile(
        "|".join(
            re.escape(host).replace("_", r"\.")
            for host in (
                "pypi_org",
                "pythonhosted_org",
                "registry_npmjs_org",
                "registry_yarnpkg_com",
                "deb_debian_org",
                "conda_anaconda_org",
            )
        )
    ),
    "content network": re.compile(
        r"https?:" + r"//(?:cdn\.|cdnjs\.|unpkg\.|esm\.sh|[\w.-]*jsdelivr\.|[\w.-]*skypack\.|"
        r"fonts\.(?:googleapis|gstatic)\.)"
    ),
}


def load_script(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


strip_notebooks = load_script(ROOT / ".ci" / "strip_notebooks.py")


def text_of(path: Path) -> str:
    content = path.read_bytes()
    return "" if b"\0" in content[:8000] else content.decode(errors="replace")


def forbidden_in(text: str) -> list[str]:
    return [
        f"line {text.count(chr(10), 0, match.start()) + 1}: {what} {match[0]}"
        for what, pattern in FORBIDDEN.items()
        for match in pattern.finditer(text)
    ]


def test_no_file_names_this_machine_or_a_host_it_would_load_from() -> None:
    texts = {path: text_of(path) for path in tracked_files()}
    assert sum(map(bool, texts.values())) > 30
    assert ROOT / "Makefile" in texts
    assert ROOT / "ganglioside" / "errors.py" in texts
    faults = {
        str(path.relative_to(ROOT)): found
        for path, text in texts.items()
        if (found := forbidden_in(text))
    }
    assert faults == {}


@pytest.mark.parametrize(
    "planted",
    [
        "open('/" + "home/anna/features.csv')",
        "see /" + "work/main",
        "index-url = https://py" + "pi.org/simple",
        'src="https://cdn' + '.jsdelivr.net/npm/vega@5"',
        'src="https://unpkg' + '.com/vega"',
        "@import url(http://fonts." + "googleapis.com/css)",
    ],
)
def test_the_guard_finds_what_is_planted(planted: str) -> None:
    assert forbidden_in(f"first line\n{planted}\n")[0].startswith("line 2: ")


@pytest.mark.parametrize(
    "innocent",
    ["#!/usr/bin/env bash", "~/work/features.csv", "notebooks/home/x", "nothing loads from a CDN"],
)
def test_the_guard_leaves_the_innocent_alone(innocent: str) -> None:
    assert forbidden_in(innocent) == []


def notebook_paths() -> list[Path]:
    return [path for path in tracked_files() if path.suffix == ".ipynb"]


def test_notebooks_hold_outputs_only_where_they_are_compared() -> None:
    paths = notebook_paths()
    assert paths, "no notebook is tracked"
    faults = {
        str(path.relative_to(ROOT)): found
        for path in paths
        if (found := strip_notebooks.faults(nbformat.read(path, as_version=4)))
    }
    assert faults == {}


def notebook(source: str, *, ran: bool, compared: bool = False) -> nbformat.NotebookNode:
    cell = v4.new_code_cell(source)
    cell.metadata["tags"] = [strip_notebooks.TAG] if compared else []
    if ran:
        cell.execution_count = 1
        cell.outputs = [v4.new_output("stream", text="2\n")]
    return v4.new_notebook(cells=[v4.new_markdown_cell("text"), cell])


def test_a_stored_output_is_found_and_stripped() -> None:
    dirty = notebook("print(1 + 1)", ran=True)
    assert len(strip_notebooks.faults(dirty)) == 1
    strip_notebooks.strip(dirty)
    assert strip_notebooks.faults(dirty) == []
    assert dirty.cells[1].outputs == []


def test_a_compared_output_is_kept_and_its_absence_found() -> None:
    compared = notebook("print(1 + 1)", ran=True, compared=True)
    strip_notebooks.strip(compared)
    assert compared.cells[1].outputs
    assert strip_notebooks.faults(compared) == []
    assert len(strip_notebooks.faults(notebook("print(1 + 1)", ran=False, compared=True))) == 1


def test_stripping_in_place_says_whether_it_changed_anything(tmp_path: Path) -> None:
    path = tmp_path / "dirty.ipynb"
    nbformat.write(notebook("print(1 + 1)", ran=True), path)
    assert strip_notebooks.main([str(path)]) == 1
    assert strip_notebooks.main([str(path)]) == 0


SECTIONS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def changelog_faults(text: str) -> list[str]:
    versions = re.findall(r"^## (.*)$", text, flags=re.M)
    form = re.compile(r"\[Unreleased\]|\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d")
    faults = [f"not a version heading: {v}" for v in versions if not form.fullmatch(v)]
    if not text.startswith("# Changelog\n") or versions[:1] != ["[Unreleased]"]:
        faults.append("the first section is not [Unreleased]")
    sections = re.findall(r"^### (.*)$", text, flags=re.M)
    return faults + [f"not a kind of change: {s}" for s in sections if s not in SECTIONS]


def test_the_changelog_keeps_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    assert changelog_faults(text) == []
    assert changelog_faults(text.replace("[Unreleased]", "[Soon]"))
    assert changelog_faults(text.replace("### Added", "### News"))
    assert changelog_faults(f"{text}\n## 0.0.1\n")
