"""Consolidated areas of hand-made peaks, and of simulated tables against their truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from accepted_features import features_of, piece
from consolidated_areas import compared, figures

import ganglioside as gg
from ganglioside.amounts.accepted import accepted_rows
from ganglioside.amounts.consolidation import DRAWS, Consolidated, consolidate
from ganglioside.amounts.pieces import find_pieces
from ganglioside.support.priors import Priors


def consolidated(*rows: dict[str, Any]) -> Consolidated:
    features = features_of(*rows)
    accepted = accepted_rows(features, gg.Overrides(), 0.1)
    pieces = find_pieces(features, accepted, gg.Overrides(), 0.1)
    area = accepted.peaks["area"].to_numpy(float)
    return consolidate(pieces, area, Priors.usual(), np.arange(len(area)))


GM1 = {"name": "GM1(36:1;O2)", "volume": 5e6}


def test_a_sure_fragment_is_given_back_whole() -> None:
    found = consolidated(GM1, piece("GM3(36:1;O2)", 0, 1e6))
    np.testing.assert_allclose(found.returned, [1e6])
    assert found.rows.tolist() == [1]
    low, high = found.bounds
    assert 5.8e6 < low[0] <= found.total[0] <= high[0] < 6.4e6


def test_a_doubtful_fragment_is_given_back_in_part_and_the_interval_tells() -> None:
    found = consolidated(GM1, piece("GM3(36:1;O2)", 0, 2e6, confidence=0.6))
    assert abs(found.returned[0] / 2e6 - 0.6) < 0.1
    low, high = found.bounds
    assert low[0] < 5.2e6
    assert high[0] > 6.8e6


def test_a_small_species_loses_what_large_ones_of_its_series_lose() -> None:
    large = [{"name": f"GM1({32 + k}:1;O2)", "volume": 1e7, "rt": 8.0 + k} for k in range(6)]
    pieces = [piece(f"GM3({32 + k}:1;O2)", k, 2.5e6, rt=8.0 + k) for k in range(6)]
    small = {"name": "GM1(42:1;O2)", "volume": 2e4, "rt": 15.0}
    limit = {"name": "GQ1(34:1;O2)", "volume": 2e4, "rt": 5.0}
    found = consolidated(*large, *pieces, small, limit)
    of_small = np.flatnonzero(found.area == 2e4)[0]
    assert found.rows[of_small] == 0
    assert abs(found.unseen[of_small] / 2e4 - 0.25) < 0.06
    low, high = found.bounds
    assert low[of_small] < 1.25 * 2e4 < high[of_small]


def test_an_area_that_is_missing_is_missing() -> None:
    found = consolidated({**GM1, "volume": None}, {"name": "GM1(38:1;O2)", "rt": 11.0})
    assert np.isnan(found.total).tolist() == [True, False]
    assert np.isnan(found.bounds[0]).tolist() == [True, False]


def test_no_peaks_have_no_areas() -> None:
    found = consolidated({**GM1, "verdict": "outlier"})
    assert found.total.shape == (0,)
    assert found.draws.shape == (0, DRAWS)


def test_areas_of_sums_are_sums_of_areas() -> None:
    found = consolidated(GM1, piece("GM3(36:1;O2)", 0, 1e6), {"name": "GM1(38:1;O2)", "rt": 11.0})
    both = found.sums(np.zeros(2, dtype=np.int64), 1)
    np.testing.assert_allclose(both.total, [found.total.sum()])
    np.testing.assert_allclose(both.draws, found.draws.sum(axis=0)[None])
    assert found.sums(np.array([0, -1]), 1).total[0] == found.total[0]


def test_the_order_of_rows_changes_nothing() -> None:
    table = gg.simulate(3, "middle")
    shuffled = table.data.sample(frac=1, random_state=1)
    columns = {"name": "Name", "rt": "RT", "volume": "Volume", "log_p": "Log P", "anchor": "Anchor"}
    raw = [frame[list(columns)].rename(columns=columns) for frame in (table.data, shuffled)]
    first, second = (gg.analyze(frame.reset_index(drop=True)).species for frame in raw)
    columns_kept = [c for c in first if c != "feature_id"]
    pd.testing.assert_frame_equal(first[columns_kept], second[columns_kept])


@pytest.mark.parametrize("level", ["easy", "middle", "hard"])
def test_areas_are_those_before_fragmentation(level: str) -> None:
    tables = [gg.simulate(seed, level) for seed in (3001, 3002, 3003)]
    found = figures(pd.concat([compared(gg.analyze(table), table) for table in tables]))
    assert found["error"] < 0.025
    assert found["error"] < found["error given back"]
    assert found["error"] < found["error measured"] / 2
    assert 0.88 < found["coverage"] <= 1
