"""Whoever opens a page sends its kernel whatever he likes: nothing comes of what is not listed.

`visitors.csv` lists all that a visitor can set and press on the pages, each with what comes
of it. A new one must be judged and added there.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from effort import PATIENCE
from widgets.kernels import PageKernel, page_kernel

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.history import History
from ganglioside_widgets import Workbench, app
from ganglioside_widgets.elements.messages import LONGEST
from ganglioside_widgets.state import visitors

PAGES: Final = tuple(page.removesuffix(".ipynb") for page in app.PAGES)
TABLE: Final = Path(__file__).with_name("visitors.csv")

#: What nobody but the server's user may read.
SECRET: Final = "hidden-from-visitors"

#: Who acts on a page that others can open.
VISITOR: Final = r"visitor [0-9a-f]{8} \(page of kh\)"

#: All that a visitor can do in the kernel's own words: page, kind, label, what.
LISTING: Final = """
import json
import ipywidgets as w
from ganglioside_widgets.elements.door import SENDABLE, of_kind

NAMES = ("description", "_label", "_title", "placeholder", "titles", "tooltip")

def label(widget):
    named = next((getattr(widget, n) for n in NAMES if getattr(widget, n, None)), "")
    return named if isinstance(named, str) else " ".join(named)

def doings(widget):
    return ["message"] if of_kind(widget, SENDABLE) is not None else []

found = [(type(x).__name__, label(x), what)
         for x in list(w.widget._instances.values()) for what in doings(x)]
