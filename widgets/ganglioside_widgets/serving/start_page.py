"""The start page: served without a kernel, so that it is there at once.

What takes longer, such as the sessions of the history, comes in parts of its own, which the page
asks for once it is shown.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from ganglioside.columns import VERDICT_KINDS
from ganglioside.errors import GangliosideError
from ganglioside.history.sharing import Person
from ganglioside.version import __version__
from ganglioside_widgets.serving.visits import person_of
from ganglioside_widgets.state.visitors import Access, access_of

#: The pages: title and description by file name.
CARDS: Final[Mapping[str, tuple[str, str]]] = {
    "workbench.ipynb": (
        "Workbench",
        "Give a table, see which names can be trusted, decide, export.",
    ),
    "history.ipynb": (
        "History",
        "Find, rename, run again, compare, export or delete earlier analyses.",
    ),
    "species.ipynb": (
        "Species",
        "Composition, mass, m/z and expected RT of any names, and lists of ions for a method.",
    ),
    "admin.ipynb": (
        "Administration",
        "For administrators: sessions, jobs, workers, tokens, retention, who did what.",
    ),
}

#: Pages that only administrators may open, or whoever started the server where nobody else comes.
FOR_ADMINISTRATORS: Final = frozenset({"admin.ipynb"})

#: Most sessions shown.
_RECENT: Final = 6


def may_administer(handler: Any) -> bool:
    """Whether a visitor is an administrator, or whoever started the server and is alone there."""
    person = person_of(handler)
    alone = access_of(os.environ) is Access.OWN
    return alone if person is None else person.may("admin")


def framed(handler: Any) -> dict[str, Any]:
    """Values for pages with a bar: which pages the visitor may open, verdicts, version."""
    present = {page.name for page in Path(handler.contents_manager.root_dir).iterdir()}
    closed = frozenset() if may_administer(handler) else FOR_ADMINISTRATORS
    pages = {name: card for name, card in CARDS.items() if name in present - closed}
    return {"pages": pages, "verdicts": VERDICT_KINDS, "version": __version__}


class StartPage(TornadoVoilaTreeHandler):  # type: ignore[misc]
    """Serves the start page: recent sessions, the example, the pages that the visitor may open."""

    @property
    def template_namespace(self) -> dict[str, Any]:
        """Values for the page."""
        return {**super().template_namespace, **framed(self)}


@dataclass(frozen=True, slots=True)
class RecentSession:
    """A session as the start page lists it."""

    id: str
    name: str
    status: str
    created: str  # UTC, ISO 8601
    headline: str  # empty without a result
    author: str  # empty where the visitor made it


def recent_sessions(person: Person | None) -> tuple[RecentSession, ...]:
    """The newest sessions that a visitor sees, the newest first.

    Parameters
    ----------
    person : Person or None
        None where nobody signs in: then all sessions are seen.

    Raises
    ------
    HistoryError
        If the history cannot be read.
    """
    # Loaded late: they take a while, and the page does not wait for them.
    from ganglioside.history import History
    from ganglioside.history.author import current_author
    from ganglioside.history.listing import SessionQuery

    history = History.open()
    if person is not None:
        history = history.acting_as(person)
    own = current_author() if person is None else person.name
    rows = history.page(SessionQuery(limit=_RECENT)).sessions
    headlines = history.headlines([row["id"] for row in rows])
    return tuple(
        RecentSession(
            id=row["id"],
            name=row["name"],
            status=row["status"],
            created=f"{row['created']:%Y-%m-%dT%H:%M:%SZ}",
            headline=headlines.get(row["id"], ""),
            author="" if row["author"] == own else row["author"] or "",
        )
        for row in rows
    )


class Part(JupyterHandler):
    """Serves a part of the start page, made in a thread."""

    template = ""

    @web.authenticated
    async def get(self) -> None:
        """Answer with the part, or with why there is none."""
        try:
            values = await asyncio.to_thread(self.values)
        except GangliosideError as refusal:
            values = {"error": str(refusal)}
        self.set_header("Cache-Control", "no-store")
        self.finish(self.render_template(self.template, **values))  # type: ignore[no-untyped-call]

    def values(self) -> dict[str, Any]:
        """Values for the part."""
        raise NotImplementedError


class Recent(Part):
    """Serves the list of recent sessions."""

    template = "recent.html"

    def values(self) -> dict[str, Any]:
        """Recent sessions of the visitor."""
        return {"sessions": recent_sessions(person_of(self))}


class FilesRead(Part):
    """Serves the list of the tools whose files are read."""

    template = "files-read.html"

    def values(self) -> dict[str, Any]:
        """Tools, with their files and what is taken from them."""
        from ganglioside.reading.registry import tools

        return {"tools": tools()}
