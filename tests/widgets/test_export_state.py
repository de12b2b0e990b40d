"""Files to download."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.history import History
from ganglioside_widgets.state.export import KINDS, ExportState

READERS = {
    "csv": lambda content: len(pd.read_csv(io.BytesIO(content))),
    "xlsx": lambda content: len(pd.read_excel(io.BytesIO(content), sheet_name="features")),
    "json": lambda content: len(json.loads(content)["features"]),
    "parquet": lambda content: len(pd.read_parquet(io.BytesIO(content))),
}


def test_without_an_analysis_nothing_is_made() -> None:
    state = ExportState()
    assert "nothing to export" in state.why_not
    state.make("csv")
    assert state.made is None


@pytest.mark.parametrize("kind", sorted(READERS))
def test_a_file_reads_back_with_every_row(kind: str, analysis: gg.Analysis) -> None:
    state = ExportState()
    state.analysis = analysis
    state.make(kind)
    state.join(60)
    assert state.made is not None
    assert state.made.name == f"example_verdicts.{kind}"
    assert READERS[kind](state.made.content) == len(analysis.features)
    assert state.why_not == ""


def test_an_unknown_kind_is_refused(analysis: gg.Analysis) -> None:
    state = ExportState()
    state.analysis = analysis
    state.make("docx")
    assert "docx" in state.error
    assert all(kind in state.error for kind in KINDS)


def test_a_report_is_made_of_what_is_kept(
    opened: Callable[[], History], analysis: gg.Analysis
) -> None:
    state = ExportState(opened)
    state.analysis = analysis
    state.make("html")
    state.join(60)
    assert "Keep as a new session" in state.error
    state.session_id = opened().save(analysis)
    state.make("html")
    state.join(120)
    assert state.error == ""
    assert state.made is not None
    assert b"example.csv" in state.made.content


def test_a_name_becomes_a_file_name_that_every_system_takes(analysis: gg.Analysis) -> None:
    state = ExportState()
    state.analysis = gg.analyze(gg.read_features(gg.example().source.content, name="a/b: <c>.csv"))
    state.make("csv")
    state.join(60)
    assert state.made is not None
    assert state.made.name == "b_c_verdicts.csv"
