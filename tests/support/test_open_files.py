"""The number of files that this process may have open."""

from __future__ import annotations

import sys

import pytest

from ganglioside.support.open_files import most_open_files

resource = pytest.importorskip("resource")


@pytest.mark.parametrize(("soft", "most"), [(1024, 1024), (resource.RLIM_INFINITY, sys.maxsize)])
def test_the_limit_of_the_system(monkeypatch: pytest.MonkeyPatch, soft: int, most: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _: (soft, soft))
    assert most_open_files() == most
