"""Tables that several tests of the simulator share."""

from __future__ import annotations

import pandas as pd
import pytest
from simulated_tables import draw


@pytest.fixture(scope="session")
def middles() -> pd.DataFrame:
    """Ten tables of the middle level; `seed` tells them apart."""
    return pd.concat([draw(seed).assign(seed=seed) for seed in range(10)], ignore_index=True)
