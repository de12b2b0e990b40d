"""The engine that runs a notebook's cells in this process."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import papermill
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from papermill.exceptions import PapermillExecutionError

from ganglioside.reports.engine import NAME


def run(folder: Path, *sources: str) -> nbformat.NotebookNode:
    cells = [new_code_cell("limit = 1", metadata={"tags": ["parameters"]})]
    cells += [new_markdown_cell("# words"), *map(new_code_cell, sources)]
    kernel = {"kernelspec": {"name": "python3", "language": "python", "display_name": "Python"}}
    path = folder / "notebook.ipynb"
    nbformat.write(new_notebook(cells=cells, metadata=kernel), path)
    return papermill.execute_notebook(
        str(path), None, parameters={"limit": 7, "out": str(folder / "out.txt")},
        engine_name=NAME, progress_bar=False,
    )  # fmt: skip


def test_cells_run_in_order_in_this_process_and_share_their_names(tmp_path: Path) -> None:
    run(tmp_path, "import os\nfrom pathlib import Path", "text = f'{limit} {os.getpid()}'",
        "Path(out).write_text(f'{text} {__name__}')")  # fmt: skip
    assert (tmp_path / "out.txt").read_text() == f"7 {os.getpid()} __main__"
    assert "limit" not in globals()


def test_an_error_ends_the_run_and_is_left_in_its_cell(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError) as failure:
        run(tmp_path, "1 / 0", "open(out, 'w').close()")
    assert (failure.value.ename, failure.value.evalue) == ("ZeroDivisionError", "division by zero")
    assert "<cell 3>" in "".join(failure.value.traceback)
    assert not (tmp_path / "out.txt").exists()


def test_a_cell_that_is_no_python_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PapermillExecutionError, match="SyntaxError"):
        run(tmp_path, "%matplotlib inline")
