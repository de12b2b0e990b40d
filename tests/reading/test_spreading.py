"""Wide tables made long."""

from __future__ import annotations

import numpy as np
from effort import examples
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganglioside.reading.records import SampleColumns
from ganglioside.reading.spreading import SampleValues, first_of, rows_of


def samples(areas: np.ndarray) -> list[SampleValues]:
    return [
        SampleValues(SampleColumns(f"S{k}", "", {}), a, None, None) for k, a in enumerate(areas)
    ]


@given(arrays(np.float64, st.tuples(st.integers(1, 4), st.integers(1, 6)),
              elements=st.sampled_from([1.0, 2.0, np.nan])))  # fmt: skip
@examples(100)
def test_every_area_and_every_feature_has_a_row(areas: np.ndarray) -> None:
    rows, sample = rows_of(samples(areas))
    assert set(rows) == set(range(areas.shape[1]))
    kept = np.zeros(areas.shape, dtype=bool)
    kept[sample, rows] = True
    assert kept[np.isfinite(areas)].all()
    assert len(rows) == kept.sum()
    nowhere = np.isnan(areas).all(axis=0)
    assert (kept.sum(axis=0)[nowhere] == 1).all()
    assert rows[first_of(rows, areas.shape[1])].tolist() == list(range(areas.shape[1]))