print(json.dumps(sorted(set(found))))
"""

#: Values of any type, none of which a page holds by chance.
ODD_VALUES: Final[list[Any]] = [
    "/etc/passwd", 987_654, 0.125, True, False, [], ["/etc/passwd"], {"path": "/etc/passwd"}, None,
    "x" * (LONGEST + 1),
]  # fmt: skip

#: What no widget of any page sends.
ODD_DATA: Final[list[Any]] = [
    None, 5, "text", [], {}, {"method": 5}, {"method": "custom"}, {"method": "update"},
    {"method": "update", "state": 5}, {"method": "update", "state": {"value": {"a": []}}},
    {"method": "update", "state": {"value": 10**400, "index": 10**400, "selected": 10**400}},
    {"method": "update", "state": {"value": float("nan"), "index": -1, "selected": 0.5}},
    {"method": "update", "state": {"value": float("inf"), "selected_index": 99}},
    {"method": "update", "state": {"index": 99, "selected": -(10**9)}},
    {"method": "update", "state": {"selected": 10**12}},
    {"method": "update", "state": {"selected": "no id"}},
    {"method": "update", "state": {"selected": ["no id"]}},
    {"method": "update", "state": {"value": "a"}, "buffer_paths": [["value", 0], 7]},
    {"method": "invoke"},
    *({"method": "custom", "content": content} for content in (
        None, 5, "click", [], {}, {"event": ["click"]}, {"event": "eval"}, {"what": "begin"},
        {"what": ["begin"]}, {"what": "begin", "name": 5, "size": "many"},
        {"what": "begin", "name": "a.csv", "size": 10**400},
        {"what": "begin", "name": "a.csv", "size": -1},
        {"what": "begin", "name": "a.csv", "size": float("nan")},
        {"what": "piece"}, {"what": "piece", "from": 0}, {"what": "piece", "from": None},
        {"what": "too-large"}, {"what": "too-large", "name": {}, "size": []}, {"what": "failed"},
        {"request": "sort"}, {"request": "sort", "by": {}, "descending": 1},
        {"request": "sort", "by": "__class__", "descending": True}, {"request": []},
        {"dismissed": {}}, {"dismissed": [1]}, {"acted": {}}, {"acted": [1]}, {"acted": 99},
        {"opened": None}, {"opened": 5}, {"opened": [["a", "b", "c"]]}, {"opened": {"session": {}}},
        {"opened": {"session": "../../etc/passwd"}}, {"opened": {"session": "a\0b"}},
        {"opened": {"session": "'; DROP TABLE sessions; --", "rt_tolerance": "1e999"}},
        {"opened": {"name": "(" * 9_999}}, {"opened": {"session": ""}},
        {"typed": None}, {"typed": ["a"]}, {"typed": "(" * 9_999}, {"typed": "x" * (LONGEST + 1)},
        {"chosen": 0}, {"chosen": 0, "words": 5}, {"chosen": -1, "words": ""},
        {"chosen": 10**400, "words": "a"}, {"chosen": 99, "words": "a"},
        {"chosen": 0, "words": "no choice"},
        {"switched": None}, {"switched": 1}, {"switched": "true"},
        {"moved": "a"}, {"moved": float("nan")}, {"moved": 10**400}, {"moved": -1e9},
        {"selected": 10**400}, {"selected": "no id"}, {"selected": -(10**9)}, {"selected": 10**12},
        {"request": "select"}, {"request": "select", "key": ["no id"]},
        {"request": "select", "key": "no id"}, {"request": "select", "key": 10**12},
    )),
]  # fmt: skip

#: Channels that no page opens.
ODD_OPENINGS: Final[list[Any]] = [
    {}, {"comm_id": "a"}, {"comm_id": "b", "target_name": "os.system", "data": {}},
    {"comm_id": "c", "target_name": "jupyter.widget", "data": {}},
    {"comm_id": "d", "target_name": "jupyter.widget", "data": {"state": {
        "_model_module": "@jupyter-widgets/controls", "_model_module_version": "2.0.0",
        "_model_name": "TextModel", "_view_module": "@jupyter-widgets/controls",
        "_view_module_version": "2.0.0", "_view_name": "TextView"}}},
    {"comm_id": "e", "target_name": [], "data": 5},
]  # fmt: skip


@pytest.fixture(scope="module", params=PAGES)
def held(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, PageKernel, History]]:
    """A page that others can open, its kernel, and a history with a session of somebody's."""
    folder = tmp_path_factory.mktemp("visited")
    path = folder / "history.duckdb"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GANGLIOSIDE_AUTHOR", "kh")
        history = History.open(path)
        history.save(gg.analyze(gg.example()), name="theirs")
        history.jobs.add("analyze", {"source": "/nowhere.csv"}, "theirs")
        # Nobody but administrators gets the page for them.
        access = "own" if request.param == "admin" else "shared"
        with page_kernel(
            request.param, folder, GANGLIOSIDE_HISTORY=str(path), GANGLIOSIDE_PAGES=access,
            IPYTHONDIR=str(folder / "ipython"),
        ) as kernel:  # fmt: skip
            yield request.param, kernel, history


def test_all_that_a_visitor_can_set_and_press_is_judged(
    held: tuple[str, PageKernel, History],
) -> None:
    page, kernel, _ = held
    with TABLE.open(encoding="utf-8", newline="") as file:
        judged = [tuple(row.values())[1:] for row in csv.DictReader(file) if row["page"] == page]
    assert all(outcome for *_, outcome in judged)
    assert [list(row[:3]) for row in judged] == kernel.run(LISTING)


def test_a_visitor_sets_no_value(held: tuple[str, PageKernel, History]) -> None:
    _, kernel, _ = held
    before = {model: found["state"] for model, found in kernel.states().items()}
    kernel.set_all({model: list(before[model]) for model in before}, ODD_VALUES)
    after = kernel.states()
    assert [model for model in before if after[model]["state"] != before[model]] == []
    assert kernel.complaints() == []


