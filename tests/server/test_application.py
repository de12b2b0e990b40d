"""The app as a whole: every address asks for a token, and nothing else answers without one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_type_hints

import httpx
import pytest
from effort import PATIENCE
from fastapi.routing import APIRoute
from served import NO_RATES, Running, Served

from ganglioside.history import History
from ganglioside.server.application import _ROUTERS, create_app, documented_app
from ganglioside.server.callers import Admin
from ganglioside.server.doorman import OPEN_TO_ALL, in_thread

ID = "0" * 14


def addresses() -> list[tuple[str, str]]:
    """Method and path of every address, ids filled in."""
    paths = documented_app_paths()
    return [(m, re.sub(r"\{[^}]*\}", ID, p)) for p, methods in paths.items() for m in methods]


def documented_app_paths() -> dict[str, list[str]]:
    from ganglioside.server.documentation import document_of

    paths = document_of(documented_app())["paths"]
    found = {path: [m.upper() for m in methods] for path, methods in paths.items()}
    pages = ("docs", "docs/reference", "docs/start.js", "docs/swagger-ui.css", "openapi.json")
    return found | {f"/api/v1/{page}": ["GET"] for page in pages}


def test_there_are_addresses() -> None:
    assert len(addresses()) > 40


@pytest.mark.parametrize("token", ["", "gs_0000000000_wrong", "wrong"])
def test_without_a_valid_token_nothing_is_answered(running: Served, token: str) -> None:
    with running.bearing(token) as client:
        host = str(client.base_url).removesuffix("/api/v1/")
        for method, path in [*addresses(), ("GET", "/nowhere"), ("GET", "/"), ("PUT", "/api")]:
            answer = client.request(method, host + path)
            expected = {200} if path in OPEN_TO_ALL else {401, 429}
            assert answer.status_code in expected, (method, path)
            assert path in OPEN_TO_ALL or answer.json()["code"] in ("no-valid-token", "too-many")


def for_administrators() -> list[tuple[str, str]]:
    """Method and path of every address with a parameter of the type `Admin`, ids filled in."""
    routes = [
        route for router in _ROUTERS for route in router.routes if isinstance(route, APIRoute)
    ]
    return [
        (method, re.sub(r"\{[^}]*\}", ID, route.path.lstrip("/")))
        for route in routes
        if Admin in get_type_hints(route.endpoint, include_extras=True).values()
        for method in sorted(route.methods)
    ]


def test_only_administrators_reach_what_is_theirs(running: Served) -> None:
    theirs = for_administrators()
    assert {"tokens", f"tokens/{ID}", "log"} <= {path for _, path in theirs}
    assert {(method, f"/api/v1/{path}") for method, path in theirs} <= set(addresses())
    for scope in ("read", "write"):
        with running.caller(scope, "Bob") as client:
            assert client.get("sessions").status_code == 200
            for method, path in theirs:
                answer = client.request(method, path, json={"person": "Eve", "scope": "admin"})
                assert answer.status_code == 403, (method, path)
                assert answer.json()["code"] == "narrow-token", (method, path)


def test_readers_change_nothing(running: Served, sid: str) -> None:
    with running.caller("read", "Ann") as client:
        for method, path in addresses():
            if method == "GET" or path.startswith("/api/v1/tokens") or "predictions" in path:
                continue
            answer = client.request(method, str(client.base_url.copy_with(path=path)), json={})
            assert answer.status_code in (403, 422), (method, path)
        wish = {"name": "mine"}
        assert client.patch(f"sessions/{sid}", json=wish).json()["code"] == "narrow-token"


def test_the_folder_of_the_server_is_private(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    create_app(history, in_thread(lambda _: None))
    assert (tmp_path / "history.duckdb.server").stat().st_mode & 0o077 == 0


def test_a_server_can_be_stopped_and_its_port_used_again(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    with Running(history, NO_RATES) as served:
        url = served.url
        assert httpx.get(f"{url}/health", timeout=PATIENCE).json() == {"status": "ok"}
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"{url}/health", timeout=PATIENCE)


def test_writers_change_nothing_that_others_made(running: Served, sid: str) -> None:
    job = running.history.jobs.add("analyze", {}, "waits")
    free = ("predictions", "rerun")  # which only read it
    tried = 0
    with running.caller("write", "Bob") as bob:
        host = str(bob.base_url).removesuffix("/api/v1/")
        for path, methods in documented_app_paths().items():
            if not ("{sid}" in path or path.startswith("/api/v1/jobs/{job}")):
                continue
            filled = re.sub(
                r"\{feature_id\}", "1", path.replace("{sid}", sid).replace("{job}", job)
            )
            for method in set(methods) - {"GET"}:
                wish = {"name": "mine"} if method == "PATCH" else {}
                answer = bob.request(method, host + filled, json=wish)
                if not path.endswith(free):
                    assert answer.json()["code"] == "not-yours", (method, path)
                    tried += 1
    assert tried >= 7
    running.history.jobs.request_cancel(job)
