from __future__ import annotations

import pytest
from explained import TABLES, explained

from ganglioside.inference.state import Inference


@pytest.fixture(scope="session", params=TABLES.values(), ids=TABLES.keys())
def state(request: pytest.FixtureRequest) -> Inference:
    return explained(request.param())


@pytest.fixture(scope="session")
def example() -> Inference:
    return explained(TABLES["example"]())
