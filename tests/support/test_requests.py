"""Ids of requests: only well-formed ones are taken over."""

from __future__ import annotations

import pytest

from ganglioside.support.requests import (
    answering,
    current_job,
    current_request,
    request_id,
    working,
)


@pytest.mark.parametrize(
    "given",
    ["", "short", "x" * 65, "a b c d e f g", "line\nbreak-0000", '"quoted-000"', "ä" * 10, "-" * 9],
)
def test_ids_that_are_not_well_formed_are_replaced(given: str) -> None:
    made = request_id(given)
    assert made != given
    assert request_id(made) == made


def test_ids_hold_meanwhile() -> None:
    with answering("0123456789"), working("job1", "9876543210"):
        assert (current_request(), current_job()) == ("9876543210", "job1")
    assert (current_request(), current_job()) == ("", "")
