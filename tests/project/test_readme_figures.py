"""Figures of the README are those of `reports/benchmarks`, which `make bench` measures anew."""

from __future__ import annotations

import re

import pytest
from paths import ROOT

GOOD = (ROOT / "README.md").read_text("utf-8").split("## How good it is\n")[1].split("\n## ")[0]
WORDS = " ".join(GOOD.split())


def rows_of(text: str) -> list[dict[str, str]]:
    """Rows of the first table of a text, by header."""
    lines = text.split("\n|", 1)[1].split("\n\n")[0].splitlines()
    cells = [[cell.strip(" *") for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(cells[0], row, strict=True)) for row in cells[2:]]


def kept(file: str) -> list[dict[str, str]]:
    """Rows of the first table of a file of figures."""
    return rows_of((ROOT / "reports" / "benchmarks" / file).read_text("utf-8"))


#: Columns of accuracy.md, by their words in the README.
ACCURACY = {
    "accuracy": "accuracy",
    "macro-F1": "macro-F1",
    "parent right": "parent",
    "isomers right": "isomers",
    "wrong anchors caught": "wrong anchors",
    "ECE": "ECE",
}


def test_the_table_of_levels_is_that_of_accuracy() -> None:
    measured = {(row["level"], row["method"]): row for row in kept("accuracy.md")}
    told, level = rows_of(GOOD), ""
    assert len(told) == len(measured) == 12
    for row in told:
        level = row["level"].partition(",")[0] or level
        figures = measured[level, row["method"].lower()]
        for words, column in ACCURACY.items():
            assert row[words] == figures[column], (level, row["method"], words)


def test_what_is_said_of_the_middle_level_is_measured() -> None:
    ours, plain = (
        next(r for r in kept("accuracy.md") if (r["level"], r["method"]) == ("middle", method))
        for method in ("ganglioside", "plain")
    )
    assert f"hold {100 * float(ours['coverage']):.1f} % of genuine features" in WORDS
    keeps = 100 * float(plain["right anchors"]), 100 * float(ours["right anchors"])
    assert (
        f"keeps {keeps[0]:.0f} % of these at the middle level, Ganglioside {keeps[1]:.1f} %"
        in WORDS
    )


def test_what_is_said_of_the_independent_generator_is_measured() -> None:
    ours, plain = (row for row in kept("independent.md") if "all" in row.values())
    wrong = 100 * float(ours["wrong at 0.95"])
    for said in (
        f"On {ours['tables']} tables of an independent generator",
        f"is right in {ours['accuracy']} of {int(ours['rows']):,} rows, "
        f"the plain method in {plain['accuracy']}; {wrong:.1f} % of the rows are wrong at more "
        f"than 95 % confidence, and the calibration error is {ours['ECE']} ",
    ):
        assert said in WORDS


@pytest.mark.parametrize(
    ("words", "case"),
    [
        ("plasma, 12 min reversed phase (published)", "plasma"),
        ("plasma, 30 min nano-LC (published; medians over tissues and isomers)", "tims plasma"),
        ("simulated, classes of 12 to 20", "big classes"),
        ("simulated, classes of 10 to 15 in which only the carbons vary", "big ladders"),
        ("simulated, classes of 2 to 5", "small classes"),
        ("simulated, one anchor in ten wrong", "10 % wrong anchors"),
    ],
)
def test_the_table_of_other_classes_is_measured(words: str, case: str) -> None:
    (figures,) = (row for row in kept("other_classes.md") if row["case"] == case)
    line = f"| {words} | **{figures['ganglioside']}** | {figures['quadratic']} |"
    assert line in GOOD.splitlines()


def test_no_table_of_other_classes_is_left_out() -> None:
    table = GOOD.split("| tables | Ganglioside |")[1].split("\n\n")[0]
    assert len(re.findall(r"^\| \w", table, re.MULTILINE)) == 6
