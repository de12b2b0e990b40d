"""The web pages, and links from one to the others."""

from __future__ import annotations

from typing import Final

from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.state.visitors import Visitor

#: The web pages: labels by file name.
PAGES: Final = {
    "workbench.ipynb": "Workbench",
    "history.ipynb": "History",
    "species.ipynb": "Species",
}

#: Those for administrators.
FOR_ADMINISTRATORS: Final = {"admin.ipynb": "Administration"}


def welcome(page: Page, visitor: Visitor) -> None:
    """Link the pages that the visitor may open, once somebody has opened the page."""
    page.link(PAGES | FOR_ADMINISTRATORS if visitor.may_administer else PAGES)
