"""Analyses of unusual tables for tests of charts, and the data that a chart holds."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import ganglioside as gg
from ganglioside.analysis import Analysis


def frame(*rows: tuple[str, float, bool]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=["Name", "RT", "Anchor"])
    return table.assign(Volume=1000.0, **{"Log P": np.nan})


def no_anchors() -> pd.DataFrame:
    data = gg.example().data
    labels = {"name": "Name", "rt": "RT", "volume": "Volume"}
    return data[list(labels)].rename(columns=labels)


WEIRD = {
    "one row": lambda: frame(("GM1(36:1;O2)", 9.0, True)),
    "hardly a readable name": lambda: frame(("?", 9.0, True), ("GM1(36:1;O2)", 8.0, False)),
    "one ceramide": lambda: frame(("GM1(36:1;O2)", 9.0, True), ("GM3(36:1;O2)", 9.5, False)),
    "hardly a readable RT": lambda: frame(
        ("GM1(36:1;O2)", math.nan, False), ("GM3(36:1;O2)", 9.0, False)
    ),
    "one series": lambda: frame(*((f"GM1({c}:1;O2)", c / 4, True) for c in (34, 36, 38, 40))),
    "formula as name": lambda: frame(
        ("=cmd|'/C calc'!A0", 9.0, False),
        ('<script>alert(1)</script>,"x"', 9.1, True),
        ("GM1(36:1;O2)", 9.0, True),
        ("GM1(38:1;O2)", 10.5, True),
    ),
    "no anchors": no_anchors,
}


@cache
def example() -> Analysis:
    return gg.analyze(gg.example())


@cache
def weird(kind: str) -> Analysis:
    return gg.analyze(WEIRD[kind]())


def inline_tables(document: dict[str, Any]) -> Iterator[pd.DataFrame]:
    """Yield every CSV table that a specification carries."""
    for values in document["datasets"].values():
        if isinstance(values, str):
            yield pd.read_csv(io.StringIO(values))


def drawn_rows(document: dict[str, Any], column: str) -> set[Any]:
    return {
        value
        for table in inline_tables(document)
        if column in table
        for value in table[column].dropna()
    }
