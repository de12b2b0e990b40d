"""What holds for all tests: they leave nothing in the home of who runs them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture(scope="session", autouse=True)
def _own_key(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the key that seals jobs in a folder of the tests; processes they start inherit it."""
    before = os.environ.get("GANGLIOSIDE_JOB_KEY")
    os.environ["GANGLIOSIDE_JOB_KEY"] = str(Path(tmp_path_factory.mktemp("key")) / "job.key")
    yield
    if before is None:
        del os.environ["GANGLIOSIDE_JOB_KEY"]
    else:
        os.environ["GANGLIOSIDE_JOB_KEY"] = before
