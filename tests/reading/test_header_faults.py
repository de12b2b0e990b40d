"""Headers that are refused, and with which problems."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.columns import PROBLEMS
from ganglioside.errors import ValidationError


def test_an_error_carries_its_problems() -> None:
    with pytest.raises(ValidationError) as raised:
        gg.read_features(b"colour,size\nred,big\n")
    assert list(raised.value.problems["code"]) == ["no-column", "no-column"]
    assert list(raised.value.problems.columns) == list(PROBLEMS)
