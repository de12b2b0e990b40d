"""Columns of an annotated file are found, and taken away from every line and cell that has them."""

from __future__ import annotations

import csv
import io

import pandas as pd
import pytest
from corpus.inputs import parquet, workbook
from effort import examples
from hypothesis import given
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.reading.annotations import (
    MZTAB_TITLES,
    TITLES,
    Unannotated,
    find_block,
    without_annotation,
)

JUDGED = ("valid", "0.998", "", "on its line; as others", "", "", "GM3(36:1;O2)")
CELL = st.text(alphabet='abü,;\t|" 01.', max_size=6)


def record(cells: list[str], separator: str) -> str:
    """Return cells as csv writes them."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(cells)
    return line.getvalue()


@given(
    rows=st.lists(st.lists(CELL, min_size=2, max_size=4), min_size=1, max_size=5),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n", "\r"]),
    reason=st.text(alphabet='ab,;"| ', max_size=8),
)
@examples(200)
def test_what_was_put_behind_lines_is_taken_away(
    rows: list[list[str]], separator: str, end: str, reason: str
) -> None:
    titles = ["Name", "RT", "x", "y"]
    before = [record(cells, separator) for cells in (titles, *rows)]
    judged = record(["valid", "0.998", "", reason, "", "accepted", ""], separator)
    added = [record(list(TITLES), separator), *[judged] * len(rows)]
    after = end.join(f"{a}{separator}{b}" for a, b in zip(before, added, strict=True)) + end
    assert without_annotation(after) == end.join(before) + end


def test_lines_that_got_no_cells_stay_as_they_are() -> None:
    text = f"made by me\nName,RT,{','.join(TITLES)}\nGM3,9.5\n\n-,-,a,b,c,d,e,f\nend\n"
    assert without_annotation(text) == "made by me\nName,RT\nGM3,9.5\n\n-,-,a,b,c,d,e,f\nend\n"


def test_columns_that_a_user_wrote_behind_stay_and_a_verdict_that_he_changed_goes() -> None:
    text = f"Name,RT,{','.join(TITLES)},mine\nGM3,9.5,checked,,,,,,,yes\n"
    assert without_annotation(text) == "Name,RT,mine\nGM3,9.5,yes\n"
    text = f"Name,RT,{','.join(TITLES)}\nGM3,9.5,checked by hand,,,,,,\n"
    assert without_annotation(text) == "Name,RT\nGM3,9.5\n"


def test_the_five_columns_of_an_earlier_version_go_too() -> None:
    text = f"Name,RT,{','.join(TITLES[:5])},mine\nGM3,9.5,valid,0.998,,on its line,,yes\n"
    assert without_annotation(text) == "Name,RT,mine\nGM3,9.5,yes\n"
    assert without_annotation("GM3,9.5,outlier,0.9,,far,GM1\n") == "GM3,9.5\n"
    stored = [(1, ["Name", "RT", *TITLES[:5], "mine"]), (2, ["GM3", "9", *JUDGED[:5], "yes"])]
    assert list(Unannotated(stored)) == [(1, ["Name", "RT", "mine"]), (2, ["GM3", "9", "yes"])]


def test_a_table_without_a_header_is_known_by_its_verdicts() -> None:
    text = "GM3,9.5,outlier,0.9,,far,GM1,,\nGM1,8,A: valid; B: outlier,A: 0.9; B: 0.8,,x,,,\n"
    assert without_annotation(text) == "GM3,9.5\nGM1,8\n"
    own = "GM3,9.5,valid,,a,b\nGM3,9.5,valid,,a,b\n"  # no confidence: not ours
    assert without_annotation(own) == own


@pytest.mark.parametrize("titles", [("verdict", "confidence"), TITLES[:4], TITLES[::-1]])
def test_columns_of_the_users_own_are_no_annotation(titles: tuple[str, ...]) -> None:
    assert find_block([["Name", *titles]]) is None
    text = f"Name,{','.join(titles)}\nGM3,valid,0.9,,,\n"
    assert without_annotation(text) == text


def test_a_worksheet_loses_the_columns_and_the_cells_that_only_they_had() -> None:
    stored = [(1, ["made by me"]), (3, ["Name", "RT", *TITLES, "mine"]), (4, ["GM3", "9", *JUDGED]),
              (5, ["GM1", "", *JUDGED, "yes"]), (6, ["", "", *JUDGED])]  # fmt: skip
    found = Unannotated(stored)
    assert list(found) == [(1, ["made by me"]), (3, ["Name", "RT", "mine"]), (4, ["GM3", "9"]),
                           (5, ["GM1", "", "yes"])]  # fmt: skip
    assert found.place == (3, range(2, 9))


def test_every_kind_of_file_says_what_it_left_out() -> None:
    cells = [["GM3(34:1;O2)", 7.5], ["GM3(36:1;O2)", 8.5], ["GM3(38:1;O2)", 9.5]]
    titled = [["Name", "RT", *TITLES], *([*row, *JUDGED] for row in cells)]
    frame = pd.DataFrame(titled[1:], columns=titled[0])
    text = "\n".join(record(list(map(str, row)), ";") for row in titled)
    plain = gg.read_features(pd.DataFrame(cells, columns=["Name", "RT"]))
    for source in (text.encode(), workbook({"a": titled}), parquet(frame), frame):
        table = gg.read_features(source)
        assert table.data["name"].tolist() == plain.data["name"].tolist()
        assert table.carried.empty
        assert "annotated-before" in table.problems["code"].tolist()
    assert "annotated-before" not in plain.problems["code"].tolist()


def test_the_titles_of_mztab_are_those_that_it_allows() -> None:
    assert all(title.startswith("opt_global_") and title.isascii() for title in MZTAB_TITLES)
    assert find_block([["SFH", *MZTAB_TITLES]]) is not None


def test_hostile_quotes_are_read_at_once() -> None:
    line = ',"' * 50_000 + "valid,0.9"
    assert without_annotation(f"{line}\n" * 2).count("\n") == 2


@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_line_that_is_shorter_than_the_annotation_is_kept(separator: str) -> None:
    """Without a header, whose titles would show where the annotation begins."""
    cut = separator.join(["GM3(36:1;O2)", "9.5", "valid", "0.998", ""])
    assert without_annotation(f"{cut}\n") == f"{cut}\n"
