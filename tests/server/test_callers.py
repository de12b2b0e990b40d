"""Who may do what, and where a token stands in a request."""

from __future__ import annotations

import base64

import pytest

from ganglioside.server.callers import Person, require_change, secret_in
from ganglioside.server.problems import Problem


def test_each_scope_may_do_what_the_one_before_it_may() -> None:
    assert [Person("Ann", "write").may(s) for s in ("read", "write", "admin")] == [
        True,
        True,
        False,
    ]
    assert Person("Ann", "admin").may("write")
    assert not Person("Ann", "read").may("write")


@pytest.mark.parametrize(
    ("scope", "author", "allowed"),
    [
        ("read", "Ann", False),
        ("write", "Ann", True),
        ("write", "Bob", False),
        ("write", None, False),
        ("admin", "Bob", True),
    ],
)
def test_only_administrators_change_what_others_made(
    scope: str, author: str | None, allowed: bool
) -> None:
    person = Person("Ann", scope)  # type: ignore[arg-type]
    if allowed:
        require_change(person, author, "session")
        return
    with pytest.raises(Problem, match="scope admin"):
        require_change(person, author, "session")


def basic(text: str) -> str:
    return "Basic " + base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("headers", "secret"),
    [
        ({"authorization": "Bearer abc"}, "abc"),
        ({"authorization": "token abc"}, "abc"),
        ({"authorization": basic("anybody:abc")}, "abc"),
        ({"authorization": basic("abc")}, ""),
        ({"authorization": "Basic ###"}, ""),
        ({"authorization": "Basic /w=="}, ""),
        ({"authorization": "Digest abc"}, ""),
        ({"sec-websocket-protocol": "ganglioside, bearer.abc"}, "abc"),
        ({"sec-websocket-protocol": "ganglioside"}, ""),
        ({}, ""),
    ],
)
def test_a_token_is_found_in_the_headers(headers: dict[str, str], secret: str) -> None:
    assert secret_in(headers) == secret
