"""The result of a session as the tables take it, packed anywhere and unpacked equal."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from builders import HandMadeModel, assert_analyses_equal, build_analysis

from ganglioside.analysis import Analysis
from ganglioside.columns import IDENTIFIERS
from ganglioside.history import record
from ganglioside.history.record import Packed, Record, to_analysis
from ganglioside.history.storage.codec import encode_carried
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides


@pytest.fixture(autouse=True)
def hand_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record, "FittedModel", HandMadeModel)


def test_a_packed_analysis_comes_back_with_its_overrides() -> None:
    overrides = Overrides((Override(feature_id=1, verdict="valid", note="MS/MS", author="Ada"),))
    analysis = build_analysis().with_overrides(overrides)
    packed = Packed.of(analysis)
    assert packed.settings == analysis.settings
    assert_analyses_equal(packed.unpacked(), analysis)
    assert packed.unpacked().overrides == overrides


def test_a_foreign_column_of_an_older_session_keeps_its_name() -> None:
    """Where a result column has been given the same name since then."""
    analysis = build_analysis()
    lab = pd.Series(["a", "b", None, "d", "e"], dtype="str")
    older = analysis.features.drop(columns=list(IDENTIFIERS)).assign(shorthand=lab)
    stored = Record.of(replace(analysis, features=older.drop(columns="shorthand")))
    stored = replace(
        stored, columns=json.dumps(list(older)), carried=encode_carried(older[["shorthand"]])
    )
    empty = pa.nulls(len(older), pa.string())  # as the migration adds them
    rows = stored.tables["features"]
    for column in IDENTIFIERS:
        rows = rows.append_column(column, empty)
    stored = replace(stored, tables={**stored.tables, "features": rows})
    pd.testing.assert_frame_equal(to_analysis(stored, analysis.source).features, older)


def test_overrides_and_input_do_not_belong_to_the_result() -> None:
    analysis = build_analysis()
    overridden = analysis.with_overrides(Overrides((Override(feature_id=1, anchor=False),)))
    assert Packed.of(overridden).result_sha256 == Packed.of(analysis).result_sha256


@pytest.mark.parametrize(
    ("change", "part"),
    [
        (lambda a: replace(a, features=a.features.assign(rt=a.features["rt"] + 1e-12)), "features"),
        (lambda a: replace(a, findings=a.findings.iloc[:1]), "findings"),
        (lambda a: replace(a, settings=Settings()), "settings"),
        (lambda a: replace(a, version="0.0"), "version"),
        (lambda a: replace(a, features=a.features.assign(note="x")), "carried"),
    ],
)
def test_each_part_has_a_fingerprint_of_its_own(
    change: Callable[[Analysis], Analysis], part: str
) -> None:
    before = Record.of(build_analysis()).fingerprints()
    after = Record.of(change(build_analysis())).fingerprints()
    changed = {name for name in before if before[name] != after[name]}
    assert changed - {"columns"} == {part}
    assert Packed.of(change(build_analysis())).result_sha256 != (
        Packed.of(build_analysis()).result_sha256
    )
