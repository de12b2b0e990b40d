"""Counts of an analysis and its headline."""

from __future__ import annotations

import io
import math
import re
from dataclasses import asdict, dataclass, replace

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.columns import EXPLAINED_VERDICTS, VERDICTS
from ganglioside.verdicts.summary import Summary


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


def test_the_headline_has_the_counts(example: gg.Analysis) -> None:
    s = example.summary
    assert re.findall(r"\d+", example.summary.headline)[:2] == [
        str(s.valid + s.fragment + s.adduct),
        str(s.features),
    ]
    assert s.headline.endswith(f"{s.anchors_not_valid} of {s.anchors} anchors are not valid.")
    assert s.anchors == 49


def test_counts_are_those_of_the_rows(example: gg.Analysis) -> None:
    s, features = example.summary, example.features
    counts = features["verdict"].value_counts()
    assert {verdict: getattr(s, verdict) for verdict in VERDICTS} == counts.to_dict()
    assert s.features == len(features)
    wrong = features["anchor"] & (features["verdict"] != "valid")
    assert s.anchors_not_valid == wrong.sum() > 0
    assert s.series == features["series"].nunique()


def test_what_is_explained_is_told_by_the_table_of_verdicts(example: gg.Analysis) -> None:
    s = example.summary
    assert {*EXPLAINED_VERDICTS} == {"valid", "fragment", "adduct"}
    assert s.explained == s.valid + s.fragment + s.adduct
    assert replace(s, outlier=s.outlier + 5).explained == s.explained
    assert replace(s, adduct=s.adduct + 5).explained == s.explained + 5


def test_the_headline_tells_how_much_of_the_area_is_explained(example: gg.Analysis) -> None:
    s, features = example.summary, example.features
    explained = features["verdict"].isin(["valid", "fragment", "adduct"])
    share = features["volume"][explained].sum() / features["volume"].sum()
    assert s.area_explained == pytest.approx(share)
    assert f"with {100 * share:.0f} % of the peak area: " in s.headline
    assert s.lead.startswith(s.headline.split(":")[0])


def test_one_feature_is_not_plural() -> None:
    one = gg.analyze(table().iloc[:1])
    assert one.summary.headline.startswith("0 of 1 feature explained (0 %)")


def table(**columns: list[object]) -> pd.DataFrame:
    names = ["GM3(34:1;O2)", "GM3(36:1;O2)", "GM3(38:1;O2)", "nonsense"]
    return pd.DataFrame({"Name": names, "RT": [9.0, 10.0, 11.0, 12.0], **columns})


@pytest.mark.parametrize("columns", [{}, {"Area": [None] * 4}, {"Area": [0, 0, 0, 0]}])
def test_no_area_is_explained_where_there_is_none(columns: dict[str, list[object]]) -> None:
    s = gg.analyze(table(**columns)).summary
    assert math.isnan(s.area_explained)
    assert "peak area" not in s.headline
    assert "peak area" not in s.lead


def test_rows_without_an_area_count_as_features_only() -> None:
    s = gg.analyze(table(Area=[1.0, 2.0, None, 1.0])).summary
    assert (s.valid, s.features) == (3, 4)
    assert s.area_explained == 1
    assert s.headline.startswith("3 of 3 features explained (100 %), with 100 % of the peak area: ")


def test_rows_that_take_no_part_are_not_among_the_unexplained() -> None:
    rows = [(name, 9.0 + k, 1.0) for k, name in enumerate(table()["Name"][:3])]
    rows += [("LPC(18:1)", 3.0, 1e9), ("GM3(36:1;O2)-d3", 10.0, 1e8), ("GM1(36:1;O2)", 3.0, 3.0)]
    s = gg.analyze(pd.DataFrame(rows, columns=["Name", "RT", "Area"])).summary
    part = "3 of 4 features explained (75 %), with 50 % of the peak area"
    assert (s.features, s.judged, s.undetermined, s.outlier) == (6, 4, 3, 0)
    assert s.area_explained == 0.5
    assert (s.explained, s.undecided, s.not_judged) == (3, 1, 2)
    assert s.lead == f"{part}. 2 more, undetermined too, take no part."
    counts = "3 valid, 0 fragments, 0 adducts; 0 outliers, 1 undetermined"
    assert s.headline == f"{part}: {counts}. 2 more, undetermined too, take no part."
    one = gg.analyze(table()).summary
    assert one.lead == "3 of 3 features explained (100 %). 1 more, undetermined too, takes no part."


def test_one_wrong_anchor_is_in_the_singular() -> None:
    raw = gg.example()
    wrong = gg.analyze(raw).findings.query("code == 'wrong-anchor'")["feature_id"].tolist()
    one = gg.Overrides((gg.Override(feature_id=int(wrong[0]), anchor=False),))
    assert gg.analyze(one.mark(raw)).summary.headline.endswith("1 of 48 anchors is not valid.")


def test_an_anchor_that_nothing_contradicts_is_undetermined_not_wrong() -> None:
    raw = pd.read_csv(io.BytesIO(gg.example().source.content))
    s = gg.analyze(raw.assign(RT=20 - raw["RT"])).summary  # as in HILIC: no model
    assert (s.anchors, s.anchors_not_valid, s.anchors_undetermined) == (49, 0, 49)
    assert s.anchors_confirmed == 0
    assert s.headline.endswith(" 49 of 49 anchors are undetermined.")


def test_wrong_and_undetermined_anchors_are_told_apart(example: gg.Analysis) -> None:
    s = example.summary
    both = replace(s, anchors_not_valid=2, anchors_undetermined=1)
    assert both.lead.endswith(" 2 of 49 anchors are not valid, 1 undetermined.")
    assert both.anchors_confirmed == 46
    one = replace(s, anchors=1, anchors_not_valid=0, anchors_undetermined=1)
    assert one.lead.endswith(" The only anchor is undetermined.")


def test_rows_that_cannot_be_read_are_counted() -> None:
    raw = pd.DataFrame({"Name": ["GM1(36:1;O2)", "nonsense", "GM3(36:1;O2)"], "RT": [9, 9, 10]})
    s = gg.analyze(raw).summary
    assert (s.features, s.unreadable, s.undetermined, s.anchors) == (3, 1, 3, 0)
    assert "anchors" not in s.headline


def test_a_count_of_a_later_version_has_its_default_and_a_lost_one_is_missed(
    example: gg.Analysis,
) -> None:
    @dataclass(frozen=True)
    class Later(Summary):
        doubtful: int = 0

    values = asdict(example.summary)
    assert Later.from_values(values).doubtful == 0
    assert Later.from_values({**values, "doubtful": 7}).doubtful == 7
    del values["area_explained"]
    assert math.isnan(Summary.from_values(values).area_explained)
    del values["anchors"]
    with pytest.raises(KeyError):
        Later.from_values(values)
