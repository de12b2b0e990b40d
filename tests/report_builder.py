"""Reports for tests, made by the cells of the report notebook without a kernel of their own."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any, Final

import nbformat

from ganglioside.reports.render import NOTEBOOK
from ganglioside.support import locations

#: Text of an input that must never become markup.
EVIL: Final = "<script>alert('x')</script>"


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


class Outline(HTMLParser):
    """Collects headings, table rows per table, scripts and what would be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.rows: list[int] = []
        self.cells: list[str] = []
        self.loads: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.scripts += tag == "script"
        self.rows += [0] if tag == "table" else []
        if tag == "tr":
            self.rows[-1] += 1
        if tag in ("td", "th"):
            self.cells.append("")
        given = dict(attrs)
        target = given.get("src") or (given.get("href") if tag == "link" else None)
        if target and not target.startswith("data:"):
            self.loads.append(target)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.headings.append(data)
        if self.cells and "td" in self.open:
            self.cells[-1] += data


def outline(page: str) -> Outline:
    """Headings, tables, cells and scripts of a page."""
    return Outline(page)
