"""What the kernels of web pages have loaded when they begin: loaded for its imports alone.

Nothing here may start a thread, open a connection or read the environment: copies would share it.
"""

from __future__ import annotations

import gc
import importlib
import pkgutil
from typing import Final

#: Packages whose modules are all loaded.
PACKAGES: Final = (
    "ganglioside_widgets.panels",
    "ganglioside_widgets.state",
    "ganglioside_widgets.elements",
    "ganglioside.charts",
    "ganglioside.exporting",
    "ganglioside.history",
    "ganglioside.reading.formats",
)

#: Others, of which pages load parts when they first need them.
OTHERS: Final = (
    "ganglioside_widgets.serving.kernel_program",
    "openpyxl",
    "pyarrow.compute",
    "pyarrow.parquet",
)


def _load() -> None:
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.iter_modules(package.__path__, f"{name}."):
            importlib.import_module(module.name)
    for name in OTHERS:
        importlib.import_module(name)


_load()
# What is loaded is never looked at by the collector, which would copy the pages of memory it is on.
gc.collect()
gc.freeze()
