"""Sessions of a batch side by side: verdicts, drift, and species by session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from batch.conftest import small_table
from ganglioside.batch.comparison import Study

#: min by which each session elutes later.
SHIFTS = {"first": 0.0, "later": 0.2, "latest": 0.3}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Study]:
    history = gg.History.open(tmp_path_factory.mktemp("history") / "h.duckdb")
    sids = []
    for name, shift in SHIFTS.items():
        table = small_table(shift)
        if name == "latest":  # one species less, the others twice as large
            lines = table.splitlines()
            rows = [line.split(",") for line in lines[1:-1]]
            doubled = [",".join([n, rt, str(2 * int(area)), *rest]) for n, rt, area, *rest in rows]
            table = "\n".join([lines[0], *doubled]) + "\n"
        sids.append(history.save(gg.analyze(gg.read_features(table.encode(), name=name)), name))
    return Study.of(history, list(SHIFTS), sids)


def test_sessions_are_counted_in_the_order_given(study: Study) -> None:
    sessions = study.sessions
    assert list(sessions["name"]) == list(SHIFTS)
    assert sessions["features"].tolist() == [12, 12, 11]
    verdicts = sessions[["valid", "fragment", "adduct", "outlier", "undetermined"]]
    assert (verdicts.sum(axis=1) == sessions["features"]).all()
    assert (sessions["anchors"] == sessions["features"]).all()
    assert (sessions["species"] <= sessions["valid"]).all()


def test_the_drift_of_each_session_is_found(study: Study) -> None:
    shift = study.sessions["shift"].to_numpy()
    np.testing.assert_allclose(shift - shift[1], np.array(list(SHIFTS.values())) - 0.2, atol=0.01)
    assert (study.sessions["shared"] >= 11).all()


def test_species_come_by_frequency_without_the_drift(study: Study) -> None:
    species = study.species
    assert species["seen"].is_monotonic_decreasing
    assert species["species"].is_unique
    everywhere = species[species["seen"] == 3]
    assert len(everywhere) > 3
    assert everywhere["rt_spread"].max() < 0.02
    assert everywhere["area_cv"].gt(0.2).all()


def test_the_residual_of_a_session_is_that_of_its_valid_features(tmp_path: Path) -> None:
    """It was called scatter, as that of the model, which is another number."""
    history = gg.History.open(tmp_path / "h.duckdb")
    analysis = gg.analyze(gg.example())
    (row,) = Study.of(history, ["a"], [history.save(analysis)]).sessions.to_dict("records")
    valid = analysis.features.query("verdict == 'valid'")
    assert row["residual"] == pytest.approx(valid["residual"].pow(2).mean() ** 0.5)
    assert "scatter" not in row


def test_cells_hold_the_area_over_the_median_of_the_species(study: Study) -> None:
    cells = study.cells.set_index(["species", "session"])
    known = study.species[study.species["seen"] == 3]["species"]
    fold = cells.loc[[(name, "latest") for name in known], "fold"]
    np.testing.assert_allclose(fold, 1.0, atol=0.3)
    medians = study.cells.groupby("species")["area"].median()
    assert study.species.set_index("species")["area"].to_dict() == medians.to_dict()


def test_areas_are_wide_with_nan_where_a_species_is_not_valid(study: Study) -> None:
    areas = study.areas()
    assert list(areas) == ["species", *SHIFTS]
    assert list(areas["species"]) == list(study.species["species"])
    seen = areas[list(SHIFTS)].notna().sum(axis=1)
    assert seen.tolist() == study.species["seen"].tolist()


def test_no_session_and_one_session_have_no_drift(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    nothing = Study.of(history, [], [])
    assert nothing.sessions.empty
    assert nothing.areas().empty
    sid = history.save(gg.analyze(gg.read_features(small_table().encode(), name="a")))
    one = Study.of(history, ["a"], [sid])
    assert one.sessions.loc[0, "shift"] == 0
    assert isinstance(one.species, pd.DataFrame)


def test_anchors_of_a_table_that_cannot_be_judged_are_not_wrong(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    table = pd.DataFrame(
        {"Name": ["GM3(36:1;O2)", "GM3(40:1;O2)"], "RT": [9.0, 8.0], "Anchor": ["T", "T"]}
    )
    sessions = Study.of(history, ["hilic"], [history.save(gg.analyze(table))]).sessions
    assert sessions[["anchors", "undetermined", "wrong_anchors"]].to_numpy().tolist() == [[2, 2, 0]]


def test_a_table_that_cannot_be_judged_has_no_drift_and_moves_no_other(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    late = {"GM3": 1.2, "GM2": 0.7, "GM1": 0.0, "GD1": -0.8, "GT1": -1.5}
    rows = [(f"{head}({c}:1;O2)", by + c / 4) for head, by in late.items() for c in range(34, 45)]
    first = pd.DataFrame(rows, columns=["Name", "RT"])
    judged = [first, first.assign(RT=first["RT"] + 0.2)]
    lone = [f"{head}(36:1;O2)" for head in late]  # head groups apart, one ceramide: no model
    hilic = pd.DataFrame({"Name": lone, "RT": [by + 9.0 - 1.49 for by in late.values()]})
    sids = [history.save(gg.analyze(table)) for table in (*judged, hilic)]
    assert history.session(sids[2])["undetermined"] == len(lone)
    two = Study.of(history, ["a", "b"], sids[:2]).sessions
    three = Study.of(history, ["a", "b", "hilic"], sids).sessions
    assert three.loc[2, ["shift", "stretch"]].isna().all()
    assert three.loc[2, "shared"] == 0
    pd.testing.assert_frame_equal(three.loc[:1, ["shift", "stretch"]], two[["shift", "stretch"]])


def test_a_session_that_shares_too_little_has_no_drift(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "h.duckdb")
    other = small_table().replace("GM1", "GM2").replace("GD1", "GD2")
    tables = [gg.read_features(text.encode(), name="t") for text in (small_table(), other)]
    study = Study.of(history, ["a", "b"], [history.save(gg.analyze(t)) for t in tables])
    assert study.sessions["shared"].tolist() == [0, 0]
    assert study.sessions[["shift", "stretch"]].isna().all(axis=None)


def test_a_session_may_be_called_as_a_column_is(tmp_path: Path) -> None:
    """A batch of a table `species.csv` ended with a traceback."""
    history = gg.History.open(tmp_path / "h.duckdb")
    sids = history.save_all([(gg.analyze(gg.read_features(small_table().encode())), None)] * 2)
    study = Study.of(history, ["species", "area"], sids)
    areas = study.areas()
    assert areas.columns.tolist() == ["species", "species", "area"]
    assert areas.iloc[:, 0].tolist() == study.species["species"].tolist()
    assert areas.iloc[:, 1].tolist() == areas["area"].tolist()
