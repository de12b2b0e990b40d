"""Reports: parameters are judged first, the notebook runs, one escaped HTML file comes out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from paths import PORCINE, ROOT
from report_builder import outline, run_cells

import ganglioside as gg
from ganglioside.errors import Cancelled, HistoryError, ReportError
from ganglioside.reports import pdf, render


def test_a_report_is_rendered_through_the_notebook_with_progress(
    table: Path, tmp_path: Path
) -> None:
    events: list[Any] = []
    out = gg.render_report(
        table,
        tmp_path / "new folder" / "report.html",
        settings=gg.Settings(outlier_threshold=3.0),
        title="Liver 3",
        progress=events.append,
    )
    text = out.read_text(encoding="utf-8")
    assert "<title>Liver 3</title>" in text
    assert "3 sigma" in text
    assert [e["step"] for e in events] == ["loading", "verdicts", "saving", "complete"]
    assert [e["percentage"] for e in events] == sorted(e["percentage"] for e in events)


def test_a_report_reads_as_it_is_told_and_says_so(tmp_path: Path) -> None:
    source = tmp_path / "bare.csv"
    rows = [f"GM1({n}:1;O2),{60 * (5 + n / 8)}" for n in range(34, 46)]
    source.write_text("\n".join(rows))
    given: Any = {"columns": {"RT": "column 2"}, "unit": "s", "header": False}
    with pytest.raises(ReportError, match="header=False"):
        gg.render_report(source, tmp_path / "out.html")
    text = gg.render_report(source, tmp_path / "out.html", **given).read_text(encoding="utf-8")
    assert "12" in text
    assert "Read with column" in text
    assert "RT=column 2" in text
    history = gg.History.open(tmp_path / "history.duckdb")
    sid, _ = history.run(source, **given)
    with pytest.raises(ReportError, match="keeps the way in which it was read"):
        gg.render_report(sid, tmp_path / "session.html", history=history, **given)


def test_the_advice_of_a_report_names_no_option(tmp_path: Path) -> None:
    source = tmp_path / "slow.csv"
    rows = [f"GM1({n}:1;O2),{300 + 8 * n}" for n in range(34, 46)]
    source.write_text("\n".join(["Name,RT", *rows]))
    text = gg.render_report(source, tmp_path / "out.html").read_text(encoding="utf-8")
    assert "as unit of RT" in text
    assert "unit=" not in text.partition("<script")[0]


def test_a_table_that_is_refused_says_so_and_leaves_no_report(tmp_path: Path) -> None:
    source = tmp_path / "empty.csv"
    source.write_text("")
    with pytest.raises(ReportError, match="empty"):
        gg.render_report(source, tmp_path / "out.html")
    assert not (tmp_path / "out.html").exists()


def test_what_cannot_be_is_refused_before_anything_runs(
    table: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "run_notebook", lambda parameters: pytest.fail("it ran"))
    history = gg.History.open(tmp_path / "history.duckdb")
    with pytest.raises(ReportError, match=r"\.html"):
        gg.render_report(table, tmp_path / "report.docx")
    with pytest.raises(ReportError, match=r"nowhere\.csv"):
        gg.render_report(tmp_path / "nowhere.csv")
    with pytest.raises(HistoryError, match="abc"):
        gg.render_report("abc", history=history)
    monkeypatch.setattr(pdf, "BROWSERS", ("no-such-browser",))
    monkeypatch.delenv("GANGLIOSIDE_CHROMIUM", raising=False)
    with pytest.raises(ReportError, match="Chromium"):
        gg.render_report(table, tmp_path / "report.html", pdf=True)


def test_a_report_is_beside_its_table_and_names_the_session_that_it_stored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, here = tmp_path / "data", tmp_path / "here"
    data.mkdir()
    here.mkdir()
    monkeypatch.chdir(here)
    source = data / "liver.csv"
    source.write_text("Name,RT\n" + "".join(f"GM1({n}:1;O2),{n / 4}\n" for n in range(34, 46)))
    history = gg.History.open(tmp_path / "history.duckdb")
    out = gg.render_report(source, history=history)
    assert out == data / "liver.html"
    [session] = history.sessions()["id"]
    assert session in out.read_text(encoding="utf-8")
    of_session = gg.render_report(session, history=history)
    assert of_session.absolute() == here / f"{session}.html"
    assert len(history.sessions()) == 1
    gg.render_report(source, here / "unsaved.html", history=history, save=False)
    assert len(history.sessions()) == 1
    assert "not stored" in (here / "unsaved.html").read_text(encoding="utf-8")


def test_a_report_is_never_written_into_the_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundled = ROOT / "ganglioside" / "data" / "example.csv"
    monkeypatch.chdir(tmp_path)
    before = sorted(bundled.parent.iterdir())
    out = gg.render_report(bundled, save=False)
    assert out.absolute() == tmp_path / "example.html"
    assert out.is_file()
    assert sorted(bundled.parent.iterdir()) == before


def test_rendering_can_be_cancelled(table: Path, tmp_path: Path) -> None:
    def cancel(event: Any) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        gg.render_report(table, tmp_path / "report.html", progress=cancel)


def test_a_report_of_the_porcine_table(tmp_path: Path) -> None:
    if not PORCINE.is_file():
        pytest.skip("the porcine table is not beside the checkout")
    run_cells(source=str(PORCINE), output=str(tmp_path / "porcine.html"))
    text = (tmp_path / "porcine.html").read_text(encoding="utf-8")
    assert 324 in outline(text).rows
    assert "feature 69" in text.split("Charts")[0] or "feature 69" in text
