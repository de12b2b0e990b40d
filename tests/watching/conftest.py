from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import stores

import ganglioside as gg


@pytest.fixture
def history(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[gg.History]:
    """A new history, once in a file and once in PostgreSQL; see `stores`."""
    with stores.address(store, tmp_path, monkeypatch) as address:
        yield gg.History.open(address)
