"""Two people, an administrator and an outsider at a real hub: each gets what is his or shared."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from effort import PATIENCE, until
from hubs import PASSWORD, Hub, running

import ganglioside as gg
from ganglioside.history import History
from ganglioside_widgets.panels.navigation import FOR_ADMINISTRATORS, PAGES

websocket = pytest.importorskip("websocket")

MISSING = "0" * 14


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running(tmp_path_factory.mktemp("hub")) as found:
        yield found


@pytest.fixture(scope="module")
def people(hub: Hub) -> Iterator[dict[str, httpx.Client]]:
    clients = {name: hub.sign_in(name) for name in ("ann", "bob", "eve", "chief")}
    yield clients
    for client in clients.values():
        client.close()


def upload(client: httpx.Client, **fields: str) -> httpx.Response:
    file = ("example.csv", gg.example().source.content)
    return client.post("/api/v1/sessions", files={"file": file}, data=fields)


@pytest.fixture(scope="module")
def made(people: dict[str, httpx.Client]) -> dict[str, str]:
    """Two sessions of Ann's, the second for her group, and the job that made the first."""
    own = upload(people["ann"], name="secret liver", mode="job").json()
    shared = upload(people["ann"], name="liver of the group", shared="group").json()
    job = f"/api/v1/jobs/{own['job']}"
    until(lambda: people["ann"].get(job).json()["status"] == "completed", "the job")
    return {"own": own["session"], "job": own["job"], "shared": shared["id"]}


def test_who_signs_in_is_the_person_with_the_groups_of_the_hub(
    people: dict[str, httpx.Client],
) -> None:
    who = [people[name].get("/api/v1/version").json() for name in ("ann", "bob", "chief")]
    assert [(w["person"], w["scope"], w["groups"]) for w in who] == [
        ("ann", "write", ["lipids"]),
        ("bob", "write", ["lipids"]),
        ("chief", "admin", ["administrators"]),
    ]


PATHS = (
    "/", "/voila/tree", *(f"/voila/render/{name}" for name in PAGES | FOR_ADMINISTRATORS),
    "/api/v1/version", "/api/v1/sessions", "/api/v1/jobs", "/api/v1/tokens", "/api/v1/docs",
    "/api/v1/openapi.json",
)  # fmt: skip


def test_an_outsider_is_refused_everywhere(
    people: dict[str, httpx.Client], made: dict[str, str]
) -> None:
    shared = f"/api/v1/sessions/{made['shared']}"
    paths = (shared, f"{shared}/events", f"{shared}/exports/csv", f"/api/v1/jobs/{made['job']}")
    for path in (*PATHS, *paths):
        assert people["eve"].get(path).status_code == 403, path
    assert upload(people["eve"]).status_code == 403


def test_nobody_is_let_in_without_signing_in(hub: Hub, made: dict[str, str]) -> None:
    with httpx.Client(base_url=hub.service, timeout=PATIENCE) as stranger:
        for path in PATHS:
            answer = stranger.get(path, headers={"X-Forwarded-User": "chief"})
            assert answer.status_code in (302, 403), path
            assert "/hub/" in answer.headers.get("location", "/hub/")


def test_each_sees_and_changes_what_is_theirs_or_shared_by_the_api(
    people: dict[str, httpx.Client], made: dict[str, str]
) -> None:
    ann, bob, chief = (people[name] for name in ("ann", "bob", "chief"))
    listed = [{s["id"] for s in c.get("/api/v1/sessions").json()["sessions"]}
              for c in (ann, bob, chief)]  # fmt: skip
    assert listed == [
        {made["own"], made["shared"]},
        {made["shared"]},
        {made["own"], made["shared"]},
    ]
    assert [len(c.get("/api/v1/jobs").json()["jobs"]) for c in (ann, bob, chief)] == [1, 0, 1]
    for path in ("", "/features", "/events", "/exports/csv", "/input", "/consensus", "/overrides"):
        hidden = bob.get(f"/api/v1/sessions/{made['own']}{path}")
        absent = bob.get(f"/api/v1/sessions/{MISSING}{path}")
        assert hidden.status_code == absent.status_code == 404
        assert hidden.text.replace(made["own"], MISSING) == absent.text
        assert bob.get(f"/api/v1/sessions/{made['shared']}{path}").status_code == 200
    for path in ("", "/events"):
        assert bob.get(f"/api/v1/jobs/{made['job']}{path}").status_code == 404
    wish = {"name": "mine"}
    assert bob.patch(f"/api/v1/sessions/{made['own']}", json=wish).status_code == 404
    assert bob.patch(f"/api/v1/sessions/{made['shared']}", json=wish).status_code == 403
    assert bob.delete(f"/api/v1/sessions/{made['shared']}").status_code == 403
    assert bob.get("/api/v1/log").status_code == 403
    without = {"X-XSRFToken": ""}
    assert ann.delete(f"/api/v1/sessions/{made['own']}", headers=without).status_code == 403


def listen(client: httpx.Client, hub: Hub, path: str, **options: Any) -> Any:
    """WebSocket of somebody who has signed in."""
    cookies = "; ".join(
        f"{one.name}={one.value}" for one in client.cookies.jar if "/hub/" not in one.path
    )
    return websocket.create_connection(
        hub.service.replace("http", "ws", 1) + path, timeout=PATIENCE, cookie=cookies,
        origin=hub.url, **options,
    )  # fmt: skip


def first_of(hub: Hub, client: httpx.Client, sid: str) -> tuple[int, bytes]:
    """Kind and content of the first frame of a stream of events, asked again where too often."""
    while True:
        stream = listen(client, hub, f"/api/v1/sessions/{sid}/events")
        kind, content = stream.recv_data()
        stream.close()
        if b"Too many" not in content:
            return kind, content


