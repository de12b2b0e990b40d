"""How long a report takes: in this process (as a batch makes it, too), and in kernels.

    python tests/benchmarks/report_speed.py [--file TABLE] [--reports 5]

Medians after one report that does not count; the last column is processor time, which says more
where others use the machine too.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import papermill
import psutil
from nbclient import NotebookClient
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

import ganglioside as gg
from ganglioside.reports.parameters import Parameters
from ganglioside.reports.render import NOTEBOOK, run_notebook
from ganglioside.support import locations

TEMPLATE = locations.reports() / NOTEBOOK


def processor_seconds() -> float:
    """Return what this process and its living and ended children have used."""
    this = psutil.Process()
    own = this.cpu_times()
    living = [child.cpu_times() for child in this.children(recursive=True)]
    ended = own.children_user + own.children_system
    return own.user + own.system + ended + sum(t.user + t.system for t in living)


def measure(what: str, render: Callable[[], object], times: int) -> None:
    render()
    clock, processor = [], []
    for _ in range(times):
        used, start = processor_seconds(), time.perf_counter()
        render()
        clock.append(time.perf_counter() - start)
        processor.append(processor_seconds() - used)
    print(
        f"{what:<28}{statistics.median(clock):7.2f} s{statistics.median(processor):7.2f} s of the "
        "processor",
        flush=True,
    )


def run_again(client: Any, source: str, output: str) -> None:
    """Run the notebook in a kernel that has run it before."""
    notebook = load_notebook_node(str(TEMPLATE))
    client.nb = parameterize_notebook(notebook, {"source": source, "output": output})
    client.nb.cells.insert(0, nbformat.v4.new_code_cell("%reset -f"))
    for number, cell in enumerate(client.nb.cells):
        client.execute_cell(cell, number)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", help="a feature table; the bundled example by default")
    parser.add_argument("--reports", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        source, page = Path(folder) / "table.csv", str(Path(folder) / "page.html")
        content = gg.example().source.content
        source.write_bytes(Path(arguments.file).read_bytes() if arguments.file else content)
        given = {"source": str(source), "output": page}
        measure("in this process", lambda: run_notebook(Parameters(**given)), arguments.reports)
        plain = Parameters(**given, pictures=False)
        measure("without still pictures", lambda: run_notebook(plain), arguments.reports)
        client: Any = NotebookClient(nbformat.v4.new_notebook(), kernel_name="python3")
        with client.setup_kernel():
            measure("a kernel used again", lambda: run_again(client, **given), arguments.reports)
        measure(
            "a kernel of its own",
            lambda: papermill.execute_notebook(
                str(TEMPLATE), str(Path(folder) / "out.ipynb"), parameters=given,
                progress_bar=False,
            ),
            arguments.reports,
        )  # fmt: skip


if __name__ == "__main__":
    main()
