"""Fingerprint of the code and the facts that judge a table: whether two sessions had the same.

A session that other code has judged may differ today without any damage: `care.verify` runs only
sessions again that this code has judged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

#: Packages and modules that `analyze` loads, but for those that only say or report something.
JUDGING: Final = (
    "support", "columns.py", "settings.py", "version.py", "lipids", "reading", "observations",
    "ion_source", "retention", "inference", "verdicts", "questions", "analysis.py",
)  # fmt: skip

#: Tables of facts that judge nothing: what is shown, or offered.
SHOWING: Final = frozenset({
    "consolidation.csv", "decisions.csv", "example.csv", "example_truth.csv", "export_formats.csv",
    "font_widths.csv", "given_back.csv", "glossary.csv", "keys.csv", "option_wordings.csv",
    "sample_colours.csv", "sheet_columns.csv",
})  # fmt: skip

#: Hex digits of a fingerprint.
_LENGTH: Final = 16


@cache
def judging_code() -> str:
    """Fingerprint of the code and facts of this installation that judge a table.

    Line ends do not count, so that it is the same on every system.
    """
    found = hashlib.sha256()
    for name, file in sorted(_files(), key=lambda one: one[0]):
        content = file.read_bytes().replace(b"\r\n", b"\n")
        found.update(f"{name} {len(content)}\n".encode())
        found.update(content)
    return found.hexdigest()[:_LENGTH]


def _files() -> Iterator[tuple[str, Traversable]]:
    """Files that judge, each with its path within the package."""
    package = files("ganglioside")
    for name in JUDGING:
        yield from _modules(name, package / name)
    for table in (package / "data").iterdir():
        if table.name.endswith(".csv") and table.name not in SHOWING:
            yield f"data/{table.name}", table


def _modules(name: str, place: Traversable) -> Iterator[tuple[str, Traversable]]:
    """Modules of a package, those of its packages too; or the module itself."""
    if place.name.endswith(".py"):
        yield name, place
    elif place.is_dir():
        for inner in place.iterdir():
            yield from _modules(f"{name}/{inner.name}", inner)
