"""Reports: parameters are judged first, the notebook runs, one escaped HTML file comes out."""

from __future__ import annotations

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from paths import PORCINE
from report_builder import report_cells, run_cells

import ganglioside as gg
from ganglioside.errors import Cancelled, HistoryError, ReportError
from ganglioside.reports import Parameters, content, pdf, render

EVIL = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "liver 3.csv"
    path.write_bytes(gg.example().source.content)
    return path


@pytest.fixture(scope="module")
def evil_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "evil <b>.csv"
    rows = [f"GM1({c}:1;O2),{c / 4},1000,1,T,{EVIL}" for c in (34, 36, 38, 40)]
    rows += [f'"{EVIL}",9,5,1,F,a', "=cmd|'/C calc'!A0,9.2,5,1,T,b", "GM1(42:1;O2),N/A,5,1,F,c"]
    path.write_text("Name,RT,Volume,Log P,Anchor,Note\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="module")
def page(table: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("out") / "page.html"
    run_cells(source=str(table), output=str(out), title=f"Liver {EVIL}")
    return out.read_text(encoding="utf-8")


class Outline(HTMLParser):
    """Collects headings, table rows per table, scripts and what would be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.headings: list[str] = []
        self.rows: list[int] = []
        self.cells: list[str] = []
        self.loads: list[str] = []
        self.scripts = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)
        self.scripts += tag == "script"
        self.rows += [0] if tag == "table" else []
        if tag == "tr":
            self.rows[-1] += 1
        if tag in ("td", "th"):
            self.cells.append("")
        given = dict(attrs)
        target = given.get("src") or (given.get("href") if tag == "link" else None)
        if target and not target.startswith("data:"):
            self.loads.append(target)

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in ("h1", "h2", "h3"):
            self.headings.append(data)
        if self.cells and "td" in self.open:
            self.cells[-1] += data


def outline(page: str) -> Outline:
    return Outline(page)


# --- Parameters ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"source": "x", "rt_tolerence": 0.1}, "rt_tolerence"),
        ({"source": "x", "rt_tolerance": "wide"}, "rt_tolerance"),
        ({"source": "x", "rt_tolerance": True}, "rt_tolerance"),
        ({"source": "x", "r2_threshold": 2.0}, "r2_threshold"),
        ({"source": "x", "outlier_threshold": float("nan")}, "outlier_threshold"),
        ({"source": "x", "sample_type": "martian"}, "sample_type"),
        ({"source": "x", "title": 3}, "title"),
        ({"source": "x", "pictures": "no"}, "pictures"),
        ({"source": ["x"]}, "source"),
        ({"source": "  "}, "source"),
        ({}, "source"),
    ],
)
def test_a_parameter_that_is_wrong_is_refused_by_name(values: dict[str, Any], named: str) -> None:
    with pytest.raises(ReportError, match=named):
        Parameters.of(values)


def test_right_parameters_are_taken_and_only_given_settings_count() -> None:
    parameters = Parameters.of({"source": "x", "rt_tolerance": 0.05, "sample_type": "human"})
    assert parameters.given_settings() == {"rt_tolerance": 0.05, "sample_type": "human"}


def test_a_path_without_a_file_is_refused_and_an_id_is_not_a_path(table: Path) -> None:
    with pytest.raises(ReportError, match=r"nowhere\.csv"):
        _ = Parameters(source="nowhere.csv").path
    assert Parameters(source="0a1b2c").path is None
    assert Parameters(source=str(table)).path == table


def test_the_notebook_refuses_a_misspelt_parameter_and_ignores_what_the_kernel_defines() -> None:
    kernel = {"In": [""], "Out": {}, "_": "", "__name__": "__main__", "exit": sys.exit, "sys": sys}
    assert Parameters.of_notebook(kernel | {"source": "x"}).source == "x"
    with pytest.raises(ReportError, match="'sourse'"):
        Parameters.of_notebook(kernel | {"source": "x", "sourse": "y"})


def test_the_notebook_offers_exactly_the_parameters_there_are() -> None:
    namespace: dict[str, Any] = {}
    exec(report_cells()[0], namespace)
    names = {name for name in namespace if not name.startswith("_")}
    assert names == set(Parameters.__slots__)


def test_the_notebook_stops_at_once_on_an_ill_typed_parameter(table: Path) -> None:
    with pytest.raises(ReportError, match="rt_tolerance"):
        run_cells(source=str(table), rt_tolerance="0.1")


# --- The page --------------------------------------------------------------------------------


def test_the_page_has_its_sections_in_order(page: str) -> None:
    wanted = ["What to fix first", "Charts", "Series", "Fragments and adducts", "Features",
              "Findings", "Methods and assumptions", "Provenance"]  # fmt: skip
    headings = outline(page).headings
    assert [h for h in headings if h in wanted] == wanted
    assert headings[0] == f"Liver {EVIL}"


def test_the_page_loads_nothing_and_holds_the_libraries_once(page: str) -> None:
    assert outline(page).loads == []
    assert "default-src 'none'" in page
    assert len(re.findall(r"window\.vegaEmbed ?=", page)) == 1
    assert page.count('class="still"') == page.count('type="application/json"') >= 6


def test_a_page_without_pictures_holds_the_same_charts(
    page: str, table: Path, tmp_path: Path
) -> None:
    run_cells(source=str(table), output=str(tmp_path / "plain.html"), pictures=False)
    plain = (tmp_path / "plain.html").read_text(encoding="utf-8")
    assert 'class="still"' not in plain
    charts = re.compile(r'<script type="application/json">(.*?)</script>')
    assert charts.findall(plain) == charts.findall(page)
    assert len(plain) < 0.7 * len(page)


def test_the_page_shows_every_feature_with_its_reason(page: str, table: Path) -> None:
    features = gg.analyze(table).features
    assert len(features) + 1 in outline(page).rows
    shown = set(outline(page).cells)
    assert set(features["reason"]) <= shown


def test_wrong_anchors_come_first_with_their_parent(page: str, table: Path) -> None:
    analysis = gg.analyze(table)
    kinds = content.to_fix(analysis)
    wrong = analysis.features[analysis.features["anchor"]]
    wrong = wrong[wrong["verdict"].isin(["fragment", "adduct", "outlier"])]
    assert kinds[0].heading.startswith("Anchors")
    assert kinds[0].total == len(wrong) > 0
    for row, item in zip(wrong.itertuples(), kinds[0].rows, strict=True):
        assert row.name in item.value
        assert row.verdict in item.message
        if isinstance(row.parent, str):
            assert row.parent in item.message
        assert item.value in page


def test_text_of_the_input_is_never_markup(evil_table: Path, tmp_path: Path) -> None:
    out = tmp_path / "evil.html"
    run_cells(source=str(evil_table), output=str(out), title=EVIL)
    text = out.read_text(encoding="utf-8")
    assert "alert(" in text
    assert EVIL not in text
    found = outline(text)
    assert found.scripts == text.count('type="application/json"') + 2
    assert EVIL in found.cells
    assert "=cmd|'/C calc'!A0" in found.cells
    assert "b" not in found.headings


def test_unreadable_rows_are_listed_with_line_value_and_advice(evil_table: Path) -> None:
    kinds = {kind.heading: kind for kind in content.to_fix(gg.analyze(evil_table))}
    unread = kinds["Rows that could not be read"]
    assert unread.total >= 3
    values = [item.value for item in unread.rows]
    assert "N/A" in values
    assert all("line" in item.where and item.advice for item in unread.rows)


def test_methods_answer_the_checklist(page: str) -> None:
    for item in ("Retention time verified by a standard", "Model for separation prediction",
                 "Check on isomeric overlap", "Check on isobaric overlap",
                 "Check on in-source fragmentation", "Assumptions presumed"):  # fmt: skip
        assert f"<th>{item}</th>" in page


def test_provenance_names_file_hash_version_and_settings(page: str, table: Path) -> None:
    cells = " ".join(outline(page).cells)
    assert "liver 3.csv" in cells
    assert gg.example().source.sha256 in cells
    assert f"Ganglioside {gg.__version__}" in cells
    assert "2.5 sigma" in cells


@pytest.mark.parametrize(
    ("confidence", "text"),
    [(0.9999, ">99%"), (0.995, ">99%"), (0.99, "99%"), (0.5, "50%"), (0.0, "0%")],
)
def test_confidence_is_never_rounded_to_certainty(confidence: float, text: str) -> None:
    assert content.percent(confidence) == text


@pytest.mark.parametrize(
    "rows",
    [
        ["GM1(36:1;O2),9,1000,1,T"],
        ["nothing,9,1,1,T", "?,8,1,1,F"],
        ["GM1(36:1;O2),9,1000,1,F", "GM3(36:1;O2),9.5,1000,1,F"],
    ],
)
def test_weird_tables_have_a_report(rows: list[str], tmp_path: Path) -> None:
    source = tmp_path / "weird.csv"
    source.write_text("Name,RT,Volume,Log P,Anchor\n" + "\n".join(rows) + "\n")
    run_cells(source=str(source), output=str(tmp_path / "weird.html"))
    text = (tmp_path / "weird.html").read_text(encoding="utf-8")
    assert len(rows) + 1 in outline(text).rows
    assert ">nan<" not in text
    assert "&lt;NA&gt;" not in text


def test_a_session_is_reported_with_its_own_settings(table: Path, tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    sid = history.save(gg.analyze(table, gg.Settings(rt_tolerance=0.07)), name="liver")
    place = {"history": str(history.path), "output": str(tmp_path / "session.html")}
    run_cells(source=sid, **place)
    cells = " ".join(outline((tmp_path / "session.html").read_text()).cells)
    assert sid in cells
    assert "0.07 min" in cells
    with pytest.raises(HistoryError, match="nosuchid"):
        run_cells(source="nosuchid", **place)
    with pytest.raises(ReportError, match="rt_tolerance"):
        run_cells(source=sid, rt_tolerance=0.2, **place)


def test_overrides_are_in_the_report_of_their_session(
    table: Path, page: str, tmp_path: Path
) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    sid = history.save(gg.analyze(table), name="liver")
    verdict = gg.Override(feature_id=3, verdict="outlier", note=f"no MS/MS {EVIL}", author="Ada")
    mark = gg.Override(feature_id=5, anchor=False, author="Ada")
    history.override(sid, gg.Overrides().put(verdict).put(mark))
    out = tmp_path / "session.html"
    run_cells(source=sid, history=str(history.path), output=str(out))
    text = out.read_text()
    section = text[text.index('id="overrides"') : text.index('id="charts"')]
    assert section.count("<tr>") == 3
    assert "no MS/MS &lt;script&gt;" in section
    assert "unmarked" in section
    assert section.count('<td class="name">Ada</td>') == 2
    assert text.count("no MS/MS &lt;script&gt;") == 2  # in the row of the feature too
    assert "analyst: outlier" in text
    assert EVIL not in text
    assert 'id="overrides"' not in page


# --- render_report ---------------------------------------------------------------------------


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
