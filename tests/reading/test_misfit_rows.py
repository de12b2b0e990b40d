"""Rows that do not fit their columns."""

from __future__ import annotations

from corpus.inputs import ROWS, table

import ganglioside as gg


def test_cells_that_may_stand_in_a_wrong_column_are_not_believed() -> None:
    read = gg.read_features(table(ROWS[0], ROWS[1] + ",x", "GM1(38:1;O2),11.5").encode())
    assert read.data.loc[[1, 2], ["rt", "volume", "log_p"]].isna().all(axis=None)
    assert read.data["name"].tolist()[1:] == ["GM1(38:1;O2)", "GM1(38:1;O2)"]
    shown = read.problems.set_index("feature_id")["value"]
    assert shown[1] == ROWS[1] + ",x"


def test_a_formula_in_a_misfit_is_reported_too() -> None:
    read = gg.read_features(table(ROWS[0], "=cmd,1", "-GM1 38:1;O2,9.5,1,1,F").encode())
    found = read.problems[read.problems["code"] == "formula"]
    assert found[["feature_id", "severity"]].to_numpy().tolist() == [[1, "warning"], [2, "error"]]
    assert read.data["name"].tolist()[1:] == ["=cmd", "-GM1 38:1;O2"]
