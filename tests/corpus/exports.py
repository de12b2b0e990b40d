"""Small files of every tool, made by the builders of the formats' own tests."""

from __future__ import annotations

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from functools import cache
from types import ModuleType
from typing import Any, Final

from paths import TESTS
from reading.formats.workbook import workbook

from corpus.inputs import CASES

#: Builders that need an argument, and the arguments that they are tried with.
_WITH_ARGUMENTS: Final[dict[str, tuple[dict[str, Any], ...]]] = {
    "lipidxplorer.lipidxplorer": ({"rt": True},),
    "mrmkit.mrmkit": ({"separator": ","}, {"separator": "\t"}),
    "msdial.peak_list": ({"version": 4}, {"version": 5}),
    "mzmine.metaboanalyst": ({"version": 2}, {"version": 3}),
    "mztab.document": ({"camel": True}, {"camel": False}),
}
#: Builders whose argument is a list of columns that their module defines.
_WITH_COLUMNS: Final = {
    "msdial.alignment": ("VERSION_4", "VERSION_5", "MOBILITY", "GNPS"),
    "xcms.peaks": ("DEFINITIONS", "PEAK_TABLE", "FOR_GNPS", "DIFFERENCES"),
}
#: Functions of these modules that build parts of files.
_PARTS: Final = frozenset(
    ("name", "metadata", "titles", "rows", "quoted", "line", "compound", "molecule")
)


@cache
def exports() -> dict[str, bytes]:
    """Bytes of the file of each builder, by the names of the format and the builder."""
    paths = sorted((TESTS / "reading" / "formats").glob("test_*.py"))
    modules = [importlib.import_module(f"reading.formats.{path.stem}") for path in paths]
    return {name: content for module in modules for name, content in _of_module(module)}


def good_cases() -> dict[str, bytes]:
    """Bytes of the corpus's files that are read without an argument."""
    plain = [c for c in CASES if c.error is None and not c.arguments and c.settings is None]
    return {f"corpus.{case.name}": case.content for case in plain}


def _of_module(module: ModuleType) -> Iterator[tuple[str, bytes]]:
    """Yield name and bytes of each file that a module's builders make."""
    tool = module.__name__.rpartition(".test_")[2]
    for function, build in inspect.getmembers(module, inspect.isfunction):
        if build.__module__ != module.__name__ or function.startswith(("test_", "_")):
            continue
        if function in _PARTS:
            continue
        for number, arguments in enumerate(_arguments(f"{tool}.{function}", module, build)):
            content = _bytes_of(build(**arguments))
            if content is not None:
                yield f"{tool}.{function} {number}", content


def _arguments(
    name: str, module: ModuleType, build: Callable[..., Any]
) -> tuple[dict[str, Any], ...]:
    """Arguments with which a builder is called; none if it needs some that are not known."""
    if name in _WITH_ARGUMENTS:
        return _WITH_ARGUMENTS[name]
    if name in _WITH_COLUMNS:
        return tuple({"columns": getattr(module, columns)} for columns in _WITH_COLUMNS[name])
    parameters = inspect.signature(build).parameters.values()
    needed = [p for p in parameters if p.default is p.empty and p.kind is not p.VAR_KEYWORD]
    return () if any(p.kind is not p.VAR_POSITIONAL for p in needed) else ({},)


def _bytes_of(built: Any) -> bytes | None:
    """Bytes of what a builder gives: a text, rows, sheets or a JSON document."""
    if isinstance(built, str):
        return built.encode()
    if isinstance(built, bytes):
        return built
    if isinstance(built, dict) and all(isinstance(rows, list) for rows in built.values()):
        return workbook(built)
    if isinstance(built, dict):
        return json.dumps(built).encode()
    if isinstance(built, list) and built and isinstance(built[0], list):
        return "\n".join(",".join(f'"{cell}"' for cell in row) for row in built).encode()
    return None
