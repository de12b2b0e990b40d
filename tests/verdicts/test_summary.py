"""Counts of an analysis and its headline."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.columns import VERDICTS
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
    del values["anchors"]
    with pytest.raises(KeyError):
        Later.from_values(values)
