"""Empty the outputs of notebooks, except those that nbval compares.

Usage: python .ci/strip_notebooks.py NOTEBOOK...   (exits 1 where it changed something)
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat

#: Cells with this tag keep their outputs: nbval compares them.
TAG = "nbval-check-output"


def is_compared(cell: nbformat.NotebookNode) -> bool:
    """Whether the output of a cell is stored and compared."""
    return TAG in cell.metadata.get("tags", [])


def faults(notebook: nbformat.NotebookNode) -> list[str]:
    """Changes that `strip` would make, and the cells with the tag that have nothing to compare."""
    found = []
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        if is_compared(cell):
            if not cell.outputs:
                found.append(f"cell {number} has the tag {TAG} and has no output stored")
        elif cell.outputs or cell.execution_count is not None:
            found.append(f"cell {number} has outputs or an execution count")
    return found


def strip(notebook: nbformat.NotebookNode) -> None:
    """Empty the outputs of all code cells that are not marked."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and not is_compared(cell):
            cell.outputs = []
            cell.execution_count = None


def main(paths: list[str]) -> int:
    """Strip the notebooks in place and return 1 where one was changed."""
    changed = False
    for path in map(Path, paths):
        before = path.read_text(encoding="utf-8")
        notebook = nbformat.reads(before, as_version=4)
        strip(notebook)
        after = nbformat.writes(notebook).rstrip("\n") + "\n"
        if after != before:
            path.write_text(after, encoding="utf-8")
            print(f"stripped {path}")
            changed = True
    return int(changed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
