"""The commands on tokens."""

from __future__ import annotations

from command_line import run, run_json

from ganglioside.history import History
from ganglioside.history.tokens import identity


def test_a_token_is_made_listed_replaced_and_revoked() -> None:
    secret = run("tokens", "add", "Ann", "--scope", "write", "--label", "KNIME").stdout.strip()
    found = History.open().tokens.find(secret)
    assert found is not None
    assert (found.person, found.scope, found.label) == ("Ann", "write", "KNIME")
    (listed,) = run_json("tokens", "list")
    assert (listed["id"], listed["scope"], listed["revoked"]) == (found.id, "write", None)
    assert listed["expires"]
    new = run("tokens", "rotate", found.id).stdout.strip()
    assert "revoked" in run("tokens", "revoke", identity(new)).output
    assert all(token["revoked"] for token in run_json("tokens", "list"))
    shown = run("tokens", "list").output
    assert "Ann" in shown
    assert secret not in shown


def test_a_token_may_be_valid_for_ever() -> None:
    run("tokens", "add", "Ann", "--days", 0)
    (listed,) = run_json("tokens", "list")
    assert listed["expires"] is None


def test_what_is_wrong_is_refused() -> None:
    assert "There is no token" in run("tokens", "revoke", "0123456789", code=1).output
    assert "needs the name" in run("tokens", "add", " ", code=1).output
    run("tokens", "add", "Ann", "--scope", "root", code=2)


def test_a_token_names_the_groups_of_its_person() -> None:
    secret = run("tokens", "add", "Ann", "--group", "lipids", "--group", "clinic").stdout.strip()
    found = History.open().tokens.find(secret)
    assert found is not None
    assert found.groups == ("lipids", "clinic")
    (listed,) = run_json("tokens", "list")
    assert listed["groups"] == "lipids, clinic"
    new = run("tokens", "rotate", found.id).stdout.strip()
    again = History.open().tokens.find(new)
    assert again is not None
    assert again.groups == found.groups
    assert "A group has a name" in run("tokens", "add", "Ann", "--group", " ", code=1).output
