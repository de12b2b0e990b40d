"""The card of a history lists its newest sessions."""

from __future__ import annotations

from pathlib import Path

import ganglioside as gg


def test_an_empty_history_says_how_to_begin(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    assert "No session yet" in history._repr_html_()
    assert repr(history) == f"History('{tmp_path / 'history.duckdb'}')"


def test_sessions_and_jobs_are_listed_and_escaped(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    analysis = gg.analyze(gg.example())
    sids = history.save_all([(analysis, f"<b>{n}</b>") for n in range(9)])
    history.jobs.add("export", {"session": sids[0], "out": "x.csv"}, "waiting one")
    html = history._repr_html_()
    assert "&lt;b&gt;8&lt;/b&gt;" in html
    assert "<b>" not in html
    assert html.count("completed") == 8
    assert "and more" in html
    assert "waiting one" in html
