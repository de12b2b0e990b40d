"""Both stores have all that a history needs of a store."""

from __future__ import annotations

import pytest

from ganglioside.history.storage import interface
from ganglioside.history.storage.postgres.connection import PostgresConnection, Rows
from ganglioside.history.storage.postgres.store import PostgresStore
from ganglioside.history.storage.store import Store


@pytest.mark.parametrize(
    ("protocol", "kind"),
    [
        (interface.HistoryStore, Store),
        (interface.HistoryStore, PostgresStore),
        (interface.Connection, PostgresConnection),
        (interface.Answer, Rows),
        (interface.Relation, Rows),
    ],
)
def test_a_store_has_what_is_asked_of_it(protocol: type, kind: type) -> None:
    wanted = [name for name in vars(protocol) if not name.startswith("_")]
    assert wanted
    known = {*dir(kind), *kind.__annotations__}
    assert [name for name in wanted if name not in known] == []
