"""What a report says, as values."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.charts.network import pieces_of_peaks
from ganglioside.reports import content
from ganglioside.reports.figures import planned
from ganglioside.reports.report import Report


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


def test_unreadable_rows_are_listed_with_row_value_and_advice(evil_table: Path) -> None:
    kinds = {kind.heading: kind for kind in content.to_fix(gg.analyze(evil_table))}
    unread = kinds["Rows that could not be read"]
    assert unread.total >= 3
    values = [item.value for item in unread.rows]
    assert "N/A" in values
    assert all("row" in item.where and item.advice for item in unread.rows)


@pytest.mark.parametrize(
    ("confidence", "text"),
    [(0.9999, "> 99.9 %"), (0.995, "99.5 %"), (0.5, "50.0 %"), (0.0, "0.0 %")],
)
def test_confidence_is_never_rounded_to_certainty(confidence: float, text: str) -> None:
    assert content.percent(confidence) == text


def test_what_is_said_alike_of_several_rows_is_said_once() -> None:
    """Twenty rows said that another row has the same name and RT, and 99 more were not named."""
    kinds = content.to_fix(gg.analyze(gg.simulate(7, "wild")))
    for kind in kinds:
        said = [(item.value, item.message, item.advice) for item in kind.rows]
        assert len(set(said)) == len(said), kind.heading
    checking = kinds[-1]
    assert checking.listed == checking.total > 100
    assert any(
        re.fullmatch(r"(row|line)s \d+, \d+, \d+ and \d+ more", i.where) for i in checking.rows
    )


def test_a_column_of_several_rows_is_named_once() -> None:
    """It said: rows 2, RT, 3, RT, 4, RT and 1 more."""
    rows = ["GM3(34:1;O2),n/a", "GM3(36:1;O2),n/a", "GM3(38:1;O2),n/a", "GM3(40:1;O2),n/a"]
    good = [f"GM1({n}:1;O2),{n / 4}" for n in (34, 36, 38)]
    analysis = gg.analyze(gg.read_features("\n".join(["Name,RT", *rows, *good]).encode()))
    (unread,) = (k for k in content.to_fix(analysis) if k.heading.startswith("Rows that"))
    assert [item.where for item in unread.rows] == ["rows 2, 3, 4 and 1 more, RT"]


def test_an_anchor_of_several_samples_is_named_once() -> None:
    analysis = gg.analyze(gg.simulate(2, n_samples=3))
    (anchors,) = (k for k in content.to_fix(analysis) if k.heading.startswith("Anchors"))
    names = [item.value.split(" at ")[0] for item in anchors.rows]
    assert len(set(names)) == len(names) < anchors.total == anchors.listed
    assert all(re.search(r" at [\d.]+ to [\d.]+ min$", item.value) for item in anchors.rows)


def test_a_table_that_allows_no_model_is_told_so_first() -> None:
    table = pd.DataFrame({"Name": ["GM3(36:1;O2)", "GM3(40:1;O2)"], "RT": [9.0, 8.0]})
    analysis = gg.analyze(table)
    report = Report(analysis, "hilic", None, "today")
    (warning,) = content.warnings(analysis)
    assert analysis.model.reason in warning
    assert "HILIC" in report.headline().html
    assert "Nothing is open" not in report.next_steps().html
    assert content.warnings(gg.analyze(gg.example())) == []


def test_a_report_of_a_study_says_of_how_many_samples_its_areas_are() -> None:
    table = gg.example().data
    columns = {"Name": table["name"], "RT": table["rt"], "Volume": table["volume"]}
    frames = [pd.DataFrame({**columns, "Sample": sample}) for sample in "AB"]
    study = Report(gg.analyze(pd.concat(frames)), "study", None, "today")
    assert "Areas: sums over 2 samples." in study.species().html
    assert "its largest row" in study.wrong_names().html
    alone = Report(gg.analyze(gg.example()), "alone", None, "today")
    assert "sums over" not in alone.species().html


def _answers(analysis: gg.Analysis) -> dict[str, str]:
    return {each.item: each.answer for each in content.checklist(analysis)}


@pytest.mark.parametrize("anchor", ["T", "F"])
def test_without_a_model_no_check_is_said_to_have_been_made(anchor: str) -> None:
    """The checklist of a refused table answered Yes to three checks that nobody made."""
    rows = {"Name": ["GM3(36:1;O2)", "GM3(40:1;O2)"], "RT": [9.0, 8.0], "Anchor": [anchor, "F"]}
    answers = _answers(gg.analyze(pd.DataFrame(rows)))
    assert len(answers) == 5
    assert all(answer.startswith("No") for answer in answers.values())
    assert "agree with the model" not in " ".join(answers.values())


def test_parents_are_counted_as_the_figure_of_fragments_draws_them() -> None:
    """GD1a and GD1b of one ceramide counted as one parent, since their names are alike."""
    analysis = gg.analyze(gg.example())
    pieces = pieces_of_peaks(analysis)
    own = pieces[pieces["verdict"] == "fragment"]
    answer = _answers(analysis)["Check on in-source fragmentation"]
    assert f"{len(own)} fragments of {own['row'].nunique()} parents, their areas added" in answer
    assert own["row"].nunique() > own["parent"].nunique()
    caption = planned("fragments", analysis).caption
    assert f"of {pieces['row'].nunique()}." in caption


def test_fragments_of_samples_are_told_apart_from_their_parents() -> None:
    """Fragments were counted in each sample and parents once: three samples made `240 of 55`."""
    table = gg.example().data
    columns = {"Name": table["name"], "RT": table["rt"], "Volume": table["volume"]}
    frames = [pd.DataFrame({**columns, "Sample": sample}) for sample in "AB"]
    answer = _answers(gg.analyze(pd.concat(frames)))["Check on in-source fragmentation"]
    assert re.search(r"\d+ fragments in 2 samples, pieces of \d+ parents", answer)


def test_areas_and_isomers_are_not_told_of_where_there_are_none() -> None:
    rows = [f"GD1a({n}:1;O2),{9 + n / 8}" for n in range(34, 46)]
    answers = _answers(gg.analyze(gg.read_features("\n".join(["Name,RT", *rows]).encode())))
    assert "areas" not in answers["Check on in-source fragmentation"]
    assert "no series has more than one line" in answers["Check on isomeric overlap"]


def test_the_polarity_is_among_the_settings() -> None:
    analysis = gg.analyze(gg.example(), polarity="positive")
    used = {each.item: each.answer for each in content.settings_used(analysis)}
    assert used["Polarity"] == "positive"


def test_a_table_without_areas_is_not_told_of_them() -> None:
    """Its tables were called the largest first, and numbers explained that it has not."""
    rows = gg.example().data[["name", "rt"]]
    report = Report(gg.analyze(rows.rename(columns={"name": "Name", "rt": "RT"})), "t", None, "now")
    tables = report.species().html + report.wrong_names().html
    assert "largest" not in tables
    assert "smaller" not in tables
    assert "The table has no areas." in tables
    assert planned("profile", report.analysis).caption == ""
    assert "Numbers:" not in planned("fragments", report.analysis).caption
    with_areas = Report(gg.analyze(gg.example()), "t", None, "now")
    assert "the largest first" in with_areas.species().html
    assert "Numbers: peak area" in planned("fragments", with_areas.analysis).caption
