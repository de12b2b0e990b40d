"""CSV and Parquet: the features read back, and nothing in them is executed."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from builders import build_analysis
from formula_attacks import (
    ATTACKS,
    hostile,
    starts_a_formula,
)

from ganglioside.columns import FEATURES
from ganglioside.exporting import (
    to_csv,
    to_parquet,
)

#: What must never reach a spreadsheet as it is.


def test_csv_reads_back() -> None:
    features = build_analysis(20).features
    content = to_csv(build_analysis(20))
    assert content.startswith(b"\xef\xbb\xbf")
    back = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig")
    added = ["suggested_name", "relation"]
    assert sorted(back.columns) == sorted([*features.columns, *added])
    assert list(back.columns[:4]) == ["name", "verdict", "confidence", "suggested_name"]
    assert back["relation"][1] == "loss of NeuAc + Hex + HexNAc"
    for column, kind in FEATURES.items():
        if kind in ("float64", "Int64"):
            expected = features[column].astype("float64")
            pd.testing.assert_series_equal(back[column].astype("float64"), expected)
    assert list(back["verdict"]) == list(features["verdict"])
    assert list(back["anchor"]) == list(features["anchor"])
    undone = back["name"].str.replace("^'", "", regex=True)
    assert list(undone) == list(features["name"])


def cells_with_commas(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]


def cells_with_semicolons(text: str) -> list[str]:
    """Split as a program does that expects semicolons: quotes within a cell count for nothing."""
    return re.split(r"[;\r\n]", text)


@pytest.mark.parametrize("split", [cells_with_commas, cells_with_semicolons])
def test_csv_holds_no_formula_in_either_locale(split: Callable[[str], list[str]]) -> None:
    cells = split(to_csv(hostile()).decode("utf-8-sig"))
    assert len(cells) > 100
    assert [cell for cell in cells if starts_a_formula(cell)] == []


def test_numbers_stay_numbers_in_csv() -> None:
    back = pd.read_csv(io.BytesIO(to_csv(hostile())), encoding="utf-8-sig")
    assert "=carried" not in back
    assert list(back["number"]) == list(np.linspace(-1, 1, len(ATTACKS)))
    assert set(back["'-number as text"]) == {-0.5}
    assert len(back) == len(ATTACKS)


def read_parquet(content: bytes) -> pd.DataFrame:
    return pd.read_parquet(io.BytesIO(content))


def test_parquet_reads_back_equal_and_tells_where_it_comes_from() -> None:
    extra = pd.DataFrame({"mixed": pd.Series([1, "a", None, 2.5, True], dtype=object)})
    analysis = build_analysis(extra=extra)
    content = to_parquet(analysis)
    back = read_parquet(content)
    expected = analysis.features
    pd.testing.assert_frame_equal(
        back.drop(columns="mixed"), expected.drop(columns="mixed"), check_exact=True
    )
    assert back["mixed"].fillna("-").tolist() == ["1", "a", "-", "2.5", "True"]
    about = json.loads(pq.read_metadata(io.BytesIO(content)).metadata[b"ganglioside"])
    assert about["source"]["sha256"] == analysis.source.sha256
    assert len(about["findings"]) == len(analysis.findings)
    assert "features" not in about
