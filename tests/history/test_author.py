"""The author of entries in the log."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ganglioside.history import author
from ganglioside.support.printed import is_printed


def test_the_author_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JUPYTERHUB_USER", raising=False)
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "R. Franklin")
    assert author.current_author() == "R. Franklin"
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", " ")
    monkeypatch.setenv("JUPYTERHUB_USER", "hub user")
    assert author.current_author() == "hub user"
    monkeypatch.delenv("JUPYTERHUB_USER")
    assert author.current_author()

    def nobody() -> Any:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr(author.getpass, "getuser", nobody)
    assert author.current_author() == "unknown"


@pytest.mark.parametrize("name", ["Ann\n2026 ERROR forged", "Ann\x1b[2J", "Ann\x9b", "Ann\udcff"])
def test_an_author_controls_no_list_and_no_log(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(author, "_VARIABLES", ())
    monkeypatch.setattr(author.getpass, "getuser", lambda: name)
    assert is_printed(author.current_author())
    assert author.current_author().startswith("Ann\ufffd")


def test_a_server_acts_for_one_person_in_each_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANGLIOSIDE_AUTHOR", "Host")
    elsewhere: list[str] = []
    with author.acting_for("Ann"):
        thread = threading.Thread(target=lambda: elsewhere.append(author.current_author()))
        thread.start()
        thread.join()
        with author.acting_for("Bob"):
            assert author.current_author() == "Bob"
        assert author.current_author() == "Ann"
    assert elsewhere == ["Host"]
    assert author.current_author() == "Host"
