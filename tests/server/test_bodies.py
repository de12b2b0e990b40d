"""Bodies within Tornado: how long they are read, and what they say of themselves."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ganglioside.server.bodies import SECONDS, declared_bytes, read_on


@pytest.mark.parametrize(
    ("told", "declared"), [("12", 12), ("", 0), ("-1", 0), ("1, 1", 0), ("many", 0)]
)
def test_a_request_says_how_large_it_is(told: str, declared: int) -> None:
    assert declared_bytes(SimpleNamespace(headers={"Content-Length": told})) == declared
    assert declared_bytes(SimpleNamespace(headers={})) == 0


def test_a_large_file_may_take_longer_than_what_is_not_kept() -> None:
    told: list[float] = []
    connection = SimpleNamespace(set_max_body_size=lambda _: None, set_body_timeout=told.append)
    read_on(SimpleNamespace(connection=connection))
    read_on(SimpleNamespace(connection=connection), 50_000_000)
    assert told[0] == SECONDS
    assert told[1] > 600
