"""Keys of the review in a real browser: held, and pressed at once after something was typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import ganglioside as gg

sync_api = pytest.importorskip("playwright.sync_api")
from effort import until  # noqa: E402

from browser.pages import (  # noqa: E402
    drawer,
    example_at,
    expect_result,
    give,
    history,
    session_of,
)
from browser.servers import Server, Visit  # noqa: E402

pytestmark = pytest.mark.browser
expect = sync_api.expect


def begin(visit: Visit, file: Path) -> tuple[sync_api.Page, list[int]]:
    """Open the example with nothing focused; the page and the features of its list."""
    page = visit.page
    give(page, example_at(file))
    expect_result(page, file.name)
    queue = [int(i) for i in gg.analyze(gg.example()).review_queue["feature_id"]]
    expect(page.locator(".gg-queue-line")).to_have_count(len(queue))
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect_feature(page, queue[0])
    return page, queue


def expect_feature(page: sync_api.Page, feature_id: int) -> None:
    expect(page.locator(".gg-card h3")).to_contain_text(f"feature {feature_id}")


def made(server: Server, page: sync_api.Page, count: int) -> dict[int, gg.Override]:
    """Overrides in the history, once there are so many."""

    def kept() -> dict[int, gg.Override]:
        return {o.feature_id: o for o in history(server).load(session_of(page)).overrides}

    until(lambda: len(kept()) >= count)
    return kept()


def hold(page: sync_api.Page, key: str, times: int = 6) -> None:
    for _ in range(times):
        page.keyboard.down(key)
    page.keyboard.up(key)


def test_a_held_key_decides_once(bench: Visit, server: Server, tmp_path: Path) -> None:
    page, queue = begin(bench, tmp_path / "held.csv")
    hold(page, "x")
    page.keyboard.press("l")  # comes after whatever the held key sent
    expect_feature(page, queue[2])
    hold(page, "r")
    name = page.get_by_label("New name", exact=True)
    expect(name).to_be_focused()
    suggested = name.input_value()
    assert "rr" not in suggested
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Accept (a)").focus()
    hold(page, "Enter")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("l")
    expect_feature(page, queue[4])
    kept = {i: override.decision for i, override in made(server, page, 4).items()}
    wanted = ["rejected", "later", "accepted", "later"]
    assert kept == dict(zip(queue[:4], wanted, strict=True))


def test_what_is_typed_is_whole_where_a_decision_follows_at_once(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page, queue = begin(bench, tmp_path / "typed.csv")
    note = "MS/MS of 24 March shows no NeuAc."
    page.keyboard.press("m")
    page.keyboard.type(note)
    page.keyboard.press("Escape")
    page.keyboard.press("x")
    expect_feature(page, queue[1])
    field = page.get_by_label("Note", exact=True)
    expect(field).to_have_value("")
    field.focus()
    reject = page.get_by_role("button", name="Reject (x)").bounding_box()
    assert reject is not None
    page.keyboard.type(note)
    page.mouse.click(reject["x"] + 10, reject["y"] + 10)
    expect_feature(page, queue[2])
    page.keyboard.press("r")
    page.keyboard.type("GM1(NeuGc)(40:1;O2)")
    page.keyboard.press("Enter")
    expect_feature(page, queue[3])
    reason = page.get_by_label("Reason", exact=True)
    reason.focus()
    save = page.get_by_role("button", name="Save", exact=True).bounding_box()
    assert save is not None
    page.keyboard.type(note)
    page.mouse.click(save["x"] + 10, save["y"] + 10)
    kept = made(server, page, 4)
    assert [kept[queue[at]].note for at in (0, 1, 3)] == [note] * 3
    assert kept[queue[2]].name == "GM1(NeuGc)(40:1;O2)"
    expect(field).to_have_value("")


#: Types texts into a field one after the other, leaving it each time; no answer comes meanwhile.
TYPE = """(field, texts) => {
  for (const text of texts) {
    field.focus();
    field.value = text;
    for (const name of ["input", "change"]) field.dispatchEvent(new Event(name, { bubbles: true }));
    field.blur();
  }
}"""


def test_a_click_finds_what_was_typed_last_though_the_kernel_has_not_answered(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page, queue = begin(bench, tmp_path / "twice.csv")
    page.evaluate(
        f"""() => {{
          const type = {TYPE};
          type(document.querySelector(".gg-decision-note input"), ["MS/", "MS/MS", "MS/MS: no"]);
          const buttons = [...document.querySelectorAll(".gg-decisions button")];
          buttons.find((button) => button.textContent.startsWith("Reject")).click();
        }}"""
    )
    expect_feature(page, queue[1])
    expect(page.get_by_label("Note", exact=True)).to_have_value("")
    page.evaluate(
        f"""() => {{
          const type = {TYPE};
          type(document.querySelector(".gg-override textarea"), ["a", "ab", "abc"]);
          const buttons = [...document.querySelectorAll(".gg-override button")];
          buttons.find((button) => button.textContent === "Save").click();
        }}"""
    )
    kept = made(server, page, 2)
    assert [kept[i].note for i in queue[:2]] == ["MS/MS: no", "abc"]


def test_a_click_finds_what_was_chosen_last_though_the_kernel_has_not_answered(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page, queue = begin(bench, tmp_path / "chosen.csv")
    page.evaluate(
        f"""() => {{
          const type = {TYPE};
          const field = document.querySelector(".gg-override select");
          const words = [...field.options].map((option) => option.text);
          for (const verdict of ["valid", "outlier", "fragment"]) {{
            field.selectedIndex = words.indexOf(verdict);
            field.dispatchEvent(new Event("change", {{ bubbles: true }}));
          }}
          type(document.querySelector(".gg-override textarea"), ["MS/MS"]);
          const buttons = [...document.querySelectorAll(".gg-override button")];
          buttons.find((button) => button.textContent === "Save").click();
        }}"""
    )
    assert made(server, page, 1)[queue[0]].verdict == "fragment"


def test_what_is_shown_is_what_the_chips_say_though_the_kernel_has_not_answered(
    bench: Visit, tmp_path: Path
) -> None:
    page, _ = begin(bench, tmp_path / "chips.csv")
    drawer(page, "Export")
    with page.expect_download() as download:
        page.evaluate(
            """() => {
              const named = (words) =>
                [...document.querySelectorAll("button")].find((b) => b.textContent.includes(words));
              const outlier = document.querySelector(".gg-chip.gg-is-outlier");
              const chip = outlier.querySelector("button") ?? outlier;
              chip.click();
              chip.click();
              named("What is shown (CSV)").click();
            }"""
        )
    lines = Path(download.value.path()).read_text().splitlines()
    assert len(lines) == 1 + len(gg.example())


def test_a_decision_is_on_the_row_that_is_marked_though_the_kernel_has_not_answered(
    bench: Visit, server: Server, tmp_path: Path
) -> None:
    page, _ = begin(bench, tmp_path / "quick.csv")
    row = page.evaluate(
        """() => {
          const grid = document.querySelector("[aria-label='Features']");
          const press = (key, at) =>
            at.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
          grid.focus();
          press("Home", grid);
          for (let step = 0; step < 4; step++) press("ArrowDown", grid);
          press("x", document.body);
          return Number(grid.querySelectorAll(".gg-row")[4].dataset.row);
        }"""
    )
    assert [*made(server, page, 1)] == [row]


#: Counts messages to the kernel in `sent` until `stopCounting()`: others work on the page later.
COUNT = """() => {
  const send = WebSocket.prototype.send;
  window.sent = 0;
  window.stopCounting = () => {
    WebSocket.prototype.send = send;
  };
  WebSocket.prototype.send = function (data) {
    const text = typeof data === "string" ? data : new TextDecoder().decode(data);
    if (text.includes("comm_msg")) window.sent += 1;
    return send.call(this, data);
  };
}"""


@contextmanager
def counted_messages(page: sync_api.Page) -> Iterator[Callable[[], int]]:
    """Count the messages that the page sends to its kernel."""
    page.evaluate(COUNT)
    yield lambda: int(page.evaluate("window.sent"))
    page.evaluate("window.stopCounting()")


def test_a_search_is_sent_once_typing_rests_and_what_is_typed_stays(
    bench: Visit, tmp_path: Path
) -> None:
    page, _ = begin(bench, tmp_path / "searched.csv")
    names = gg.example().data["name"]
    found = int(names.str.contains("GM1(", regex=False, case=False).sum())
    with counted_messages(page) as sent:
        page.evaluate(
            """() => {
              const field = document.querySelector(".gg-search input");
              field.focus();
              for (const text of ["G", "GM", "GM1", "GM1("]) {
                field.value = text;
                field.dispatchEvent(new Event("input", { bubbles: true }));
              }
            }"""
        )
        count = page.locator(".gg-results .gg-count")
        expect(count).not_to_contain_text(f"{len(names)} of {len(names)}")
        assert found <= int(count.inner_text().split()[0])
        assert sent() == 1
    expect(page.get_by_label("Search", exact=True)).to_have_value("GM1(")
    page.get_by_role("button", name="Clear", exact=True).click()
    expect(page.get_by_label("Search", exact=True)).to_have_value("")
