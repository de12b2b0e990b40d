"""The log of problems: its order, its words and the faults of rows."""

from __future__ import annotations

import numpy as np

from ganglioside.reading.problems import ProblemLog


def test_problems_are_in_order_of_row() -> None:
    log = ProblemLog(np.array([2, 3, 4]), header_line=1)
    log.rows("rt-missing", np.array([2]), "RT", ["x"])
    log.rows("name-missing", np.array([0, 2]), "Name")
    log.table("no-volume", "Volume")
    frame = log.to_frame()
    assert frame["code"].tolist() == ["no-volume", "name-missing", "rt-missing", "name-missing"]
    assert frame["row"].tolist() == [1, 2, 4, 4]
    assert log.faulted.tolist() == [0, 2]
    assert log.fault(3).isna().tolist() == [False, True, False]
    assert log.fault(3)[2].count(".") == 2


def test_values_are_quoted_on_one_line_and_cut_but_kept_whole() -> None:
    log = ProblemLog(np.array([2]))
    value = "a\n{b}" + "x" * 100
    log.rows("rt-not-a-number", np.array([0]), "RT", [value])
    found = log.to_frame().iloc[0]
    assert found["value"] == value
    assert "a {b}xxx" in found["message"]
    assert len(found["message"]) < 120


def test_rows_are_left_out_for_reasons_that_are_no_errors() -> None:
    log = ProblemLog(np.array([2, 3, 4]))
    log.leave_out(np.array([2]), ["Another lipid."])
    assert log.faulted.tolist() == [2]
    assert not log.has_errors
    log.rows("rt-missing", np.array([0, 2]), "RT")
    assert log.fault(3).isna().tolist() == [False, True, False]
    assert log.fault(3)[2].endswith("Another lipid.")
