"""The page of a batch, and its tables for other programs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch import Entry, Item
from ganglioside.batch.overview import write_overview
from ganglioside.settings import Settings

EVIL = "<script>alert('x')</script>"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The overview of a batch of which one table is judged, one failed and one waits."""
    folder = tmp_path_factory.mktemp("out")
    history = gg.History.open(folder / "h.duckdb")
    sid = history.save(gg.analyze(gg.read_features(small_table().encode(), name="a.csv")))
    names = ["done", f"=bad {EVIL}", "waits"]
    items = [Item(name, Path(f"{name}.csv"), "", Settings(rt_tolerance=0.02)) for name in names]
    entries = {
        "done": Entry("done", "done.csv", "k", "", sid, "verdicts/done.csv", "reports/done.html"),
        names[1]: Entry(names[1], "bad.csv", "", "", error=f"No table.\n{EVIL}"),
    }
    return write_overview(folder / "overview.html", items, entries, history)


def test_each_table_is_listed_by_its_state(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "Batch of 3 tables" in text
    failures = text[text.index('id="failures"') : text.index('id="waiting"')]
    assert "No table.<br>" in failures
    waiting = text[text.index('id="waiting"') : text.index('id="sessions"')]
    assert "waits" in waiting
    sessions = text[text.index('id="sessions"') : text.index('id="charts"')]
    assert '<a href="reports/done.html">done</a>' in sessions
    assert "rt_tolerance 0.02" in sessions
    assert "waits" not in sessions


def test_counts_of_a_session_have_their_thousands_apart(tmp_path: Path) -> None:
    lines = small_table().splitlines()
    header, rows = lines[0], [line for line in lines[1:] if line]
    many = "\n".join([f"{header},Sample", *(f"{row},{n}" for n in range(100) for row in rows), ""])
    history = gg.History.open(tmp_path / "h.duckdb")
    sid = history.save(gg.analyze(gg.read_features(many.encode(), name="a.csv")))
    items, entry = [Item("a", Path("a.csv"), "", Settings())], Entry("a", "a.csv", "k", "", sid)
    text = write_overview(tmp_path / "o.html", items, {"a": entry}, history).read_text("utf-8")
    assert "<td>1,200</td>" in text
    assert "<td>1200</td>" not in text


def test_text_of_tables_is_never_markup_nor_a_formula(page: Path) -> None:
    assert EVIL not in page.read_text(encoding="utf-8")
    names = pd.read_csv(page.with_name("sessions.csv"))["name"]
    assert not names.str.startswith("=").any()


def test_the_files_hold_what_the_page_shows(page: Path) -> None:
    sessions = pd.read_csv(page.with_name("sessions.csv"))
    assert sessions["state"].tolist() == ["judged", "failed", "waiting"]
    assert sessions["features"].tolist()[0] == 12
    assert sessions["features"].isna().tolist() == [False, True, True]
    species = pd.read_csv(page.with_name("species.csv"))
    areas = pd.read_csv(page.with_name("areas.csv"))
    assert areas["species"].tolist() == species["species"].tolist()
    assert "done" in areas
    assert f"{len(species):,}" in page.read_text(encoding="utf-8")


def test_fields_of_the_page_follow_its_theme(page: Path) -> None:
    """They were white on a dark page."""
    text = page.read_text(encoding="utf-8")
    dark = text[text.index("@media screen and (prefers-color-scheme: dark)") :]
    assert dark.index("color-scheme: dark;") < dark.index("}")
