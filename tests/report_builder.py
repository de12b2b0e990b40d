"""Reports for tests, made by the cells of the report notebook without a kernel of their own."""

from __future__ import annotations

from typing import Any

import nbformat

from ganglioside.reports.render import NOTEBOOK
from ganglioside.support import locations


def report_cells() -> list[str]:
    """Return the code of the report notebook, cell by cell, the parameters first."""
    notebook = nbformat.read(locations.reports() / NOTEBOOK, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def run_cells(**parameters: Any) -> dict[str, Any]:
    """Run the report notebook's cells with parameters and return its globals."""
    first, *rest = report_cells()
    namespace: dict[str, Any] = {"__builtins__": __builtins__}
    exec(first, namespace)
    namespace |= parameters
    for cell in rest:
        exec(cell, namespace)
    return namespace
