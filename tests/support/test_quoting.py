"""Values as messages quote them: whole where they are short."""

from __future__ import annotations

import pytest

from ganglioside.support.quoting import MOST, quoted


@pytest.mark.parametrize("value", ["mouse", 3, 0.5, None, ["a"], "a'b", "\ud800"])
def test_a_short_value_is_whole(value: object) -> None:
    assert quoted(value) == repr(value)


@pytest.mark.parametrize("value", ["x" * 1_000_000, ["x"] * 1_000, {"x" * 500: 1}, b"x" * 500])
def test_a_long_value_is_cut(value: object) -> None:
    assert quoted(value) == f"{repr(value)[:MOST]}..."
