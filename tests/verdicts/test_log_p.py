"""What Log P says of a table: slips of single names, and the plain lines."""

from __future__ import annotations

from collections.abc import Sequence

import known_curve
import numpy as np
import pandas as pd
import pytest
from known_curve import Method

import ganglioside as gg
from ganglioside.verdicts.log_p import NO_LINE, LogP


def additive(names: Sequence[str]) -> np.ndarray:
    """Log P that follows composition exactly."""
    species = gg.parse_names(names).frame()
    log_p = 0.54 * species["carbons"] - 1.1 * species["double_bonds"] - 2.0 * species["sugar_count"]
    return log_p.to_numpy(np.float64).round(3)


@pytest.fixture
def drawn() -> pd.DataFrame:
    table = known_curve.draw(Method(), np.random.default_rng(0))
    return table.assign(**{"Log P": additive(table["Name"].tolist())})


def check(table: pd.DataFrame) -> LogP:
    return LogP.of(gg.read_features(table))


def test_values_that_follow_composition_have_no_slip(drawn: pd.DataFrame) -> None:
    assert len(check(drawn).slips) == 0


def test_a_slip_is_found_with_what_was_expected(drawn: pd.DataFrame) -> None:
    right = float(drawn.loc[7, "Log P"])
    drawn.loc[7, "Log P"] = right + 2.2
    found = check(drawn)
    assert found.slips.tolist() == [7]
    assert found.expected[0] == pytest.approx(right, abs=0.01)


def test_a_slip_that_is_repeated_is_found_where_it_stands_first(drawn: pd.DataFrame) -> None:
    drawn.loc[7, "Log P"] += 2.2
    twice = pd.concat([drawn, drawn.iloc[[7]].assign(RT=3.0)], ignore_index=True)
    assert check(twice).slips.tolist() == [7]


def test_few_values_contradict_nothing(drawn: pd.DataFrame) -> None:
    few = drawn.assign(**{"Log P": drawn["Log P"].where(drawn.index < 5)})
    few.loc[2, "Log P"] = 99.0
    assert len(check(few).slips) == 0


def test_names_without_a_reading_have_no_part(drawn: pd.DataFrame) -> None:
    drawn.loc[3, ["Name", "Log P"]] = ["nonsense", 99.0]
    assert len(check(drawn).slips) == 0


def test_a_line_goes_through_the_anchors_of_its_series(drawn: pd.DataFrame) -> None:
    anchors = drawn["Name"].str.startswith("GD3(")
    drawn["RT"] = np.where(anchors, 2 + 0.25 * drawn["Log P"] + 10, drawn["RT"])
    lines = check(drawn.assign(Anchor=np.where(anchors, "T", "F"))).lines
    assert list(lines) == ["GD3"]
    assert lines["GD3"].slope == pytest.approx(0.25)
    assert lines["GD3"].intercept == pytest.approx(12)
    assert lines["GD3"].r2 == pytest.approx(1)
    assert lines["GD3"].equation == "RT = 0.250 * Log P + 12.000"


def test_one_value_gives_no_line(drawn: pd.DataFrame) -> None:
    one = drawn.assign(Anchor=np.where(drawn.index == 4, "T", "F"))
    lines = check(one).lines
    assert len(lines) == 1
    assert set(lines.values()) == {NO_LINE}
    assert NO_LINE.equation is None


def test_a_table_without_log_p_says_nothing(drawn: pd.DataFrame) -> None:
    nothing = check(drawn.drop(columns="Log P"))
    assert len(nothing.slips) == 0
    assert nothing.lines == {}


def test_the_plain_line_is_the_least_squares_line_of_the_anchors() -> None:
    log_p = np.array([1.0, 2.0, 3.0, 4.5])
    rt = np.array([8.0, 8.9, 10.1, 11.4])
    names = [f"GM1({n}:1;O2)" for n in (34, 36, 38, 40)]
    table = pd.DataFrame({"Name": names, "RT": rt, "Log P": log_p, "Anchor": "T"})
    other = pd.DataFrame({"Name": ["GM1(42:1;O2)"], "RT": 2.0, "Log P": 9.0, "Anchor": "F"})
    line = gg.analyze(pd.concat([table, other])).models.iloc[0]
    slope, intercept = np.polyfit(log_p, rt, 1)
    assert line["log_p_slope"] == pytest.approx(slope)
    assert line["log_p_intercept"] == pytest.approx(intercept)
    assert line["log_p_r2"] == pytest.approx(np.corrcoef(log_p, rt)[0, 1] ** 2)
    assert line["log_p_equation"] == f"RT = {slope:.3f} * Log P + {intercept:.3f}"


def test_a_falling_line_shows_its_signs() -> None:
    names = [f"GM1({n}:1;O2)" for n in (34, 36, 38)]
    table = pd.DataFrame(
        {"Name": names, "RT": [8.0, 9.5, 11.0], "Log P": [-10.0, -9.0, -8.0], "Anchor": "T"}
    )
    line = gg.analyze(table).models.iloc[0]
    assert line["log_p_equation"] == "RT = 1.500 * Log P + 23.000"
    shifted = gg.analyze(table.assign(**{"Log P": [10.0, 11.0, 12.0]})).models.iloc[0]
    assert shifted["log_p_equation"] == "RT = 1.500 * Log P - 7.000"
    bare = gg.analyze(table.drop(columns="Log P")).models.iloc[0]
    assert pd.isna(bare["log_p_equation"])
    assert pd.isna(bare["log_p_slope"])


def test_a_series_of_one_log_p_has_no_plain_line() -> None:
    names = [f"GM1({n}:1;O2)" for n in (34, 36, 38)]
    table = pd.DataFrame({"Name": names, "RT": [8.0, 9.5, 11.0], "Log P": 1.0, "Anchor": "T"})
    assert pd.isna(gg.analyze(table).models.loc[0, "log_p_equation"])
