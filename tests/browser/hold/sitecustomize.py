"""Lets a test hold the analyses of a server, whichever of its processes they run in.

Python imports this by itself where the folder is on PYTHONPATH. While the file that
GANGLIOSIDE_TESTS_HOLD names is there, no analysis gets past the percentage in it.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import time
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

HELD = "ganglioside.progress"


def limit() -> float:
    """Percentage that analyses may reach."""
    try:
        return float(Path(os.environ["GANGLIOSIDE_TESTS_HOLD"]).read_text() or 0)
    except (KeyError, FileNotFoundError):
        return float("inf")


def hold(progress: Any) -> None:
    """Let a class of progress wait before it reports what is beyond the limit."""
    send = progress._send

    def held(self: Any, *told: Any, **named: Any) -> None:
        while self._percentage > limit():
            time.sleep(0.02)
        send(self, *told, **named)

    progress._send = held


class Finder(MetaPathFinder):
    """Changes the module of progress as soon as it is imported."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Spec of that module; of no other."""
        if name != HELD:
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is None or spec.loader is None:
            return None
        execute = spec.loader.exec_module

        def execute_and_hold(module: ModuleType) -> None:
            execute(module)
            hold(module.Progress)

        spec.loader.exec_module = execute_and_hold  # type: ignore[method-assign]
        return spec


sys.meta_path.insert(0, Finder())
