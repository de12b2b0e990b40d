"""Tokens and the log over the API."""

from __future__ import annotations

import httpx
import pytest
from served import Served


def test_a_token_is_made_used_replaced_and_revoked(ann: httpx.Client, running: Served) -> None:
    wish = {"person": "Bob", "scope": "write", "label": "KNIME", "days": 1}
    made = ann.post("tokens", json=wish)
    assert made.status_code == 201
    first = made.json()
    assert (first["token"]["person"], first["token"]["scope"]) == ("Bob", "write")
    with running.bearing(first["secret"]) as bob:
        assert bob.get("version").json()["person"] == "Bob"
        second = ann.post(f"tokens/{first['token']['id']}/rotate").json()
        assert bob.get("version").json()["code"] == "old-token"
    with running.bearing(second["secret"]) as bob:
        assert bob.get("version").json()["scope"] == "write"
        assert ann.delete(f"tokens/{second['token']['id']}").status_code == 204
        refused = bob.get("version")
    assert (refused.status_code, refused.json()["code"]) == (401, "old-token")
    listed = {token["id"]: token for token in ann.get("tokens").json()["tokens"]}
    assert listed[second["token"]["id"]]["revoked"]
    assert first["secret"] not in ann.get("tokens").text


@pytest.mark.parametrize(
    "wish",
    [{}, {"person": ""}, {"person": " "}, {"person": "a\nb"}, {"person": "a\x1b[2J"},
     {"person": "\0"}, {"person": "x" * 201},
     {"person": "Bob", "scope": "root"}, {"person": "Bob", "days": 0},
     {"person": "Bob", "days": 1e9}, {"person": "Bob", "colour": "red"}],
)  # fmt: skip
def test_a_senseless_token_is_refused(ann: httpx.Client, wish: dict[str, object]) -> None:
    assert ann.post("tokens", json=wish).status_code == 422


def test_a_token_that_is_not_there_is_not_found(ann: httpx.Client) -> None:
    for answer in (ann.delete("tokens/0000000000"), ann.post("tokens/0000000000/rotate")):
        assert (answer.status_code, answer.json()["code"]) == (404, "no-token")


def test_the_log_tells_who_made_a_token_and_not_its_secret(ann: httpx.Client) -> None:
    made = ann.post("tokens", json={"person": "Carl"}).json()
    (entry,) = ann.get("log", params={"subject": made["token"]["id"]}).json()["entries"]
    assert (entry["action"], entry["author"]) == ("token added", "Ann")
    assert made["secret"] not in str(entry)
    assert len(ann.get("log", params={"limit": 2}).json()["entries"]) == 2