def test_no_message_breaks_a_page(held: tuple[str, PageKernel, History]) -> None:
    page, kernel, _ = held
    models = kernel.states()
    of_each_kind = {found["state"]["_model_name"]: m for m, found in models.items()}
    told = [*of_each_kind.values(), "nobody", "", "all-states"]
    kernel.tell_all([
        (model, data, *buffers) for model in told for data in ODD_DATA for buffers in (("x",), ())
    ])  # fmt: skip
    for data in ODD_DATA:
        kernel.tell(next(iter(of_each_kind.values())), data, [b"x"])
    for opening in ODD_OPENINGS:
        for kind in ("comm_open", "comm_msg", "comm_close"):
            kernel.send(kind, opening)
    for model in models:
        kernel.send("comm_close", {"comm_id": model, "data": {}})
    kernel.settle()
    assert kernel.complaints() == []
    assert set(kernel.states()) == set(models)
    if page == "workbench":
        kernel.until("page.state.run.phase != 'running'")
        (example,) = [m for m, s in kernel.states().items()
                      if s["state"].get("description") == "Try the example"]  # fmt: skip
        kernel.click(example)
        kernel.until("page.state.upload.table is not None")
        assert kernel.complaints() == []


def test_no_path_is_opened_and_nothing_of_others_changed(
    held: tuple[str, PageKernel, History], tmp_path: Path
) -> None:
    page, kernel, history = held
    (tmp_path / "file.csv").write_text(f"{SECRET};1\n", encoding="utf-8")
    before = _of_others(history)
    theirs = str(history.sessions()["id"].iloc[0])
    kernel.heard.clear()
    for _ in range(2):  # what the first round shows, the second can press
        states = {model: found["state"] for model, found in kernel.states().items()}
        buttons = [m for m, state in states.items() if state["_model_name"] == "ButtonModel"]
        kernel.tell_all([
            (model, {"method": "update", "state": values}) for model in states for values in
            ({"disabled": False, "selected": 0, "index": 0}, {"selected": theirs},
             {"value": str(tmp_path / "file.csv")})
        ])  # fmt: skip
        kernel.tell_all([
            (model, {"method": "custom", "content": content}) for model in states for content in
            ({"selected": 0}, {"request": "select", "key": 0}, {"request": "select", "key": theirs},
             {"typed": str(tmp_path / "file.csv")}, {"switched": True})
        ])  # fmt: skip
        kernel.tell_all([
            (model, {"method": "custom", "content": {"chosen": 0, "words": words}})
            for model, state in states.items() for words in state.get("_options_labels", [])[:1]
        ])  # fmt: skip
        for model in buttons:
            if states[model]["description"] != "Cancel":
                kernel.set(model, disabled=False)
                kernel.click(model)
        kernel.settle()
        if page == "workbench":
            kernel.until("page.state.run.phase != 'running' and not page.state.export.busy")
    kernel.states()
    assert not [m for m in kernel.heard if SECRET in str(m["content"])]
    assert _of_others(history) == before
    authors = set(history.sessions()["author"]) - {"kh"}
    assert all(re.fullmatch(VISITOR, author) for author in authors)
    assert len(authors) == (page == "workbench")
    assert kernel.complaints() == []


def _of_others(history: History) -> tuple[Any, ...]:
    """Return all that visitors must not change: sessions, overrides, log and jobs of others."""
    sessions = history.sessions()
    theirs = sessions[sessions["author"] == "kh"]
    assert len(theirs) == 1
    trail = history.override_trail(theirs["id"].iloc[0])
    log = history.care.log(theirs["id"].iloc[0])
    jobs = [(job.id, job.status, job.cancel_requested) for job in history.jobs.all()]
    return *(table.to_csv(index=False) for table in (theirs, trail, log)), jobs


@pytest.mark.parametrize(
    ("access", "author"), [("shared", VISITOR), ("own", "kh")], ids=["shared", "own"]
)
def test_a_visitor_acts_under_a_name_of_his_own(
    access: str, author: str, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitors._name.cache_clear()
    monkeypatch.setenv("GANGLIOSIDE_PAGES", access)
    page = Workbench()
    page.state.upload.add_example()
    page.state.run.start()
    page.state.run.join(PATIENCE)
    visitors._name.cache_clear()
    session = History.open(place).sessions(1).iloc[0]
    assert session["status"] == "completed"
    assert re.fullmatch(author, session["author"])


def test_an_unknown_kind_of_page_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_PAGES", "everybody")
    with pytest.raises(SettingsError, match="own, shared, open"):
        Workbench()
