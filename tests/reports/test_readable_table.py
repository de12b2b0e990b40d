"""Tables for people: nothing is cut, everything is escaped, numbers are written as everywhere."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd
import pytest
from charts.test_palette import luminance
from widgets.markup import EVIL

import ganglioside as gg
from ganglioside.columns import VERDICT_KINDS
from ganglioside.reports import readable


def cells(table: pd.DataFrame, **options: bool) -> list[str]:
    return re.findall(r"<td[^>]*>(.*?)</td>", readable(table, **options).to_html(), re.DOTALL)


def test_a_reason_is_whole() -> None:
    assert cells(pd.DataFrame({"reason": ["long " * 100]})) == ["long " * 100]


@pytest.mark.parametrize(
    ("column", "value", "written"),
    [
        ("rt", 9.8724, "9.872"),
        ("residual", 0.01, "+0.010"),
        ("confidence", 0.99999, "&gt; 99.9 %"),
        ("confidence", 0.0, "–"),  # of `undetermined`
        ("probability", 0.0, "0.0 %"),
        ("volume", 123456.0, "1.23e5"),
        ("mz", 1179.73701, "1179.7370"),
        ("monoisotopic_mass", 1545.876654, "1545.8767"),
        ("piece_rt", 10.352, "10.352"),
        ("offset", 10.352, "10.352"),
        ("anything", 0.123456, "0.1235"),
        ("rt", float("nan"), "–"),
        ("parent", pd.NA, "–"),
        ("parent", None, "–"),
        ("anchor", True, "yes"),
        ("names", ["GM3", "GM2"], "[&#x27;GM3&#x27;, &#x27;GM2&#x27;]"),
    ],
)
def test_cells_are_written_as_everywhere(column: str, value: object, written: str) -> None:
    assert cells(pd.DataFrame({column: [value]})) == [written]


@pytest.mark.parametrize("kind", VERDICT_KINDS, ids=lambda kind: kind.name)
def test_a_verdict_has_its_mark_and_colour(kind: object) -> None:
    page = readable(pd.DataFrame({"verdict": [kind.name]})).to_html()  # type: ignore[attr-defined]
    assert f"{kind.symbol}&nbsp;{kind.name}" in page  # type: ignore[attr-defined]
    assert f"color: {kind.text}" in page  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", VERDICT_KINDS, ids=lambda kind: kind.name)
@pytest.mark.parametrize(("text", "page"), [(0x00, 0xFF), (0xFF, 0x11), (0xFF, 0x22)])
def test_a_verdict_is_readable_on_light_and_dark_pages(kind: Any, text: int, page: int) -> None:
    shown = readable(pd.DataFrame({"verdict": [kind.name]})).to_html()
    mixed = re.search(r"color: color-mix\(in srgb, (#\w{6}) (\d+)%, currentColor\)", shown)
    assert mixed is not None
    share = int(mixed[2]) / 100
    own = bytes.fromhex(mixed[1][1:])
    colour = bytes(round(share * part + (1 - share) * text) for part in own)
    one, other = luminance(f"#{colour.hex()}") + 0.05, luminance(f"#{3 * f'{page:02x}'}") + 0.05
    assert max(one, other) / min(one, other) >= 4.5


def test_names_from_a_file_run_nothing() -> None:
    table = pd.DataFrame({"name": [EVIL], "verdict": [EVIL], EVIL: [1.0]}, index=[EVIL])
    assert "<img" not in readable(table, index=True).to_html()


def test_an_index_is_shown_only_where_it_is_wanted() -> None:
    shown = gg.analyze(gg.example()).features.head(3)
    assert len(cells(shown)) == 3 * len(shown.columns)
    assert 'class="row_heading' in readable(shown, index=True).to_html()
    assert 'class="row_heading' not in readable(shown).to_html()


def test_a_table_without_rows_shows_its_head() -> None:
    page = readable(pd.DataFrame({"verdict": [], "message": []})).to_html()
    assert "message" in page
    assert "<td" not in page


def test_rows_of_several_tables_may_share_their_numbers() -> None:
    row = pd.DataFrame({"verdict": ["valid"], "rt": [1.0]})
    assert len(cells(pd.concat([row, row]))) == 4
