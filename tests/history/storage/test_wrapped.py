"""Stores that stand before another: they hand on all that they do not change."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import ganglioside as gg
from ganglioside.history.storage.interface import HistoryStore
from ganglioside.history.storage.store import Store
from ganglioside.history.storage.wrapped import WrappedStore


@dataclass(frozen=True, slots=True)
class Marked(WrappedStore):
    mark: str = "mine"


def test_everything_is_handed_on_and_a_kept_connection_keeps_the_kind(tmp_path: Path) -> None:
    path = tmp_path / "history.duckdb"
    gg.History.open(path)
    inner = Store(path, 60.0)
    store = Marked(inner)
    for name in ("path", "timeout", "name", "address"):
        assert getattr(store, name) == getattr(inner, name)
    assert store.exists()
    assert (store.size(), store.state()) == (inner.size(), inner.state())
    with store.write() as connection:
        connection.execute("INSERT INTO alarms VALUES ('disk', now())")
    with store.read() as connection:
        assert connection.execute("SELECT name FROM alarms").fetchall() == [("disk",)]
        kept = store.kept_open(connection)
        assert isinstance(kept, Marked)
        with kept.read() as again:
            assert again.execute("SELECT count(*) FROM alarms").fetchone() == (1,)
    before, after = store.vacuum()
    assert before >= after > 0


def test_every_part_of_the_interface_is_there() -> None:
    parts = [name for name in vars(HistoryStore) if not name.startswith("_")]
    assert [name for name in parts if name not in vars(WrappedStore)] == []
