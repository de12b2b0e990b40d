"""Paths in answers: callers see the names of files, never the folders of the server."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ganglioside.history.jobs import Job
from ganglioside.history.runs import Run

#: Folders of an absolute path, two or more; not part of a name, an address or a fraction.
_FOLDERS: Final = re.compile(r"(?<![\w.:/])(?:/[^\s/:,;'\"]+){2,}/(?=[^\s/])")


def without_folders(text: str) -> str:
    """Text in which files have their names only, as an error may tell where the history is.

    >>> without_folders("The history /srv/lab/history.duckdb is in use")
    'The history history.duckdb is in use'
    """
    return _FOLDERS.sub("", text)


class ShownPaths:
    """Texts of a job as callers see them: what it was given as paths has its name only.

    Parameters
    ----------
    run
        A job; sessions know no paths.
    """

    def __init__(self, run: Run) -> None:
        given = {*_paths(_parameters(run.parameters))} if isinstance(run, Job) else set()
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


def _paths(value: Any) -> Iterator[str]:
    """Absolute paths in the parameters of a job."""
    if isinstance(value, str) and Path(value).is_absolute() and Path(value).name:
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _paths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner)


def _places(path: str) -> list[str]:
    """A path as a folder, and the folder that it is in unless that is the root."""
    parent = Path(path).parent
    return [path, str(parent)] if parent.name else [path]
