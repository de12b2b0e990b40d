"""What the lessons say is so: their cells are run here, and what is written between them holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import altair as alt
import nbformat
import pytest
from paths import ROOT


@pytest.fixture(autouse=True)
def _charts_as_before() -> Iterator[None]:
    """Lessons choose how charts are shown, for the whole process."""
    with alt.renderers.enable(alt.renderers.active):
        yield


def run(name: str) -> dict[str, Any]:
    """Names that a lesson has defined at its end."""
    notebook = nbformat.read(ROOT / "notebooks" / name, as_version=4)
    names: dict[str, Any] = {}
    for number, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            exec(compile(cell.source, f"{name}, cell {number}", "exec"), names)
    return names


def test_start_here_shows_what_it_says() -> None:
    names = run("00_start_here.ipynb")
    features = names["features"]
    parent, piece = features.loc[120], features.loc[11]
    assert (parent["name"], parent["isomer"], parent["verdict"]) == (
        "GD1(36:1;O2)",
        "GD1a",
        "valid",
    )
    assert (piece["name"], piece["verdict"], piece["parent_id"]) == (
        "GM3(36:1;O2)",
        "fragment",
        120,
    )
    assert piece["process"] == "-Hex-HexNAc-NeuAc"
    assert 0.45 < piece["volume"] / parent["volume"] < 0.55  # half as large
    assert piece["predicted_rt"] - piece["rt"] > 1  # more than a minute later
    assert 0.005 < names["shares"]["valid"] < 0.015  # one part in a hundred
    species, ion = features.loc[73], features.loc[82]
    assert (species["name"], species["verdict"]) == ("GM1(38:0;O2)", "valid")
    assert (ion["name"], ion["process"], ion["parent_id"]) == ("GM1(40:3;O2)", "+Na-H", 73)
    assert names["wrong"]["verdict"].eq("fragment").all()
    assert len(names["wrong"]) == 2
    isomers = features.loc[features["series"] == "GD1", "isomer"].dropna()
    assert {"GD1a", "GD1b"} <= set(isomers)


def test_a_first_analysis_loses_no_row_and_writes_a_file() -> None:
    names = run("01_first_analysis.ipynb")
    analysis, table = names["analysis"], names["table"]
    assert analysis.features["name"].tolist() == table.data["name"].tolist()
    assert analysis.features["verdict"].value_counts().sum() == analysis.summary.features


def test_read_the_verdicts_has_one_of_each_and_probabilities() -> None:
    names = run("02_read_the_verdicts.ipynb")
    assert names["features"]["confidence"].between(0, 1).all()
    assert names["one_of_each"]["verdict"].is_unique
    assert len(names["one_of_each"]) >= 4
    assert names["largest"]["percent_of_parent"].is_monotonic_decreasing


def test_how_sure_is_right_about_its_tables() -> None:
    names = run("03_how_sure.ipynb")
    reliability, judged = names["reliability"], names["judged"]
    assert names["calibration"].calibration_error(reliability) < 0.05
    assert judged["right"].mean() > 0.9
    assert names["by_verdict"].loc["undetermined", "mean"] == 0  # never right
    last = reliability["confidence"].idxmax()
    assert last == reliability["rows"].idxmax()  # nearly all verdicts
    table = names["explanation"].table
    assert table["probability"].sum() == pytest.approx(1)
    assert table.loc[0, "parent"] == "GD1(36:0;O2)"
    assert names["predicted"]["basis"].tolist() == ["own series", "composition only"]


def test_the_history_names_what_fails_in_most_sessions() -> None:
    wrong = run("06_ask_the_history.ipynb")["wrong"]
    assert len(wrong) > 10
    assert (wrong["as_outlier"] * 2 > wrong["sessions"]).all()


def test_other_ions_and_odd_gradients_are_told() -> None:
    names = run("07_other_ions_and_odd_gradients.ipynb")
    gg, truth = names["gg"], names["salty"].truth["process"]
    posing = truth.isin(["+HCOOH", "M+2"])
    assert (gg.analyze(names["salty"]).features.loc[posing, "verdict"] == "adduct").mean() > 0.95
    assert names["right"].mean() > 0.95
    together = names["folder"].truth["verdict"] == names["analysis"].features["verdict"].astype(str)
    assert together.mean() > 0.95


def test_files_of_other_tools_come_back_whole() -> None:
    names = run("09_files_of_other_tools.ipynb")
    before, after = names["before"], names["after"]
    assert all(new.startswith(old) for old, new in zip(before, after, strict=True))
    assert names["table"].data["sample"].nunique() == 2
    assert names["analysis"].features["verdict"].value_counts().gt(0).sum() >= 4
    assert isinstance(names["folder"], Path)
