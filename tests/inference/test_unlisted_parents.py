"""A line that nothing but itself shows may be of pieces of a series that is not in the table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.inference.rounds import infer, reweigh
from ganglioside.inference.state import Inference
from ganglioside.inference.unlisted_parents import doubt_of_lines
from ganglioside.ion_source.coelution import USUAL_TOLERANCE
from ganglioside.observations.observations import observe


def line(series: str, at: float, anchors: int = 0, n: int = 8) -> pd.DataFrame:
    """Rows of a series on a straight line, the first of which are anchors."""
    carbons = np.arange(34, 34 + n)
    scatter = np.random.default_rng(len(series)).normal(0, 0.01, n)
    return pd.DataFrame(
        {
            "Name": [f"{series}({c}:1;O2)" for c in carbons],
            "RT": at + 0.6 * (carbons - 34) + scatter,
            "Anchor": np.where(np.arange(n) < anchors, "T", "F"),
        }
    )


def doubts(*lines: pd.DataFrame) -> dict[str, float]:
    """Doubt of the line of each series of a table, the least where it has several."""
    state = infer(observe(gg.read_features(pd.concat(lines))))
    assert isinstance(state, Inference)
    state = reweigh(state, USUAL_TOLERANCE, 1.0)
    series = [state.observed.groups.series[group] for group in state.line_group]
    found = pd.Series(doubt_of_lines(state, state.shares), index=series)
    return dict(found.groupby(level=0).min())


def scattered(series: str, n: int) -> pd.DataFrame:
    """Rows of a series at RT that mean nothing."""
    rows = line(series, 8.0, n=n)
    return rows.assign(RT=np.random.default_rng(n).uniform(6, 14, n))


def test_a_series_alone_is_not_sure_and_says_why() -> None:
    analysis = gg.analyze(line("GM3", 8.0))
    features = analysis.features
    assert features["verdict"].eq("valid").all()
    assert features["confidence"].between(0.96, 0.985).all()
    assert features["reason"].str.contains("pieces of a heavier series").all()
    stated = {h.statement: h for h in analysis.explain(0).hypotheses}
    unlisted = stated["in-source fragment of a heavier series that the table does not list"]
    assert unlisted.probability == pytest.approx(0.02, abs=0.005)
    valid = analysis.explain(0).probabilities["valid"]
    assert valid == pytest.approx(features["confidence"][0], abs=1e-4)


def test_anchors_on_the_line_and_heavier_series_make_it_surer() -> None:
    alone = doubts(line("GM3", 8.0))["GM3"]
    assert 0.01 < alone < 0.05
    marked = doubts(line("GM3", 8.0, anchors=4))["GM3"]
    assert marked < alone / 20
    heavier = [line("GD1", 6.0), line("GD3", 6.6), line("GT1", 5.0), line("GM1", 7.0)]
    assert doubts(line("GM3", 8.0), *heavier)["GM3"] < alone / 2


def test_a_line_without_anchors_beside_marked_ones_is_doubted_more() -> None:
    lines = line("GM3", 8.0), line("SM", 10.0, anchors=6)
    assert doubts(*lines)["GM3"] > 1.5 * doubts(lines[0], line("SM", 10.0))["GM3"]


@pytest.mark.parametrize("series", ["SM", "GP1+2OAc"])
def test_a_series_that_is_a_piece_of_none_is_sure(series: str) -> None:
    assert gg.analyze(line(series, 8.0)).features["confidence"].gt(0.97).all()


def test_a_row_off_a_doubtful_line_is_not_surely_wrong() -> None:
    confidence = {}
    for series in ("GM3", "SM"):
        off = pd.DataFrame({"Name": [f"{series}(37:1;O2)"], "RT": [11.4], "Anchor": ["F"]})
        row = gg.analyze(pd.concat([line(series, 8.0), off], ignore_index=True)).features.iloc[-1]
        assert row["verdict"] == "outlier"
        confidence[series] = row["confidence"]
    assert confidence["GM3"] < 0.995 < 0.999 < confidence["SM"]


def test_more_lines_than_isomers_are_of_pieces_but_for_one() -> None:
    """Both lines of GM3, of which there is one isomer, were right at 0.98, beside GM1 at 0.99."""
    lines = line("GM3", 8.0), line("GM3", 8.6)
    assert doubts(*lines)["GM3"] > 0.3
    features = gg.analyze(pd.concat(lines, ignore_index=True)).features
    assert features["verdict"].eq("valid").all()  # there is no telling which
    assert features["confidence"].max() < 0.7
    for several in ("GD1", "HexCer"):
        assert doubts(line(several, 8.0), line(several, 8.6))[several] < 0.05


def test_where_many_rows_are_off_their_lines_they_may_all_be_pieces() -> None:
    lines = line("GM3", 8.0, n=12), scattered("GM3", 12)
    assert doubts(*lines)["GM3"] > 0.3
    features = gg.analyze(pd.concat(lines, ignore_index=True)).features
    assert features["verdict"].iloc[:12].eq("valid").sum() > 8  # what no row shows turns none
    assert features["confidence"].max() < 0.9


def test_rows_off_their_lines_say_little_where_that_is_usual_in_the_table() -> None:
    """Names at random are in all series then, also in those that are pieces of none."""
    wrong = line("GM3", 8.0, n=12), scattered("GM3", 6)
    usual = line("SM", 8.0, n=12), scattered("SM", 12), scattered("SM", 10)
    assert doubts(*wrong, *usual)["GM3"] < doubts(*wrong, line("SM", 8.0, n=12))["GM3"] / 2


def test_a_common_series_that_is_missing_is_looked_for_whatever_others_are_listed() -> None:
    """Pieces of GD1 are in nearly every table with gangliosides, GT1 and GQ1 beside it or not."""
    heavier = [line("GT1", 7.0), line("GQ1", 6.6), line("GD3", 7.6), line("GM1", 7.9)]
    lacking = doubts(line("GM3", 8.4), *heavier)
    complete = doubts(line("GM3", 8.4), line("GD1", 7.3), *heavier)
    assert lacking["GM3"] > 5 * complete["GM3"]
    assert lacking["GT1"] == pytest.approx(complete["GT1"], rel=0.5)  # nothing common is heavier


def test_no_table_without_a_common_series_is_as_sure_of_its_pieces_as_of_species() -> None:
    table = gg.simulate(203, "middle")
    assert table.truth is not None
    kept = ~table.data["name"].str.startswith("GD")
    rows = table.data.loc[kept, ["name", "rt", "volume", "anchor"]]
    features = gg.analyze(rows.reset_index(drop=True)).features
    is_piece = table.truth.loc[kept, "verdict"].ne("valid").reset_index(drop=True)
    called_right = features["verdict"].eq("valid") & is_piece
    assert called_right.sum() > 10
    assert (features["confidence"][called_right] < 0.99).mean() > 0.9


def test_few_anchors_of_many_rows_say_little_for_a_line() -> None:
    """Of the pieces of a long line a few are marked by mistake; of a right one, a third is."""
    beside = line("SM", 10.0, anchors=4, n=12)
    few = doubts(line("GM3", 8.0, anchors=1, n=16), beside)["GM3"]
    many = doubts(line("GM3", 8.0, anchors=6, n=16), beside)["GM3"]
    assert few > 0.5 * doubts(line("GM3", 8.0, n=16), line("SM", 10.0, n=12))["GM3"]
    assert many < few / 10


def test_only_series_with_sialic_acid_are_doubted_for_want_of_common_ones() -> None:
    classes = [line("HexCer", 9.0), line("Hex2Cer", 8.7), line("GM3", 8.4), line("GM1", 7.9)]
    found = doubts(*classes)
    assert found["GM3"] == pytest.approx(found["GM1"], rel=0.3)
    assert found["Hex2Cer"] < 0.6 * found["GM3"]


def test_modified_series_are_doubted_as_those_without_the_modification_are() -> None:
    heavier = [line("GT1", 7.0), line("GD3", 7.6), line("GM3", 8.4)]
    lacking = doubts(line("GM1", 7.9), line("Fuc-GM1", 7.8), *heavier)
    assert lacking["GM1+dHex"] == pytest.approx(lacking["GM1"], rel=0.3)
