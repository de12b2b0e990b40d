"""Paths in answers: callers see the names of files, never the folders of the server."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ganglioside.history.jobs import Job
from ganglioside.history.runs import Run
from ganglioside.support.folders import without_folders

#: Parameters of jobs that are paths, also relative ones.
_PATHS: Final = frozenset({"source", "sources", "out", "folder"})


class ShownPaths:
    """Texts of a job as callers see them: what it was given as paths has its name only.

    Parameters
    ----------
    run
        A job; sessions know no paths.
    """

    def __init__(self, run: Run) -> None:
        paths = {*_paths(_parameters(run.parameters))} if isinstance(run, Job) else set()
        given = {written for path in paths for written in (path, repr(path)[1:-1])}
        folders = {f"{place.rstrip(os.sep)}{os.sep}" for path in given for place in _places(path)}
        # The longest first: a folder may be in another.
        self._folders = sorted(folders, key=len, reverse=True)
        self._given = sorted(given, key=len, reverse=True)

    def __call__(self, value: Any) -> Any:
        """Value as JSON has it, with all texts in it as they are shown."""
        if isinstance(value, str):
            return self._shown(value)
        if isinstance(value, dict):
            return {self._shown(str(key)): self(inner) for key, inner in value.items()}
        return [self(inner) for inner in value] if isinstance(value, list) else value

    def _shown(self, text: str) -> str:
        for folder in self._folders:
            text = text.replace(folder, "")
        for path in self._given:
            text = text.replace(path, Path(path).name)
        return without_folders(text)


def _parameters(text: str) -> Any:
    """Parameters of a job; none where others wrote them."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _paths(value: Any, name: str = "") -> Iterator[str]:
    """Paths in the parameters of a job: absolute ones, and relative ones with folders."""
    if isinstance(value, str):
        path = Path(value)
        if path.name and (path.is_absolute() or (name in _PATHS and len(path.parts) > 1)):
            yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, name)


def _places(path: str) -> list[str]:
    """A path as a folder, and the folder that it is in unless that is the root."""
    parent = Path(path).parent
    return [path, str(parent)] if parent.name else [path]
