"""Who makes a request is what the server has found out, never what a client says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from tornado.web import HTTPError

from ganglioside.history.sharing import Person
from ganglioside.server.problems import Problem
from ganglioside_widgets.serving.visits import SETTING, is_theirs, person_of


def request(user: str | None, settings: dict[str, Any]) -> Any:
    headers = {"X-Forwarded-User": "Chief", "Remote-User": "Chief"}
    kernels = SimpleNamespace(may_use=lambda _, person: person == Person("Ann"))
    return SimpleNamespace(
        settings=settings, current_user=user, kernel_manager=kernels,
        request=SimpleNamespace(headers=headers),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("user", "settings", "person"),
    [
        ("Ann", {SETTING: Person}, Person("Ann")),
        (None, {SETTING: Person}, None),
        ("Ann", {}, None),
    ],
)
def test_the_person_is_the_user_whom_the_server_knows(
    user: str | None, settings: dict[str, Any], person: Person | None
) -> None:
    assert person_of(request(user, settings)) == person


def test_whom_the_server_gives_no_name_is_refused() -> None:
    def nobody(user: str) -> Person:
        raise Problem(403, "unusable-name", f"{user} is 100 % no name.")

    with pytest.raises(HTTPError, match="Ann is 100 % no name") as refused:
        person_of(request("Ann", {SETTING: nobody}))
    assert refused.value.status_code == 403


def test_a_kernel_is_its_persons_only() -> None:
    assert is_theirs(request("Ann", {SETTING: Person}), "kernel")
    assert not is_theirs(request("Bob", {SETTING: Person}), "kernel")
