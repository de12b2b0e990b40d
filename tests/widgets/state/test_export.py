"""Files to download."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.history import History
from ganglioside_widgets.state import export as export_state
from ganglioside_widgets.state.export import KINDS, SHOWN, ExportState
from ganglioside_widgets.state.results import ResultsState

pytestmark = pytest.mark.usefixtures("jobs_here")

#: Word in the names of files, where it is not `verdicts`.
WORDS = {"species": "species", "species-csv": "species"}
ENDINGS = {"species": "xlsx", "species-csv": "csv"}

READERS = {
    "csv": lambda content: len(pd.read_csv(io.BytesIO(content))),
    "xlsx": lambda content: len(pd.read_excel(io.BytesIO(content), sheet_name="features")),
    "json": lambda content: len(json.loads(content)["features"]),
    "parquet": lambda content: len(pd.read_parquet(io.BytesIO(content))),
    "species": lambda content: len(pd.read_excel(io.BytesIO(content), sheet_name="species")),
    "species-csv": lambda content: len(pd.read_csv(io.BytesIO(content))),
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
    state.join(PATIENCE)
    assert state.made is not None
    assert state.made.name == f"example_{WORDS.get(kind, 'verdicts')}.{ENDINGS.get(kind, kind)}"
    rows = len(analysis.species) if kind in WORDS else len(analysis.features)
    assert READERS[kind](state.made.content) == rows
    assert state.why_not == ""


def test_your_own_file_is_given_back(analysis: gg.Analysis) -> None:
    state = ExportState()
    state.analysis = analysis
    state.make("your-file")
    state.join(PATIENCE)
    assert state.made is not None
    assert state.made.name == "example_with_verdicts.csv"
    own = analysis.source.content.splitlines()
    assert all(
        new.startswith(old + b",")
        for new, old in zip(state.made.content.splitlines(), own, strict=True)
    )


def test_a_frame_is_no_file_and_only_that_button_is_grey() -> None:
    state = ExportState()
    state.analysis = gg.analyze(pd.read_csv(io.BytesIO(gg.example().source.content)))
    assert "from a program" in state.why_not_kind("your-file")
    assert state.why_not_kind("csv") == ""
    state.make("your-file")
    assert "export CSV" in state.error
    assert state.made is None


def test_an_unknown_kind_is_refused(analysis: gg.Analysis) -> None:
    state = ExportState()
    state.analysis = analysis
    state.make("docx")
    assert "docx" in state.error
    assert all(kind in state.error for kind in KINDS if kind != SHOWN)


def test_a_report_is_made_of_what_is_kept(
    opened: Callable[[], History], small_analysis: gg.Analysis
) -> None:
    state = ExportState(opened)
    state.analysis = small_analysis
    state.make("html")
    state.join(PATIENCE)
    assert "Save as a new session" in state.error
    state.session_id = opened().save(small_analysis)
    state.make("html")
    state.join(PATIENCE)
    assert state.error == ""
    assert state.made is not None
    assert b"example.csv" in state.made.content


def test_a_large_file_is_made_by_a_job_and_arrives(
    opened: Callable[[], History], small_analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_state, "LARGE", len(small_analysis.features))
    state = ExportState(opened)
    state.analysis = small_analysis.redecide(gg.Settings(outlier_threshold=1.0))
    state.session_id = opened().save(small_analysis)
    state.make("csv")
    state.join(PATIENCE)
    assert state.job == ""  # what is shown is not what is kept
    assert state.made is not None
    said = gg.Override(feature_id=3, verdict="valid", note="seen in MS/MS", author="kh")
    opened().replace_overrides(state.session_id, gg.Overrides().put(said))
    state.analysis = opened().load(state.session_id)
    notices: list[str] = []
    state.observe(lambda change: notices.append(change["new"]), "notice")
    for kind, ending in (
        ("csv", "verdicts.csv"),
        ("html", "report.html"),
        ("your-file", "with_verdicts.csv"),
    ):
        state.made = None
        state.make(kind)
        state.join(PATIENCE)
        assert state.error == ""
        assert opened().jobs.get(state.job).status == "completed"
        assert state.made is not None
        assert state.made.name == f"example_{ending}"
        assert b"seen in MS/MS" in state.made.content
        own = small_analysis.source.content.splitlines()[0]
        assert state.made.content.startswith(own) is (kind == "your-file")
    assert any(state.job in notice and "100 %" in notice for notice in notices)
    assert state.notice == ""


def test_a_job_that_fails_says_why(
    opened: Callable[[], History], analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_state, "LARGE", 1)
    state = ExportState(opened)
    state.analysis, state.session_id = analysis, opened().save(analysis)
    place = Path("/nowhere/x.downloads/a/example.csv")
    monkeypatch.setattr(export_state, "place_for", lambda *_: place)
    state.make("csv")
    state.join(PATIENCE)
    assert state.made is None
    assert "failed" in state.error
    assert "cannot be written" in state.error


def test_a_name_becomes_a_file_name_that_every_system_takes(analysis: gg.Analysis) -> None:
    state = ExportState()
    state.analysis = gg.analyze(gg.read_features(gg.example().source.content, name="a/b: <c>.csv"))
    state.make("csv")
    state.join(PATIENCE)
    assert state.made is not None
    assert state.made.name == "b_c_verdicts.csv"


def test_what_is_shown_is_exported_as_it_is_filtered_and_sorted(analysis: gg.Analysis) -> None:
    results = ResultsState(analysis=analysis)
    state = ExportState(rows=results.rows)
    state.analysis = analysis
    results.refine(verdicts=("outlier",), order_by="rt", descending=True)
    state.make(SHOWN)
    results.show_all()  # changes nothing of what was asked for
    state.join(PATIENCE)
    assert state.made is not None
    assert state.made.name == "example_shown.csv"
    rows = pd.read_csv(io.BytesIO(state.made.content))
    assert len(rows) == analysis.summary.outlier
    assert set(rows["verdict"]) == {"outlier"}
    assert rows["rt"].is_monotonic_decreasing
