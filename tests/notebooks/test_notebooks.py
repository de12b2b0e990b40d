"""What every notebook must be, and that comparing its outputs finds a planted fault."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from paths import ROOT

SANITIZE = Path(__file__).with_name("sanitize.cfg")
TAG = "nbval-check-output"
TUTORIALS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
ALL = [*TUTORIALS, ROOT / "reports" / "session_report.ipynb"]

#: A chart that a cell shows.
CHART = re.compile(r"^(?:charts\.\w+|alt\.Chart)\(", re.MULTILINE)
#: A line that only says whether something holds, and what that stores.
CHECK = re.compile(
    r"^(?:assert\b|print\([^\"\n]*(?:==|<|>|\.all\(|\.any\()[^\"\n]*\)$|[\w.()]+ == [\w.()]+$)",
    re.MULTILINE,
)
IS_CHECK = re.compile(r"\s*((?:True|False)\s*)+")

#: Lines of a cell, but for the list of parameters: a notebook shows, the package works.
LONGEST_CELL = 12


def code_cells(path: Path) -> list[nbformat.NotebookNode]:
    notebook = nbformat.read(path, as_version=4)
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def test_the_first_lesson_lists_all_others() -> None:
    first, *others = TUTORIALS
    assert first.name == "00_start_here.ipynb"
    text = first.read_text(encoding="utf-8")
    assert others
    assert [path.name for path in others if f"({path.name})" not in text] == []


@pytest.mark.parametrize("path", ALL, ids=lambda path: path.name)
def test_a_notebook_is_valid_short_and_for_any_kernel_named_python3(path: Path) -> None:
    nbformat.validate(json.loads(path.read_text(encoding="utf-8")))
    assert nbformat.read(path, as_version=4).metadata.kernelspec.name == "python3"
    code = [c for c in code_cells(path) if "parameters" not in c.metadata.get("tags", [])]
    assert all(len(cell.source.splitlines()) <= LONGEST_CELL for cell in code)
    assert all("def " not in cell.source for cell in code_cells(path))


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.name)
def test_a_lesson_shows_a_chart_and_leaves_checks_to_the_tests(path: Path) -> None:
    cells = code_cells(path)
    assert any(CHART.search(cell.source) for cell in cells)
    assert not any(CHECK.search(cell.source) for cell in cells)
    stored = [output for cell in cells for output in cell.outputs]
    assert not any(IS_CHECK.fullmatch(str(output.get("text", ""))) for output in stored)


@pytest.mark.parametrize(
    "source", ["assert ready", "print(x > 0.9)", "print((a == b).all())", "len(x) == len(table)"]
)
def test_a_check_in_a_cell_is_found(source: str) -> None:
    assert CHECK.search(f"x = 1\n{source}")


@pytest.mark.parametrize(
    "source", ["shown = x[x > 0.9]", "print(len(rows))", "WHERE session = id AND x > 2"]
)
def test_a_cell_that_shows_something_is_no_check(source: str) -> None:
    assert not CHECK.search(source)


def test_the_first_analysis_takes_six_cells() -> None:
    assert len(code_cells(TUTORIALS[1])) == 6


def compared(tmp_path: Path, *stored: str) -> str:
    """Output of nbval for cells that print a time and `2`, with `stored` as their outputs."""
    cells = []
    for number, text in enumerate(stored, 1):
        cell = v4.new_code_cell("import time\nprint(f'{time.time():.3f} s', 1 + 1)")
        cell.execution_count = number
        cell.metadata["tags"] = [TAG]
        cell.outputs = [v4.new_output("stream", text=text)]
        cells.append(cell)
    path = tmp_path / "planted.ipynb"
    kernel = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    command = [sys.executable, "-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider", "--nbval-lax",
               "--nbval-current-env", f"--nbval-sanitize-with={SANITIZE}", path.name]  # fmt: skip
    return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout


def test_comparing_finds_a_planted_fault_and_overlooks_timings(tmp_path: Path) -> None:
    said = compared(tmp_path, "0.123 s 2\n", "0.123 s 3\n")
    assert "PASSED planted.ipynb::Cell 0" in said
    assert "FAILED planted.ipynb::Cell 1" in said
