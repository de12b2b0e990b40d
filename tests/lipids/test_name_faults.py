"""Refusals of names: a code for programs, a message and an advice for people."""

from __future__ import annotations

import pytest

from ganglioside.errors import NameFormError
from ganglioside.lipids.name_faults import LIMITS, check_limit, refuse


def test_a_refusal_has_a_code_a_message_and_an_advice() -> None:
    with pytest.raises(NameFormError, match="no name") as caught:
        refuse("empty", "This is no name.")
    assert caught.value.code == "empty"
    assert "GD1a(36:1;O2)" in caught.value.advice
    with pytest.raises(NameFormError) as caught:
        refuse("empty", "This is no name.", "Write one.")
    assert caught.value.advice == "Write one."


@pytest.mark.parametrize("quantity", LIMITS)
def test_both_ends_of_a_limit_are_allowed(quantity: str) -> None:
    limit = LIMITS[quantity]
    check_limit(quantity, limit.low, "It")
    check_limit(quantity, limit.high, "It")
    for value in (limit.low - 1, limit.high + 1):
        with pytest.raises(NameFormError, match=f"{limit.low} to {limit.high}") as caught:
            check_limit(quantity, value, "It")
        assert caught.value.code == f"impossible-{quantity.replace('_', '-')}"


def test_the_unit_of_a_limit_is_named() -> None:
    with pytest.raises(NameFormError, match="Da"):
        check_limit("mass", 10**6, "Monoisotopic mass")
