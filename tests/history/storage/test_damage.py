"""Damage: reasons in a few words, on one line."""

from __future__ import annotations

import duckdb
import pytest

from ganglioside.errors import HistoryError
from ganglioside.history.storage.damage import DAMAGE, damage


def test_the_reason_of_our_own_errors_is_whole() -> None:
    assert damage(HistoryError("a\n  b" + "x" * 300)) == "a b" + "x" * 300


def test_other_errors_are_named_and_cut() -> None:
    assert damage(KeyError("rt")) == "KeyError: 'rt'"
    assert len(damage(ValueError("x" * 1000))) == len("ValueError: ") + 200


@pytest.mark.parametrize("error", [duckdb.IOException, UnicodeDecodeError, ZeroDivisionError])
def test_what_damaged_cells_raise_is_damage(error: type[Exception]) -> None:
    assert issubclass(error, DAMAGE)


def test_an_interrupt_or_lack_of_memory_is_none() -> None:
    assert not issubclass(KeyboardInterrupt, DAMAGE)
    assert not issubclass(MemoryError, DAMAGE)
