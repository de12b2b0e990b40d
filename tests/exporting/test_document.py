"""JSON documents: strict, complete, and read back equal."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import FRAMES, build_analysis

from ganglioside.analysis import Analysis, analyze
from ganglioside.columns import FEATURES
from ganglioside.errors import ExportError
from ganglioside.exporting import (
    read_json,
    to_json,
)
from ganglioside.simulation.example import example


def test_json_reads_back_equal() -> None:
    extra = pd.DataFrame(
        {
            "mz": [917.4795, np.nan, np.inf, -np.inf, -0.0],
            "note": pd.Series(["=1+1", None, "", "β", "\x00"], dtype="str"),
            "n": pd.array([1, None, 3, 4, 2**62], dtype="Int64"),
        }
    )
    analysis = build_analysis(extra=extra)
    document = read_json(to_json(analysis))
    for name in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(document, name), getattr(analysis, name), check_exact=True, obj=name
        )
    assert document.settings == analysis.settings
    assert repr(document.summary) == repr(analysis.summary)
    assert document.source_sha256 == analysis.source.sha256
    assert document.source_name == analysis.source.name
    assert document.version == analysis.version


def test_json_is_strict_and_names_its_schema() -> None:
    def refuse(constant: str) -> None:
        raise AssertionError(constant)

    document: dict[str, Any] = json.loads(to_json(build_analysis()), parse_constant=refuse)
    assert (document["schema"], document["schema_version"]) == ("ganglioside-analysis", 1)
    assert document["summary"]["curve_sigma"] is None
    assert document["features"][4]["rt"] is None
    assert document["features"][0]["confidence"] == 0.1 + 0.2
    assert list(document["features"][0]) == list(FEATURES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not JSON"),
        (b"name,rt", "not JSON"),
        (b"\xff", "not JSON"),
        (b"[]", "not an analysis"),
        (b'{"schema": "other"}', "not an analysis"),
        (b'{"schema": "ganglioside-analysis", "schema_version": 9}', "update"),
    ],
)
def test_what_is_no_export_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(ExportError, match=said):
        read_json(content)


@pytest.fixture(scope="module")
def analysed() -> Analysis:
    return analyze(example())


def test_the_analysed_example_comes_back_from_json(analysed: Analysis) -> None:
    document = read_json(to_json(analysed))
    for name in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(document, name), getattr(analysed, name), check_exact=True, obj=name
        )
