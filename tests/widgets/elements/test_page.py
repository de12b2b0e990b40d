"""The address of a page, and its notices."""

from __future__ import annotations

from ganglioside_widgets.elements.page import Page


def test_a_page_tells_what_its_address_asks_for() -> None:
    page, asked = Page("Test"), []
    page.on_open(asked.append)
    page._receive(page, {"opened": {"session": "abc"}}, [])
    assert asked == [{"session": "abc"}]
    page.set_address(session="abc", name="")
    assert page._address == {"session": "abc"}


def test_a_notice_stays_until_dismissed_and_its_button_acts() -> None:
    page, done = Page(), []
    page.tell("The export is done.", action="Download", act=lambda: done.append("file"))
    page.tell("It failed.", error=True)
    first, second = page._notices
    assert (first["action"], second["action"], second["error"]) == ("Download", "", True)
    for asked in (first["id"], second["id"], 99, None):
        page._receive(page, {"acted": asked}, [])
    assert done == ["file"]
    page._receive(page, {"dismissed": first["id"]}, [])
    assert page._notices == [second]
    page._receive(page, {"acted": first["id"]}, [])
    assert done == ["file"]
    for number in range(9):
        page.tell(str(number))
    assert [notice["text"] for notice in page._notices] == ["5", "6", "7", "8"]


def test_a_file_is_sent_with_its_name() -> None:
    page, sent = Page(), []
    page.send = lambda content, buffers: sent.append((content, buffers))  # type: ignore[method-assign]
    page.download("results.csv", b"a,b\n")
    assert sent == [({"download": "results.csv"}, [b"a,b\n"])]
