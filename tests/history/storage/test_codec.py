"""Values that the tables of the history give back equal, of whatever type."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from builders import (
    assert_analyses_equal,
    build_analysis,
    build_features,
)
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.storage.codec import (
    STORED_FEATURES,
    decode_carried,
    encode_carried,
    from_rows,
    to_rows,
)


def carried() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "mz": [917.4795, np.nan, 1.0, 2.0, 3.0],
            "sample": pd.Series(["a", None, "b", "", "β"], dtype="str"),
            "_batch": [1, 2, 3, 4, 2**62],
            "prefix": pd.Series(["=1+1", "-x", None, "nul \x00 byte", "𝛼\u200f"], dtype="str"),
            "flag": [True, False, True, False, True],
            "count": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "share": pd.array([0.1, None, 0.3, np.inf, -0.0], dtype="Float64"),
            "when": pd.to_datetime(["2024-02-29", None, "2024-03-01", "1999-01-01", "2000-01-01"]),
            "zoned": pd.date_range("2024-01-01", periods=5, tz="Europe/Paris"),
            "kind": pd.Categorical(list("abcab"), categories=list("cba"), ordered=True),
            "mixed": pd.Series([1, "1", 1.5, None, True], dtype=object),
            "odd": pd.Series(
                [Decimal("1.10"), date(2024, 2, 29), datetime(2024, 1, 1, tzinfo=UTC), pd.NA, -0.0],
                dtype=object,
            ),
            "NaN only": [np.nan] * 5,
        }
    )


def test_foreign_columns_come_back_with_their_types(history: History) -> None:
    analysis = build_analysis(extra=carried())
    loaded = history.load(history.save(analysis))
    assert_analyses_equal(loaded, analysis)
    kinds = [type(v) for v in loaded.features["mixed"]]
    assert kinds == [int, str, float, type(None), bool]
    assert [type(v) for v in loaded.features["odd"]] == [type(v) for v in carried()["odd"]]


def test_the_order_of_columns_is_kept(history: History) -> None:
    analysis = build_analysis(extra=carried()[["prefix", "sample", "_batch", "mz"]])
    assert list(history.load(history.save(analysis)).features) == list(analysis.features)


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (lambda f: f.assign(rt=f["rt"].astype("float32")), "features.rt"),
        (lambda f: f.assign(verdict=f["verdict"].astype("str")), "features.verdict"),
        (lambda f: f.set_index(f["feature_id"] + 1), "index"),
        (lambda f: f.assign(thing=[object()] * len(f)), "'thing'"),
        (lambda f: f.assign(z=[1j] * len(f)), "cannot be stored"),
    ],
)
def test_what_would_not_come_back_equal_is_refused(
    history: History, spoil: Callable[[pd.DataFrame], pd.DataFrame], named: str
) -> None:
    analysis = build_analysis()
    object.__setattr__(analysis, "features", spoil(analysis.features))
    with pytest.raises(HistoryError, match=named):
        history.save(analysis)
    assert history.sessions().empty


texts = st.one_of(st.none(), st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


moments = st.datetimes().map(lambda moment: moment.replace(fold=0))


floats = st.floats(allow_nan=True, allow_infinity=True)


@examples(50)
@given(st.lists(st.tuples(texts, floats), max_size=8))
def test_any_text_and_number_survives_the_tables(cells: list[tuple[str | None, float]]) -> None:
    frame = build_features(len(cells)).assign(
        name=pd.Series([text for text, _ in cells], dtype="str"),
        rt=pd.Series([number for _, number in cells], dtype="float64"),
    )
    stored = to_rows(frame, STORED_FEATURES, "features")
    with duckdb.connect() as connection:
        connection.register("incoming", stored)
        back = connection.sql("SELECT * FROM incoming").to_arrow_table()
    schema = {c: t for c, t in STORED_FEATURES.items() if c in frame}
    pd.testing.assert_frame_equal(from_rows(back, schema), frame, check_exact=True)


@examples(50)
@given(
    st.lists(
        st.one_of(texts, floats, st.integers(), st.booleans(), st.dates(), moments),
        min_size=1,
        max_size=8,
    )
)
def test_any_mixed_column_survives(values: list[Any]) -> None:
    frame = pd.DataFrame({"x": pd.Series(values, dtype=object)})
    back = decode_carried(encode_carried(frame), len(frame))
    assert list(map(repr, back["x"])) == list(map(repr, frame["x"]))
