"""Papermill engine that runs a notebook's cells in the present process.

A new kernel, which imports everything again, costs seconds per report; here a report costs only
its cells (`tests/benchmarks/report_speed.py`). The cells share nothing with the program except its
imported modules. Cells are plain Python: magic commands need a kernel.
"""

from __future__ import annotations

import traceback
from typing import Any, Final

from nbformat.v4 import new_output
from papermill.engines import Engine, NotebookExecutionManager, papermill_engines

#: Name of the engine for papermill.
NAME: Final = "in-process"


class InProcess(Engine):  # type: ignore[misc] # papermill has no types
    """Engine that runs code cells in order; an error ends the run and is left in its cell."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: NotebookExecutionManager, _kernel_name: str, **_: Any
    ) -> None:
        """Run all cells of the notebook that `nb_man` manages."""
        namespace: dict[str, Any] = {"__name__": "__main__"}
        for number, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, number)
            if cell.cell_type == "code" and not _succeeds(cell, number, namespace):
                nb_man.cell_exception(cell, number)
                nb_man.cell_complete(cell, number)
                return
            nb_man.cell_complete(cell, number)


def _succeeds(cell: Any, number: int, namespace: dict[str, Any]) -> bool:
    cell.execution_count = number + 1
    try:
        exec(compile(cell.source, f"<cell {number}>", "exec"), namespace)
    except Exception as error:  # noqa: BLE001 - papermill raises what it finds in the cell
        lines = traceback.format_exception(error)
        cell.outputs = [
            new_output("error", ename=type(error).__name__, evalue=str(error), traceback=lines)
        ]
        return False
    return True


papermill_engines.register(NAME, InProcess)
