"""A service of a hub: what the hub says, and who its people are."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import Any

import pytest

from ganglioside.errors import ServerError
from ganglioside.history.sharing import Person
from ganglioside.server.hub import HubService
from ganglioside.server.problems import Problem
from ganglioside.support.printed import is_printed

TOLD = {
    "JUPYTERHUB_SERVICE_PREFIX": "/services/ganglioside/",
    "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:8866",
}


def user(**about: Any) -> Any:
    return SimpleNamespace(hub_user=about)


@pytest.mark.parametrize(
    ("about", "person"),
    [
        ({"name": "ann", "groups": ["lipids", "a"]}, Person("ann", groups=("a", "lipids"),
                                                            shares="own")),
        ({"name": "ann"}, Person("ann", shares="own")),
        ({"name": "ada", "groups": ["administrators"]}, Person("ada", "admin", ("administrators",),
                                                               "own")),
        ({"name": "ada", "admin": True}, Person("ada", "admin", shares="own")),
        ({"name": "eve", "admin": "yes", "groups": None}, Person("eve", shares="own")),
    ],
)  # fmt: skip
def test_people_have_the_groups_of_the_hub(about: dict[str, Any], person: Person) -> None:
    assert HubService.from_environment(TOLD).person_of(user(**about)) == person


@pytest.mark.parametrize("name", ["", " ", "ann\x1b[2J", "ann\u202e", "ann\nbob", "a" * 201])
def test_a_name_that_no_list_could_show_is_refused(name: str) -> None:
    """It stood in lists and in the log, and on terminals."""
    with pytest.raises(Problem, match="ask the hub's administrators") as refused:
        HubService.from_environment(TOLD).person_of(user(name=name))
    assert refused.value.status == 403
    assert is_printed(refused.value.detail)


def test_groups_that_no_list_could_show_are_left_out() -> None:
    found = HubService.from_environment(TOLD).person_of(user(name="ann", groups=["a", "b\x1b"]))
    assert found.groups == ("a",)


def test_another_group_may_be_that_of_administrators() -> None:
    service = HubService.from_environment(TOLD | {"GANGLIOSIDE_ADMINISTRATORS": "chiefs"})
    assert service.person_of(user(name="ada", groups=["chiefs"])).scope == "admin"
    assert service.person_of(user(name="ada", groups=["administrators"])).scope == "write"


@pytest.mark.parametrize("missing", TOLD)
def test_without_a_hub_there_is_no_service(missing: str) -> None:
    with pytest.raises(ServerError, match="No hub has started this"):
        HubService.from_environment({k: v for k, v in TOLD.items() if k != missing})


def test_secrets_of_the_service_are_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "secret")
    service = HubService.from_environment(TOLD)
    with pytest.raises(ServerError, match="gave no token"):
        service.take_secrets(SimpleNamespace(token=""))
    service.take_secrets(SimpleNamespace(token="secret"))
    assert "JUPYTERHUB_API_TOKEN" not in os.environ


def test_the_identity_provider_is_that_of_jupyterhub() -> None:
    pytest.importorskip("jupyterhub")
    found = HubService.from_environment(TOLD).identity_provider()
    assert found.__name__ == "JupyterHubIdentityProvider"
