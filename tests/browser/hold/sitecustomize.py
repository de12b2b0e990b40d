"""Lets a test hold the analyses of a server, and have small tables pass for large ones.

Python imports this by itself where the folder is on PYTHONPATH, in all processes of the server.
While the file that GANGLIOSIDE_TESTS_HOLD names is there, no analysis gets past the percentage in
it. Tables of GANGLIOSIDE_TESTS_LARGE rows are exported by jobs.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


def limit() -> float:
    """Percentage that analyses may reach."""
    try:
        return float(Path(os.environ["GANGLIOSIDE_TESTS_HOLD"]).read_text() or 0)
    except (KeyError, FileNotFoundError):
        return float("inf")


def hold(module: Any) -> None:
    """Let progress wait before it reports what is beyond the limit."""
    progress = module.Progress
    send = progress._send

    def held(self: Any, *told: Any, **named: Any) -> None:
        while self._percentage > limit():
            time.sleep(0.02)
        send(self, *told, **named)

    progress._send = held


def shrink(module: Any) -> None:
    """Take smaller tables for large ones."""
    module.LARGE = int(os.environ.get("GANGLIOSIDE_TESTS_LARGE", module.LARGE))


#: What is done to modules as soon as they are imported.
CHANGES: dict[str, Callable[[Any], None]] = {
    "ganglioside.progress": hold,
    "ganglioside_widgets.state.export": shrink,
}


class Finder(MetaPathFinder):
    """Changes modules as soon as they are imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Spec of a module that is changed; of no other."""
        change = CHANGES.pop(name, None)
        if change is None:
            return None
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_change(module: ModuleType) -> None:
            execute(module)
            change(module)

        spec.loader.exec_module = execute_and_change  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Finder())
