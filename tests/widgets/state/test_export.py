"""Files to download."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside.history import History
from ganglioside.jobs import launcher
from ganglioside.verdicts.review import accept
from ganglioside_widgets.state import export as export_state
from ganglioside_widgets.state.export import KINDS, SHOWN, ExportState
from ganglioside_widgets.state.results import ResultsState

pytestmark = pytest.mark.usefixtures("jobs_here")

Opener = Callable[[], History]

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


@pytest.fixture
def other_analysis() -> gg.Analysis:
    """Analysis of other rows, with the same settings and decisions as `small_analysis`."""
    lines = gg.example().source.content.splitlines()
    content = b"\n".join([lines[0], *lines[80:160]])
    return gg.analyze(gg.read_features(content, name="other.csv"))


def asked_for_before_another_is_shown(
    kind: str, opened: Opener, first: gg.Analysis, second: gg.Analysis
) -> tuple[ExportState, str]:
    """The state, and the session of the first: it is asked for, then the second one is shown."""
    is_shown = threading.Event()

    def once_shown() -> History:
        is_shown.wait(PATIENCE)
        return opened()

    state = ExportState(once_shown)
    sid, other = opened().save(first), opened().save(second)
    state.analysis, state.session_id = first, sid
    state.make(kind)
    state.analysis, state.session_id = second, other
    is_shown.set()
    state.join(PATIENCE)
    return state, sid


def test_a_report_is_of_the_session_for_which_it_was_asked(
    opened: Opener, small_analysis: gg.Analysis, other_analysis: gg.Analysis
) -> None:
    state, _ = asked_for_before_another_is_shown("html", opened, small_analysis, other_analysis)
    assert state.made is not None
    assert state.made.name == "example_report.html"
    assert b"example.csv" in state.made.content
    assert b"other.csv" not in state.made.content


@pytest.mark.parametrize(("kind", "named"), [("csv", "session"), ("html", "source")])
def test_a_job_is_of_the_session_for_which_it_was_asked(
    kind: str,
    named: str,
    opened: Opener,
    small_analysis: gg.Analysis,
    other_analysis: gg.Analysis,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(export_state, "LARGE", 1)
    monkeypatch.setattr(launcher, "_launch", lambda *_: None)
    monkeypatch.setattr(export_state, "follow", lambda *_: [])
    state, sid = asked_for_before_another_is_shown(kind, opened, small_analysis, other_analysis)
    assert json.loads(opened().jobs.get(state.job).parameters)[named] == sid


def test_a_file_of_the_history_has_what_was_decided_meanwhile(
    opened: Opener, small_analysis: gg.Analysis
) -> None:
    state = ExportState(opened, from_history=True)
    sid = opened().save(small_analysis)
    state.analysis, state.session_id = opened().load(sid), sid
    opened().put_override(sid, accept(3, author="kh", note="seen in MS/MS"))
    for kind in ("csv", "html"):
        state.make(kind)
        state.join(PATIENCE)
        assert state.error == ""
        assert state.made is not None
        assert b"seen in MS/MS" in state.made.content


def test_a_large_file_of_the_history_is_made_by_a_job_whatever_was_decided_meanwhile(
    opened: Opener, small_analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_state, "LARGE", 1)
    state = ExportState(opened, from_history=True)
    sid = opened().save(small_analysis)
    state.analysis, state.session_id = opened().load(sid), sid
    opened().put_override(sid, accept(3, author="kh", note="seen in MS/MS"))
    state.make("csv")
    state.join(PATIENCE)
    assert opened().jobs.get(state.job).status == "completed"
    assert state.made is not None
    assert b"seen in MS/MS" in state.made.content


def test_a_session_that_is_gone_is_no_file_of_the_history(
    opened: Opener, small_analysis: gg.Analysis
) -> None:
    state = ExportState(opened, from_history=True)
    assert "press Refresh" in state.why_not
    sid = opened().save(small_analysis)
    state.analysis, state.session_id = small_analysis, sid
    opened().delete(sid)
    state.make("csv")
    state.join(PATIENCE)
    assert state.made is None
    assert f"Session {sid} is no longer in the history: press Refresh" in state.error


def test_a_file_is_made_as_often_as_it_is_asked_for(small_analysis: gg.Analysis) -> None:
    state, made = ExportState(), []
    state.observe(lambda change: made.append(change["new"].content), "made")
    state.analysis = small_analysis
    for _ in range(2):
        state.make("csv")
        state.join(PATIENCE)
    assert len(made) == 2
    assert made[0] == made[1]


def test_a_refused_file_leaves_the_last_job(
    opened: Opener, small_analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_state, "LARGE", 1)
    state, jobs = ExportState(opened), []
    state.observe(lambda change: jobs.append(change["new"]), "job")
    state.analysis, state.session_id = small_analysis, opened().save(small_analysis)
    state.make("csv")
    state.join(PATIENCE)
    state.analysis = small_analysis.redecide(gg.Settings(outlier_threshold=1.0))
    state.make("html")
    state.join(PATIENCE)
    assert "Save as a new session" in state.error
    assert jobs == [state.job] != [""]
