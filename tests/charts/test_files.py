"""Charts as files and pages, offline."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from chart_tables import example, weird

from ganglioside import charts
from ganglioside.charts import files
from ganglioside.charts.files import json_for_html, svg
from ganglioside.errors import ExportError


@pytest.mark.parametrize("kind", charts.FORMATS)
def test_saved_files_are_what_their_suffix_says(kind: str, tmp_path: Path) -> None:
    chart = charts.verdicts_by_category(example())
    written = charts.save(chart, tmp_path / f"chart.{kind}").read_bytes()
    start = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF", "png": b"\x89PNG", "svg": b"<svg"}[kind]
    assert written.startswith(start)


def test_pictures_of_a_chart_are_those_of_each_format() -> None:
    chart = charts.residuals.spec(example())
    made = files.pictures(chart, dpi=100)
    assert made["svg"].decode() == files.svg(chart)
    assert made["png"] == files.png(chart, scale=1, dpi=100)
    assert made["pdf"].startswith(b"%PDF")
    assert len(made["pdf"]) == pytest.approx(len(files.pdf(chart)), rel=0.01)


def test_a_format_or_place_that_cannot_be_is_refused(tmp_path: Path) -> None:
    chart = charts.verdicts_by_category(example())
    with pytest.raises(ExportError, match=r"chart\.gif.*\.png"):
        charts.save(chart, tmp_path / "chart.gif")
    with pytest.raises(ExportError, match="cannot be written"):
        charts.save(chart, tmp_path / "missing" / "chart.svg")


def test_one_page_holds_several_charts_and_one_copy_of_the_libraries() -> None:
    analysis = weird("formula as name")
    page = charts.page({"One": charts.verdicts_by_category(analysis),
                        "<b>Two</b>": charts.residuals.spec(analysis)})  # fmt: skip
    assert page.count("window.vegaEmbed=") + page.count("window.vegaEmbed =") == 1
    assert page.count("<figure>") == 2
    assert "<b>Two</b>" not in page
    assert "<script>alert(1)" not in page
    assert not re.search(r"""(?:src|href)\s*=\s*["']https?:""", page)


@pytest.fixture
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the user's for what can be made again; it is not there yet."""
    folder = tmp_path / "cache"
    monkeypatch.setattr(files, "user_cache_path", lambda *_, **__: folder)
    charts.javascript.cache_clear()
    yield folder
    charts.javascript.cache_clear()


def test_the_libraries_of_a_page_are_made_once(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = charts.javascript()
    assert "</script" not in made
    assert len(list(cache_folder.iterdir())) == 1
    charts.javascript.cache_clear()
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda *_: pytest.fail("made again"))
    assert charts.javascript() == made


def test_the_libraries_of_a_page_are_made_where_nothing_can_be_kept(
    cache_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("vl_convert.javascript_bundle", lambda *_: "vegaEmbed")
    cache_folder.write_text("no folder")
    assert "vegaEmbed" in charts.javascript()
    assert cache_folder.read_text() == "no folder"


def test_json_inside_a_script_element_cannot_leave_it() -> None:
    import json

    value = {"name": "</script><script>alert(1)</script><!-- &amp;"}
    text = json_for_html(value)
    assert "<" not in text
    assert json.loads(text) == value


def test_the_same_analysis_gives_the_same_chart() -> None:
    assert svg(charts.residuals.spec(example())) == svg(charts.residuals.spec(example()))
