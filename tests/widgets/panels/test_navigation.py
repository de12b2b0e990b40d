"""Links from one page to the others."""

from __future__ import annotations

import pytest

from ganglioside.history import sharing
from ganglioside.history.sharing import Person
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.navigation import FOR_ADMINISTRATORS, PAGES, welcome
from ganglioside_widgets.state.visitors import Access, Visitor


@pytest.mark.parametrize(("person", "more"), [(Person("Ann"), 0), (Person("Bob", "admin"), 1)])
def test_the_page_of_administrators_is_linked_for_them_only(
    person: Person, more: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(sharing.VARIABLE, person.to_json())
    page = Page("Workbench", PAGES)
    welcome(page, Visitor(Access.PEOPLE))
    assert len(page._links) == len(PAGES) + more
    assert more == (next(iter(FOR_ADMINISTRATORS.items())) in map(tuple, page._links))
