"""The page that judges one table, without a browser."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime

import pytest

import ganglioside as gg
from ganglioside_widgets.judge import JudgePage
from ganglioside_widgets.result_page import result_html


def upload(page: JudgePage, name: str, content: bytes) -> None:
    page.upload.value = (
        {
            "name": name,
            "type": "text/csv",
            "size": len(content),
            "content": memoryview(content),
            "last_modified": datetime(2026, 1, 1, tzinfo=UTC),
        },
    )


def downloaded(html: str, name: str) -> bytes:
    match = re.search(rf'download="{name}" href="data:[^;]*;base64,([^"]*)"', html)
    assert match
    return base64.b64decode(match[1])


@pytest.fixture(scope="module")
def html() -> str:
    return result_html(gg.analyze(gg.example()))


def test_a_result_shows_the_headline_the_wrong_anchors_and_the_chart(html: str) -> None:
    analysis = gg.analyze(gg.example())
    assert analysis.summary.headline in html
    wrong = analysis.findings[analysis.findings["code"] == "wrong-anchor"]
    assert len(wrong)
    assert all(message in html for message in wrong["message"])
    assert "<svg" in html


def test_every_verdict_can_be_downloaded(html: str) -> None:
    rows = downloaded(html, "verdicts.csv").decode("utf-8-sig").splitlines()
    assert len(rows) == 1 + len(gg.example())
    assert downloaded(html, "verdicts.xlsx")[:2] == b"PK"


def test_the_example_is_one_click_away() -> None:
    page = JudgePage()
    page.example.click()
    assert gg.analyze(gg.example()).summary.headline in page.result.value


def test_an_uploaded_table_is_judged_under_its_name() -> None:
    page = JudgePage()
    upload(page, "mine.csv", gg.example().source.content)
    assert "<h2>mine.csv</h2>" in page.result.value
    assert gg.analyze(gg.example()).summary.headline in page.result.value


def test_a_refused_file_says_why_and_shows_no_markup_of_its_own() -> None:
    page = JudgePage()
    upload(page, "page.csv", b"<html><body><script>alert(1)</script></body></html>")
    assert 'role="alert"' in page.result.value
    assert "<script>" not in page.result.value


def test_a_name_from_the_table_cannot_become_markup() -> None:
    page = JudgePage()
    upload(page, "<b>x</b>.csv", b"Name,RT\n<img src=x onerror=alert(1)>,3\n")
    assert "<img" not in page.result.value
    assert "<b>x</b>" not in page.result.value
