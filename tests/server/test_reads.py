"""Reads: answers are kept until anybody writes to the history."""

from __future__ import annotations

import subprocess
import sys
import weakref
from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.server.reads import Kept, Reads


@pytest.fixture
def history(tmp_path: Path) -> History:
    return History.open(tmp_path / "history.duckdb")


class Counter:
    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> bytes:
        self.calls += 1
        return f"answer {self.calls}".encode()


def test_an_answer_is_made_once_for_each_state(history: History) -> None:
    reads, make = Reads(history), Counter()
    first = reads.get("key", make)
    assert reads.get("key", make) == first
    assert reads.get("other", make) != first
    history.save(gg.analyze(gg.example()))
    assert reads.get("key", make)[1] != first[1]
    assert make.calls == 3


def test_an_answer_is_found_once_it_is_made(history: History) -> None:
    reads = Reads(history)
    assert reads.find("key") is None
    made = reads.get("key", Counter())
    assert reads.find("key") == made
    assert reads.of(Person("Bob", "read")).find("key") is None
    history.save(gg.analyze(gg.example()))
    assert reads.find("key") is None


def test_a_change_by_another_process_is_seen(history: History) -> None:
    sid = history.save(gg.analyze(gg.example()), "before")
    reads = Reads(history)

    def name() -> bytes:
        return str(history.session(sid)["name"]).encode()

    assert reads.get("name", name)[0] == b"before"
    rename = (
        "import sys, ganglioside as gg; gg.History.open(sys.argv[1]).rename(sys.argv[2], 'after')"
    )
    subprocess.run([sys.executable, "-c", rename, history.path, sid], check=True)
    assert reads.get("name", name)[0] == b"after"


def test_the_least_used_ones_are_forgotten(history: History) -> None:
    kept: Kept[str] = Kept(history, 2)
    made: list[str] = []

    def get(key: str) -> None:
        kept.get(key, lambda: made.append(key) or key, lambda _: 1.0)

    for key in ("a", "b", "a", "c", "a", "b"):
        get(key)
    assert made == ["a", "b", "c", "b"]


def test_what_is_too_large_is_not_kept(history: History) -> None:
    kept: Kept[str] = Kept(history, 2)
    made: list[str] = []
    for _ in range(2):
        kept.get("a", lambda: made.append("a") or "a", lambda _: 3.0)
    assert made == ["a", "a"]


def test_what_was_made_for_an_older_state_is_let_go(history: History) -> None:
    kept: Kept[Counter] = Kept(history, 10)
    old = weakref.ref(kept.get("a", Counter, lambda _: 1.0))
    assert old() is not None
    history.save(gg.analyze(gg.example()))
    kept.get("b", Counter, lambda _: 1.0)
    assert old() is None
