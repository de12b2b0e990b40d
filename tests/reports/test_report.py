"""The page of a report: one escaped HTML file."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from report_builder import EVIL, outline, run_cells

import ganglioside as gg
from ganglioside import charts
from ganglioside.errors import HistoryError, ReportError
from ganglioside.reports import content
from ganglioside.reports.figures import PLANNED
from ganglioside.reports.report import Report
from ganglioside.verdicts.review import confirm, rename


def test_the_page_has_its_sections_in_order(page: str) -> None:
    wanted = ["Accepted species ", "Not to be published under this name ", "Next steps",
              "What to fix in the table", "Retention", "Methods, to paste", "Reporting checklist",
              "Provenance", "Appendix", "Series: lines of the retention model",
              "Fragments and adducts", "Features", "Findings"]  # fmt: skip
    headings = outline(page).headings
    assert [h for h in headings if h in wanted] == wanted
    assert headings[0] == f"Liver {EVIL}"


def test_the_page_loads_nothing_and_holds_the_libraries_once(page: str) -> None:
    assert outline(page).loads == []
    assert "default-src 'none'" in page
    assert len(re.findall(r"window\.vegaEmbed ?=", page)) == 1
    folded = page.count('id="more-series"')
    charts = page.count('type="application/json"')
    assert page.count('class="still"') == charts - folded == len(PLANNED)


def test_a_page_without_pictures_holds_the_same_charts(
    page: str, table: Path, tmp_path: Path
) -> None:
    run_cells(source=str(table), output=str(tmp_path / "plain.html"), pictures=False)
    plain = (tmp_path / "plain.html").read_text(encoding="utf-8")
    assert 'class="still"' not in plain
    charts = re.compile(r'<script type="application/json">(.*?)</script>')
    assert charts.findall(plain) == charts.findall(page)
    assert len(plain) < 0.8 * len(page)


def test_the_page_shows_every_feature_with_its_reason(page: str, table: Path) -> None:
    features = gg.analyze(table).features
    assert len(features) + 1 in outline(page).rows
    shown = set(outline(page).cells)
    assert set(features["reason"]) <= shown


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
    "rows",
    [
        ["GM1(36:1;O2),9,1000,1,T"],
        ["nothing,9,1,1,T", "?,8,1,1,F", "GM1(36:1;O2),9,1,1,F"],
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


def test_a_session_is_reported_with_its_own_settings(evil_table: Path, tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    sid = history.save(gg.analyze(evil_table, gg.Settings(rt_tolerance=0.07)), name="liver")
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
    renamed = confirm(rename(7, "GM3(36:1;O2)", author="Ada"), f"Bob {EVIL}")
    history.replace_overrides(sid, gg.Overrides((verdict, mark, renamed)))
    out = tmp_path / "session.html"
    run_cells(source=sid, history=str(history.path), output=str(out))
    text = out.read_text()
    section = text[text.index('id="overrides"') : text.index('id="provenance"')]
    assert section.count("<tr>") == 4
    assert "renamed to <b>GM3(36:1;O2)</b>" in section
    assert "Bob &lt;script&gt;" in section
    assert "analyst: renamed to GM3(36:1;O2)" in text
    assert "no MS/MS &lt;script&gt;" in section
    assert "unmarked" in section
    assert section.count('<td class="name">Ada</td>') == 3
    assert text.count("no MS/MS &lt;script&gt;") == 2  # in the row of the feature too
    assert "analyst: outlier" in text
    assert EVIL not in text
    assert 'id="overrides"' not in page


def test_tables_that_are_cut_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fragments, findings and problems beyond the first 5,000 were left out without a word."""
    data = gg.example().data
    table = pd.DataFrame({"Name": data["name"], "RT": data["rt"], "Volume": data["volume"]})
    table.loc[:4, "RT"] = None
    report = Report(gg.analyze(table), "cut", None, "today")
    assert "The first" not in report.fragments().html + report.findings().html
    monkeypatch.setattr(content, "MOST_ROWS", 3)
    pieces = len(charts.fragment_table(report.analysis))
    assert f"The first 3 of {pieces} rows" in report.fragments().html
    cut = report.findings().html
    assert f"The first 3 of {len(report.analysis.findings)};" in cut
    assert f"The first 3 of {len(report.analysis.problems)};" in cut


def test_findings_name_rows_as_the_rest_of_the_page_does(page: str) -> None:
    """The appendix named features where the list of what to fix names rows."""
    analysis = gg.analyze(gg.example())
    (first, *_) = analysis.findings["feature_id"].dropna()
    row = analysis.features.loc[first, "row"]
    findings = page[page.index('id="findings"') :]
    assert f'<a href="#feature-{first}">row {row}</a>, feature {first}<' in findings


def test_one_row_is_one_feature(tmp_path: Path) -> None:
    table = tmp_path / "one.csv"
    table.write_text("Name,RT\nGM1(36:1;O2),9\n")
    run_cells(source=str(table), output=str(tmp_path / "one.html"))
    assert "one.csv · 1 feature ·" in (tmp_path / "one.html").read_text()


def test_long_names_leave_room_for_the_other_columns() -> None:
    """On paper they pushed reason, m/z and window of Tables 2 and 3 off the page."""
    data = gg.example().data
    table = pd.DataFrame({"RT": data["rt"], "Volume": data["volume"]})
    long = Report(gg.analyze(table.assign(Name=data["name"].map("; ".join(["{0}"] * 6).format))),
                  "long", None, "today")  # fmt: skip
    assert 'class="text name long"' in long.wrong_names().html
    assert 'class="text name long"' in long.next_steps().html
    usual = Report(gg.analyze(table.assign(Name=data["name"])), "usual", None, "today")
    for part in (usual.species(), usual.wrong_names(), usual.next_steps()):
        assert 'class="text name"' in part.html
        assert "name long" not in part.html
