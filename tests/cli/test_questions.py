"""The commands that ask about a feature or write a list, on files and stored sessions."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from command_line import EXAMPLE, run, run_json

import ganglioside as gg


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


def test_explain_prints_the_text(analysis: gg.Analysis) -> None:
    assert run("explain", EXAMPLE, 7).stdout == f"{analysis.explain(7)}\n"


def test_explain_json_holds_every_hypothesis(analysis: gg.Analysis) -> None:
    document = run_json("explain", EXAMPLE, 7)
    expected = analysis.explain(7)
    assert document["verdict"] == expected.verdict
    assert [h["statement"] for h in document["hypotheses"]] == expected.table["statement"].tolist()
    assert sum(h["probability"] for h in document["hypotheses"]) == pytest.approx(1)


def test_a_feature_is_named_or_numbered_or_found_by_its_row(analysis: gg.Analysis) -> None:
    by_number = run("explain", EXAMPLE, 41).stdout
    row = analysis.features.loc[41, "row"]
    assert run("explain", EXAMPLE, "GM2 d34:1").stdout == by_number
    assert run("explain", EXAMPLE, "--row", row).stdout == by_number
    assert run_json("suggest", EXAMPLE, "--row", row) == run_json("suggest", EXAMPLE, 41)


def test_a_name_of_several_features_lists_them() -> None:
    said = run("explain", EXAMPLE, "GM3(38:1;O2)", code=1).stderr
    assert "5 features are named" in said
    assert "22: 12.525 min valid (row 24)" in said


def test_suggestions_have_headings_for_people() -> None:
    shown = run("suggest", EXAMPLE, 274).stdout
    assert "expected RT (min)" in shown
    assert "_" not in shown


def test_a_session_is_explained_as_its_file(sid: str, analysis: gg.Analysis) -> None:
    assert run("explain", sid[:8], 7).stdout == f"{analysis.explain(7)}\n"
    assert len(run_json("suggest", sid, 274)) == len(analysis.suggest(274))


def test_thresholds_count_for_files_and_sessions(sid: str) -> None:
    narrow = run("explain", EXAMPLE, 2, "--rt-tolerance", 0.02).stdout
    assert narrow != run("explain", EXAMPLE, 2).stdout
    assert run("explain", sid, 2, "--rt-tolerance", 0.02).stdout == narrow


def test_a_setting_that_is_given_counts_where_it_is_the_default() -> None:
    """A session kept its own settings without a word where the defaults were asked for."""
    strict = ("--outlier-threshold", 1)
    (session,) = run_json("analyze", EXAMPLE, *strict)
    sid, usual = session["session_id"], ("--outlier-threshold", 2.5)
    assert run_json("explain", sid, 76)["verdict"] == "undetermined"
    assert run_json("explain", sid, 76, *usual)["verdict"] == "valid"
    assert "keeps those" in run("report", sid, *usual, code=1).stderr


def test_explain_draws(tmp_path: Path) -> None:
    run("explain", EXAMPLE, 7, "--chart", "seven.svg")
    assert "Feature 7" in (tmp_path / "seven.svg").read_text()


def test_suggest_lists_names(analysis: gg.Analysis) -> None:
    expected = analysis.suggest(274)
    assert [r["name"] for r in run_json("suggest", EXAMPLE, 274)] == expected["name"].tolist()
    assert expected["name"][0] in run("suggest", EXAMPLE, 274).stdout
    assert len(run_json("suggest", EXAMPLE, 181, "-n", 1)) == 1


def test_suggest_says_when_nothing_fits(analysis: gg.Analysis) -> None:
    outliers = analysis.features.query("verdict == 'outlier'")["feature_id"]
    lonely = next(int(i) for i in outliers if analysis.suggest(int(i)).empty)
    result = run("suggest", EXAMPLE, lonely)
    assert result.stdout == ""
    assert "No name of this mass" in result.stderr


def test_library_writes_lists(tmp_path: Path, analysis: gg.Analysis) -> None:
    run("library", EXAMPLE, "--out", "all.csv")
    assert len(pd.read_csv(tmp_path / "all.csv")) == len(analysis.expected_library())
    chosen = ("--series", "GM1", "--ceramide", "36:1", "--ceramide", "38:1", "--adduct", "[M-2H]2-")
    said = run("library", EXAMPLE, "--out", "one.csv", *chosen[:4], *chosen[-2:]).stderr
    assert "1 ion written" in said
    run("library", EXAMPLE, "--out", "few.csv", "--skyline", *chosen, "--minutes", 0.5)
    few = pd.read_csv(tmp_path / "few.csv")
    assert few["Molecule Name"].tolist() == ["GM1(36:1;O2)", "GM1(38:1;O2)"]
    assert few["Precursor Adduct"].tolist() == ["[M-2H]"] * 2
    assert few["Explicit Retention Time Window"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", EXAMPLE, 9999), "no feature 9999"),
        (("suggest", EXAMPLE, 9999), "no feature 9999"),
        (("explain", "nothing", 1), "nothing"),
        (("explain", "nothing.csv", 1), "nothing.csv"),
        (("library", EXAMPLE, "--out", "x.csv", "--series", "GX9"), "GX9"),
        (("library", EXAMPLE, "--out", "none/x.csv"), "cannot be written"),
    ],
)
def test_what_is_not_there_is_refused_with_1(arguments: tuple[object, ...], said: str) -> None:
    assert said in " ".join(run(*arguments, code=1).stderr.split())


@pytest.mark.parametrize(
    "wrong", [("explain", EXAMPLE), ("explain", EXAMPLE, "1", "--row", "3"), ("library", EXAMPLE)]
)
def test_wrong_usage_exits_with_2(wrong: tuple[object, ...]) -> None:
    run(*wrong, code=2)


def test_a_polarity_can_be_said_of_a_session(sid: str) -> None:
    assert "Feature 12" in run("explain", sid, 12, "--polarity", "negative").output
