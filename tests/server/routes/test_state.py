"""State of the server."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest
from served import Running, Served

from ganglioside.history import History
from ganglioside.server.service import Desks
from ganglioside.settings import setting_specs
from ganglioside.version import __version__


class Usage(NamedTuple):
    total: int
    used: int
    free: int


def test_everybody_learns_that_the_server_lives_and_nothing_more(running: Served) -> None:
    with running.bearing("") as stranger:
        for path in ("health", "ready"):
            assert stranger.get(path).json() == {"status": "ok"}


def test_a_server_without_its_history_is_not_ready(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    with Running(history) as served, served.bearing("") as stranger:
        assert stranger.get("ready").status_code == 200
        history.path.unlink()
        answer = stranger.get("ready")
        assert (answer.status_code, answer.json()["code"]) == (503, "not-ready")
        assert str(tmp_path) not in answer.text
        assert stranger.get("health").status_code == 200


def test_a_server_with_a_full_disk_is_not_ready(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(1000, 990, 10))
    with running.bearing("") as stranger:
        assert stranger.get("ready").json()["detail"] == "The disk is almost full."


def test_a_server_whose_analyses_hang_is_not_ready(
    running: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Desks, "stuck", lambda _: True)
    with running.bearing("") as stranger:
        assert "restart the server" in stranger.get("ready").json()["detail"]
        assert stranger.get("health").status_code == 200


def test_the_version_tells_who_one_is(ann: httpx.Client) -> None:
    found = ann.get("version").json()
    assert (found["version"], found["person"], found["scope"]) == (__version__, "Ann", "admin")
    assert "mztab" in found["exports"]


def test_the_settings_are_told_with_their_ranges(ann: httpx.Client) -> None:
    found = ann.get("settings").json()
    assert set(found) == set(setting_specs())
    assert found["rt_tolerance"]["unit"] == "min"


@pytest.mark.parametrize("place", ["/health", "/ready", "/api/v1/health", "/api/v1/ready"])
def test_programs_that_watch_may_ask_for_the_head_alone(running: Served, place: str) -> None:
    answer = httpx.head(running.url.removesuffix("/api/v1") + place)
    assert (answer.status_code, answer.content) == (200, b"")