def test_event_streams_are_for_those_who_see_the_session(
    hub: Hub, people: dict[str, httpx.Client], made: dict[str, str]
) -> None:
    assert first_of(hub, people["bob"], made["shared"])[0] == websocket.ABNF.OPCODE_TEXT
    for sid in (made["own"], MISSING):
        code, content = first_of(hub, people["bob"], sid)
        assert (code, int.from_bytes(content[:2])) == (websocket.ABNF.OPCODE_CLOSE, 4404)
    headers = {"Accept": "text/event-stream"}
    own = people["bob"].get(f"/api/v1/sessions/{made['own']}/events", headers=headers)
    assert own.status_code == 404
    with pytest.raises(websocket.WebSocketBadStatusException) as refused:
        listen(people["eve"], hub, f"/api/v1/sessions/{made['shared']}/events")
    assert refused.value.status_code in (302, 403)


@pytest.fixture(scope="module")
def kernel_of_ann(people: dict[str, httpx.Client]) -> str:
    page = people["ann"].get("/voila/render/history.ipynb")
    assert page.status_code == 200
    (found,) = re.findall(r'"kernelId": "([\w-]+)"', page.text)
    return str(found)


def test_the_kernel_of_a_page_is_its_visitors_only(
    hub: Hub, people: dict[str, httpx.Client], kernel_of_ann: str
) -> None:
    protocol = {"subprotocols": ["v1.kernel.websocket.jupyter.org"]}
    path = f"/api/kernels/{kernel_of_ann}/channels"
    listen(people["ann"], hub, path, **protocol).close()
    for name in ("bob", "chief"):
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            listen(people[name], hub, path, **protocol)
        assert refused.value.status_code == 404
        assert people[name].get(f"/api/kernels/{kernel_of_ann}").status_code == 404
        assert people[name].delete(f"/api/kernels/{kernel_of_ann}").status_code == 404
        shut = people[name].post(f"/voila/api/shutdown/{kernel_of_ann}")
        assert shut.status_code in (403, 404)
    assert people["ann"].get(f"/api/kernels/{kernel_of_ann}").status_code == 200


def test_only_an_administrator_opens_the_page_for_them(people: dict[str, httpx.Client]) -> None:
    for name in FOR_ADMINISTRATORS:
        assert people["ann"].get(f"/voila/render/{name}").status_code == 404
        assert people["chief"].get(f"/voila/render/{name}").status_code == 200


def sign_in_at(browser: Any, hub: Hub, name: str, page: str) -> Any:
    """Page that a person opens, who signs in on the way."""
    opened = browser.new_context().new_page()
    opened.set_default_timeout(1000 * PATIENCE)
    opened.goto(f"{hub.service}/voila/render/{page}")
    opened.get_by_label("Username").fill(name)
    opened.get_by_label("Password").fill(PASSWORD)
    opened.locator("input[type=submit], button[type=submit]").first.click()
    opened.wait_for_url(f"**/voila/render/{page}*")
    return opened


@pytest.mark.browser
def test_pages_show_each_what_is_theirs_or_shared(
    hub: Hub, browser: Any, made: dict[str, str]
) -> None:
    from playwright.sync_api import expect

    seen = {"ann": ["secret liver", "liver of the group"], "bob": ["liver of the group"]}
    for name, names in seen.items():
        page = sign_in_at(browser, hub, name, "history.ipynb")
        rows = page.locator("[aria-label='Sessions'] .gg-row")
        expect(rows).to_have_count(len(names), timeout=1000 * PATIENCE)
        assert all(any(n in row for row in rows.all_inner_texts()) for n in names)
        assert ("secret liver" in page.content()) == (name == "ann")
        page.context.close()


@pytest.mark.browser
def test_what_is_run_on_a_page_is_the_visitors_and_shared_as_chosen(
    hub: Hub, browser: Any, people: dict[str, httpx.Client]
) -> None:
    from playwright.sync_api import expect

    page = sign_in_at(browser, hub, "bob", "workbench.ipynb")
    page.get_by_label("Seen by").select_option("Group lipids")
    page.get_by_role("button", name="Try the example").click()
    expect(page.locator(".gg-headline h3")).to_have_text("example.csv", timeout=1000 * PATIENCE)
    page.context.close()
    (mine,) = people["ann"].get("/api/v1/sessions", params={"author": "bob"}).json()["sessions"]
    assert [mine["shared"], mine["shared_group"]] == ["group", "lipids"]


@pytest.mark.browser
def test_an_administrators_acts_are_in_the_log_with_his_name(
    hub: Hub, browser: Any, people: dict[str, httpx.Client], made: dict[str, str]
) -> None:
    from playwright.sync_api import expect

    chief = people["chief"]
    wish = {"name": "looked at"}
    assert chief.patch(f"/api/v1/sessions/{made['own']}", json=wish).status_code == 200
    page = sign_in_at(browser, hub, "chief", "admin.ipynb")
    page.get_by_label("Who", exact=True).fill("chief")
    row = page.locator("[aria-label='Log'] .gg-row").first
    expect(row).to_contain_text("renamed", timeout=1000 * PATIENCE)
    page.context.close()
    entries = chief.get("/api/v1/log", params={"subject": made["own"]}).json()["entries"]
    assert {(e["author"], e["action"]) for e in entries} >= {
        ("chief", "renamed"),
        ("ann", "queued"),
    }
    # What the jobs of people did is theirs too, and the history is whole.
    assert {e["author"] for e in entries} == {"ann", "chief"}
    assert History.open(hub.history).care.verify(sample=1).is_whole
