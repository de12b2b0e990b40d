"""`analyze` on the real path: reading, model, rules, verdicts, findings, one frozen result."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Callable
from datetime import datetime
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import known_curve
import numpy as np
import pandas as pd
import plain_method
import pytest
import simulated_tables
from effort import examples, some
from hypothesis import Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.columns import FEATURES, FINDINGS, MODELS, PROBLEMS, VERDICTS, carried_name
from ganglioside.errors import (
    Cancelled,
    FeatureError,
    GangliosideError,
    ReadError,
    ReportError,
    SettingsError,
    ValidationError,
)
from ganglioside.inference import rounds
from ganglioside.progress import STEPS, ProgressEvent
from ganglioside.verdicts import evidence

EXAMPLE = Path(gg.__file__).parent / "data" / "example.csv"
FRAMES = ("features", "models", "findings", "problems")
UNTOUCHED = ["verdict", "confidence", "rule", "process", "parent", "predicted_rt", "reason"]


@pytest.fixture(scope="module")
def raw() -> pd.DataFrame:
    return pd.read_csv(EXAMPLE)


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def simulated() -> list[gg.FeatureTable]:
    return [gg.simulate(seed) for seed in range(3)]


@pytest.fixture(scope="module")
def analyses(simulated: list[gg.FeatureTable]) -> list[gg.Analysis]:
    return [gg.analyze(table) for table in simulated]


def assert_same(left: gg.Analysis, right: gg.Analysis) -> None:
    for frame in FRAMES:
        pd.testing.assert_frame_equal(
            getattr(left, frame), getattr(right, frame), check_exact=True, obj=frame
        )
    assert repr(left.summary) == repr(right.summary)


def assert_sound(analysis: gg.Analysis, rows: int) -> None:
    """Hold what holds of every analysis, whatever the table."""
    features = analysis.features
    assert len(features) == rows
    assert features["feature_id"].tolist() == list(range(rows))
    assert {c: str(t) for c, t in features[[*FEATURES]].dtypes.items()} == FEATURES
    assert {c: str(t) for c, t in analysis.models.dtypes.items()} == MODELS
    assert {c: str(t) for c, t in analysis.findings.dtypes.items()} == FINDINGS
    assert list(analysis.problems.columns) == list(PROBLEMS)
    assert tuple(features["verdict"].cat.categories) == VERDICTS
    assert features[["verdict", "rule", "reason"]].notna().all(axis=None)
    assert features["confidence"].between(0, 1).all()
    assert ((features["confidence"] == 0) == (features["verdict"] == "undetermined")).all()
    assert features["reason"].str.fullmatch(r"\S.*\.").all()
    assert not features["reason"].str.contains(r"\bnan\b|None|<NA>|\binf\b").any()
    made = features["verdict"].isin(["fragment", "adduct"])
    assert (features["parent"].notna() == made).all()
    assert features["process"][made].notna().all()
    assert features["process"][~made].dropna().isin(["NeuGc", "lactone"]).all()
    assert features["parent_id"][~made].isna().all()
    assert (features["consolidated_volume"].notna() <= (features["verdict"] == "valid")).all()
    low, middle, high = (features[c] for c in ("rt_lower", "predicted_rt", "rt_upper"))
    assert (low.isna() == middle.isna()).all()
    assert ((low < middle) & (middle < high) | middle.isna()).all()
    np.testing.assert_allclose(features["residual"], features["rt"] - middle)
    summary = analysis.summary
    assert summary.features == rows
    assert [getattr(summary, v) for v in VERDICTS] == [
        int((features["verdict"] == v).sum()) for v in VERDICTS
    ]


def test_a_table_a_frame_and_a_path_give_the_same(raw: pd.DataFrame, example: gg.Analysis) -> None:
    assert_sound(example, len(raw))
    assert_same(gg.analyze(raw), example)
    assert_same(gg.analyze(EXAMPLE), example)
    assert_same(gg.analyze(str(EXAMPLE)), example)
    assert example.version == gg.__version__
    assert example.source == gg.example().source


def test_the_same_input_gives_the_same_again(example: gg.Analysis) -> None:
    again = gg.analyze(gg.example())
    assert_same(again, example)
    assert json.dumps(again.model.to_dict()) == json.dumps(example.model.to_dict())


def test_what_was_read_stands_in_the_result(raw: pd.DataFrame, example: gg.Analysis) -> None:
    features = example.features
    assert list(features.columns) == [*FEATURES, "row"]
    assert features["row"].tolist() == list(range(2, len(raw) + 2))
    assert features["name"].tolist() == raw["Name"].tolist()
    for column, header in (("rt", "RT"), ("volume", "Volume"), ("log_p", "Log P")):
        np.testing.assert_array_equal(features[column], raw[header].astype(float))
    assert (features["anchor"] == raw["Anchor"].eq("T")).all()


def test_the_input_frame_is_left_alone(raw: pd.DataFrame) -> None:
    before = raw.copy()
    gg.analyze(raw)
    pd.testing.assert_frame_equal(raw, before)


@pytest.mark.parametrize("name", ["features", "summary", "settings"])
def test_an_analysis_is_frozen(example: gg.Analysis, name: str) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(example, name, None)


def test_refused_input_raises() -> None:
    with pytest.raises(ReadError):
        gg.analyze("there is no such file.csv")
    with pytest.raises(ValidationError, match="RT"):
        gg.analyze(pd.DataFrame({"Name": ["GM3(36:1;O2)"]}))


def test_foreign_columns_are_carried_through(raw: pd.DataFrame, example: gg.Analysis) -> None:
    n = len(raw)
    given = raw.assign(
        _batch=range(n), prefix="x", confidence="high", verdict="mine", m_z=50.25, Sample="one"
    ).rename(columns={"m_z": "m/z"})
    features = gg.analyze(given).features
    foreign = [carried_name(c) for c in ("_batch", "prefix", "confidence", "verdict")]
    assert foreign == ["_batch", "prefix", "confidence (input)", "verdict (input)"]
    assert list(features.columns) == [*FEATURES, "row", "mz", "sample", *foreign]
    assert features["_batch"].astype(str).tolist() == [str(i) for i in range(n)]
    assert features["confidence (input)"].eq("high").all()
    assert features["verdict (input)"].eq("mine").all()
    assert features["mz"].eq(50.25).all()
    pd.testing.assert_frame_equal(features[[*FEATURES, "row"]], example.features)


def test_an_index_of_its_own_changes_nothing(raw: pd.DataFrame, example: gg.Analysis) -> None:
    assert_same(gg.analyze(raw.set_axis(range(9_000, 9_000 + len(raw)), axis=0)), example)


def by_content(analysis: gg.Analysis) -> pd.DataFrame:
    """Return what was decided, with rows and parents named by what they hold."""
    features = analysis.features
    content = (features["name"] + "@" + features["rt"].map(repr)).to_numpy(object)
    parent = [None if pd.isna(k) else content[k] for k in features["parent_id"]]
    reason = features["reason"].str.replace(r"\(feature \d+", "(feature", regex=True)
    of_row = dict(zip(features["row"].astype(str), content, strict=True))
    reason = reason.str.replace(r"(?<=\brow )\d+", lambda found: of_row[found[0]], regex=True)
    decided = features[UNTOUCHED].assign(reason=reason, parent_row=parent)
    return decided.set_axis(features["volume"], axis=0)


def assert_order_does_not_matter(table: pd.DataFrame, order: Any) -> None:
    order = np.asarray(order)
    first = by_content(gg.analyze(table))
    second = by_content(gg.analyze(table.iloc[order].reset_index(drop=True)))
    pd.testing.assert_frame_equal(second, first.iloc[order], check_exact=True)


#: Shrinking a whole analysis takes minutes and tells little more than its seed.
SEEDS = hypothesis_settings(
    max_examples=4, derandomize=True, phases=[Phase.explicit, Phase.generate]
)


@SEEDS
@given(seed=st.integers(0, 2**31))
def test_the_order_of_the_example_does_not_matter(seed: int) -> None:
    table = pd.read_csv(EXAMPLE)
    assert_order_does_not_matter(table, np.random.default_rng(seed).permutation(len(table)))


HEADS = ("GM3", "GM2", "GM1", "GD3", "GD1", "GD1a", "GT1", "GQ1+OAc", "GM3(NeuGc)", "SM")
SMALL_ROWS = st.lists(
    st.tuples(
        st.sampled_from(HEADS),
        st.sampled_from((34, 36, 38, 40)),
        st.sampled_from((0, 1, 2)),
        st.integers(600, 1500),
        st.sampled_from((None, 1e4, 1e6, 3e6)),
        st.booleans(),
    ),
    min_size=1,
    max_size=14,
    unique_by=lambda row: row[:4],
)


def small_table(rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Name": [f"{head}({n}:{d};O2)" for head, n, d, *_ in rows],
            "RT": [row[3] / 100 for row in rows],
            "Volume": [row[4] for row in rows],
            "Anchor": ["T" if row[5] else "F" for row in rows],
        }
    )


@examples(30)
@given(rows=SMALL_ROWS, data=st.data())
def test_small_tables_never_crash_and_their_order_does_not_matter(
    rows: list[tuple[Any, ...]], data: st.DataObject
) -> None:
    table = small_table(rows)
    assert_sound(gg.analyze(table), len(rows))
    assert_order_does_not_matter(table, data.draw(st.permutations(range(len(rows)))))


def test_rows_of_one_peak_are_named_by_their_place_in_any_order(raw: pd.DataFrame) -> None:
    """Their number is another in another order; the row that it names is the same."""
    twice = raw[raw["Name"] == "GM3(36:1;O2)"].assign(RT=lambda rows: rows["RT"] + 0.001)
    table = pd.concat([twice, raw], ignore_index=True)
    reasons = gg.analyze(table).features["reason"]
    assert reasons.str.contains(r"also as row \d+").sum() >= 2
    assert_order_does_not_matter(table, np.random.default_rng(1).permutation(len(table)))


UNREADABLE = {
    "no number": {"RT": "N/A"},
    "below zero": {"RT": "-1"},
    "no name": {"Name": "Unknown"},
    "formula": {"Name": "=cmd|' /C calc'!A0"},
    "too late": {"RT": "5000"},
}


@pytest.mark.parametrize("fault", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_rows_that_cannot_be_read_change_no_other(
    raw: pd.DataFrame, example: gg.Analysis, fault: dict[str, str]
) -> None:
    text = raw.astype(str)
    broken = text.iloc[[10, 200]].assign(**fault)
    analysis = gg.analyze(pd.concat([text, broken]))
    assert_sound(analysis, len(raw) + 2)
    pd.testing.assert_frame_equal(
        analysis.features.iloc[: len(raw)], example.features, check_exact=True
    )
    added = analysis.features.iloc[len(raw) :]
    assert added["verdict"].eq("undetermined").all()
    assert added["rule"].eq("reading").all()
    assert analysis.summary.unreadable == 2


def test_a_row_that_becomes_unreadable_keeps_its_place(raw: pd.DataFrame) -> None:
    text = raw.astype(str)
    without = gg.analyze(text.drop(index=40)).features
    text.loc[40, "RT"] = "N/A"
    features = gg.analyze(text).features
    assert features.loc[40, "verdict"] == "undetermined"
    same = ["verdict", "confidence", "predicted_rt"]
    pd.testing.assert_frame_equal(
        features.drop(index=40)[same].reset_index(drop=True), without[same], check_exact=True
    )


def test_repeated_rows_are_reported_and_change_nothing(
    raw: pd.DataFrame, example: gg.Analysis
) -> None:
    analysis = gg.analyze(pd.concat([raw, *[raw.iloc[[7]]] * 1000]))
    assert_sound(analysis, len(raw) + 1000)
    pd.testing.assert_frame_equal(
        analysis.features.iloc[: len(raw)], example.features, check_exact=True
    )
    assert analysis.features["verdict"].iloc[len(raw) :].eq("undetermined").all()


def one_name(raw: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([raw.iloc[[0]]] * 1000)


NOTHING_TO_SAY: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "one row": lambda raw: raw.iloc[[0]],
    "two series": lambda raw: raw.iloc[[0, 300]],
    "one ceramide": lambda raw: raw[raw["Name"].str.contains("(36:1;O2)", regex=False)],
    "one retention time": lambda raw: raw.assign(RT=9.0),
    "a thousand times one row": one_name,
}

NOTHING_TO_JUDGE: dict[str, tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = {
    "no row": (lambda raw: raw.iloc[:0], "has a header but no rows"),
    "no readable RT": (lambda raw: raw.assign(RT="x"), "No row of the table has a retention time"),
    "no readable name": (lambda raw: raw.assign(Name="GX9(36:1;O2)"), "None of the 332 names"),
}


@pytest.mark.parametrize("make", NOTHING_TO_SAY.values(), ids=NOTHING_TO_SAY.keys())
def test_where_nothing_can_be_said_all_is_undetermined(
    raw: pd.DataFrame, make: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    table = make(raw)
    analysis = gg.analyze(table)
    assert_sound(analysis, len(table))
    assert analysis.features["verdict"].eq("undetermined").all()
    assert not analysis.model.is_fitted
    assert len(analysis.models) == 0
    assert analysis.findings["code"].tolist() == ["no-model"]
    assert analysis.predict(["GM3(36:1;O2)"])["basis"].tolist() == ["no model"]


@pytest.mark.parametrize("seed", range(3))
def test_two_or_three_rows_in_any_order_are_expected_at_an_rt_or_before_the_injection(
    seed: int,
) -> None:
    random = np.random.default_rng(seed)
    reasons: set[str] = set()
    for _ in range(12):
        n = random.integers(2, 4)
        ceramides = zip(random.integers(32, 44, n), random.integers(0, 3, n), strict=True)
        names = [f"{random.choice(['GM3', 'GM1'])}({c}:{bonds};2)" for c, bonds in ceramides]
        analysis = gg.analyze(
            pd.DataFrame({"Name": names, "RT": random.uniform(0.5, 12, n).round(3)})
        )
        assert_sound(analysis, n)
        reasons |= {*analysis.features["reason"]}
    assert any("Nothing in the table shows when" in reason for reason in reasons)
    at_nought = re.compile(r"(?<!\d)0\.000 min expected|expected at 0\.000 min")
    assert not [reason for reason in reasons if at_nought.search(reason)]


@pytest.mark.parametrize(("make", "why"), NOTHING_TO_JUDGE.values(), ids=NOTHING_TO_JUDGE.keys())
def test_a_table_without_names_or_retention_times_is_refused(
    raw: pd.DataFrame, make: Callable[[pd.DataFrame], pd.DataFrame], why: str
) -> None:
    with pytest.raises(ValidationError, match=why):
        gg.analyze(make(raw))


def hilic(raw: pd.DataFrame, slope: float) -> pd.DataFrame:
    """Return the table with classes that separate by head group and fall with the carbons."""
    species = gg.parse_names(raw["Name"]).frame().reset_index(drop=True)
    noise = np.random.default_rng(0).normal(0, 0.02, len(raw))
    rt = 5 + 0.5 * species["sugar_count"] + slope * (species["carbons"] - 36) + noise
    return raw.assign(RT=rt.astype(float).round(3))


@pytest.mark.parametrize("slope", [-0.15, -0.05, 0.0])
def test_hilic_is_refused_by_name(raw: pd.DataFrame, slope: float) -> None:
    analysis = gg.analyze(hilic(raw, slope))
    assert_sound(analysis, len(raw))
    assert analysis.features["verdict"].eq("undetermined").all()
    assert analysis.features["reason"].str.contains("HILIC").all()
    assert "HILIC" in analysis.findings["message"].iloc[0]


def only(head: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda raw: raw[raw["Name"].str.startswith(f"{head}(")]


def relatives(_: pd.DataFrame) -> pd.DataFrame:
    """Return a table that holds no ganglioside at all."""
    offsets = {"Cer": 14.0, "SM": 11.0, "HexCer": 12.5}
    ceramides = [(n, d) for n in range(32, 44, 2) for d in (1, 2)]
    return pd.DataFrame(
        [
            (f"{head}({n}:{d};O2)", offset + 0.6 * (n - 36) - 0.8 * (d - 1), 1e6)
            for head, offset in offsets.items()
            for n, d in ceramides
        ],
        columns=["Name", "RT", "Volume"],
    )


SOMETHING_TO_SAY: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "no anchors": lambda raw: raw.assign(Anchor="F"),
    "no anchor column": lambda raw: raw.drop(columns="Anchor"),
    "all anchors": lambda raw: raw.assign(Anchor="T"),
    "no Log P": lambda raw: raw.drop(columns="Log P"),
    "no areas": lambda raw: raw.drop(columns="Volume"),
    "name and RT": lambda raw: raw[["Name", "RT"]],
    "one series": only("GD1"),
    "relatives of gangliosides": relatives,
    "two carbons apart": lambda _: pd.DataFrame(
        {"Name": ["GM1(36:1;O2)", "GM1(38:1;O2)"], "RT": [8.0, 9.4]}
    ),
    "three samples": lambda raw: pd.concat([raw.assign(Sample=s) for s in "abc"]),
}


@pytest.mark.parametrize("make", SOMETHING_TO_SAY.values(), ids=SOMETHING_TO_SAY.keys())
def test_small_and_odd_tables_are_answered(
    raw: pd.DataFrame, make: Callable[[pd.DataFrame], pd.DataFrame]
) -> None:
    table = make(raw)
    analysis = gg.analyze(table)
    assert_sound(analysis, len(table))
    assert analysis.model.is_fitted


@pytest.mark.parametrize("missing", ["Volume", "Log P", "Anchor"])
def test_missing_evidence_is_missing_and_not_against(
    raw: pd.DataFrame, example: gg.Analysis, missing: str
) -> None:
    features = gg.analyze(raw.drop(columns=missing)).features
    assert (features["verdict"] == example.features["verdict"]).mean() > 0.95


def test_log_p_decides_nothing(raw: pd.DataFrame, example: gg.Analysis) -> None:
    features = gg.analyze(raw.assign(**{"Log P": -raw["Log P"]})).features
    pd.testing.assert_series_equal(features["verdict"], example.features["verdict"])
    pd.testing.assert_series_equal(features["confidence"], example.features["confidence"])


def test_relatives_of_gangliosides_are_judged_as_well(raw: pd.DataFrame) -> None:
    table = relatives(raw)
    table.loc[7, "RT"] += 1.1
    features = gg.analyze(table).features
    assert features.loc[7, "verdict"] == "outlier"
    assert features["verdict"].drop(index=7).eq("valid").all()


def test_a_series_without_anchors_is_judged_through_the_shared_curve() -> None:
    method = known_curve.Method()
    table = known_curve.draw(method, np.random.default_rng(2))
    table.loc[table["Name"].str.startswith("GD3("), "Anchor"] = "F"
    wrong = table.index[table["Name"] == "GD3(38:1;O2)"][0]
    table.loc[wrong, "RT"] += 0.8
    features = gg.analyze(table).features
    gd3 = features[features["series"] == "GD3"]
    assert gd3.loc[wrong, "verdict"] == "outlier"
    assert gd3["verdict"].drop(index=wrong).eq("valid").all()
    expected = method.rt("GD3", 38, 1, 2)
    assert gd3.loc[wrong, "predicted_rt"] == pytest.approx(expected, abs=0.08)


def accuracy(table: gg.FeatureTable, verdict: pd.Series) -> float:
    assert table.truth is not None
    return float((table.truth["verdict"] == verdict.astype("str")).mean())


def plain_accuracy(table: gg.FeatureTable, anchors: bool = True) -> float:
    species = table.names.frame().reset_index(drop=True)
    ceramide = species[["carbons", "double_bonds", "hydroxyls"]].astype("int64")
    rows = table.data[["name", "rt", "log_p"]].assign(
        sample=0,
        anchor=table.data["anchor"] & anchors,
        series=species["series"],
        sugars=species["sugar_count"].astype("int64"),
    )
    answers = plain_method.judge(rows.join(ceramide), rows.iloc[:0])
    return accuracy(table, answers.rows["verdict"])


def test_simulated_tables_are_judged_well(
    simulated: list[gg.FeatureTable], analyses: list[gg.Analysis]
) -> None:
    for table, analysis in zip(simulated, analyses, strict=True):
        assert_sound(analysis, len(table))
        found = accuracy(table, analysis.features["verdict"])
        assert found > 0.9
        assert found > plain_accuracy(table) + 0.1


def test_without_anchors_simulated_tables_are_judged_nearly_as_well(
    simulated: list[gg.FeatureTable],
) -> None:
    for table in simulated:
        bare = dataclasses.replace(table, data=table.data.assign(anchor=False))
        found = accuracy(table, gg.analyze(bare).features["verdict"])
        assert found > 0.85
        assert found > plain_accuracy(table, anchors=False) + 0.1


def test_fragments_are_found_beyond_the_tolerance_where_rt_scatter() -> None:
    right, far = [], []
    for seed in range(3):
        table = simulated_tables.noisy(seed)
        assert table.truth is not None
        features, truth, rt = gg.analyze(table).features, table.truth, table.data["rt"].to_numpy()
        child = truth.index[(truth["verdict"] == "fragment") & truth["parent_id"].notna()]
        parent = truth.loc[child, "parent_id"].astype(int).to_numpy()
        beyond = child[np.abs(rt[child] - rt[parent]) > gg.Settings().rt_tolerance]
        far += beyond.tolist()
        right += (features["parent"][beyond] == truth["parent"][beyond]).tolist()
    assert len(far) > 20
    assert np.mean(right) > 0.6


def test_high_confidence_means_right(
    simulated: list[gg.FeatureTable], analyses: list[gg.Analysis]
) -> None:
    right, confidence = [], []
    for table, analysis in zip(simulated, analyses, strict=True):
        assert table.truth is not None
        right.append(table.truth["verdict"] == analysis.features["verdict"].astype("str"))
        confidence.append(analysis.features["confidence"])
    sure = pd.concat(confidence) > 0.95
    assert sure.mean() > 0.6
    assert pd.concat(right)[sure].mean() > 0.93
    assert pd.concat(right)[sure].mean() > pd.concat(right)[~sure].mean() + 0.05


def test_parents_are_genuine_and_stand_where_the_fragment_does(analyses: list[gg.Analysis]) -> None:
    ceramide = ["carbons", "double_bonds", "hydroxyls"]
    units = ["hex", "hexnac", "neuac", "neugc", "dhex", "oac"]
    for analysis in analyses:
        features = analysis.features
        pieces = features[features["parent_id"].notna()]
        parents = features.loc[pieces["parent_id"].astype(int)].set_axis(pieces.index)
        refused = parents["reason"].str.contains("although valid is the likeliest verdict")
        assert (parents["verdict"].eq("valid") | refused).all()
        assert (parents["name"] == pieces["parent"]).all()
        assert ((parents["rt"] - pieces["rt"]).abs() <= analysis.settings.rt_tolerance).all()
        fragment = pieces["verdict"] == "fragment"
        assert fragment.any()
        assert (parents[ceramide] == pieces[ceramide])[fragment].all(axis=None)
        assert ((parents[units] - pieces[units])[fragment] >= 0).all(axis=None)


def missing_parents_that_are_there(analysis: gg.Analysis) -> list[str]:
    """Return rows whose parent is said to have no row, though it co-elutes and is valid."""
    features = analysis.features
    ghosts = features[features["parent"].notna() & features["parent_id"].isna()]
    valid = features[features["verdict"] == "valid"]
    return [
        f"{row.name}@{row.rt} <- {row.parent}"
        for row in ghosts.itertuples(index=False, name="row")
        if ((valid["name"] == row.parent) & ((valid["rt"] - row.rt).abs() < 0.02)).any()
    ]


def test_a_parent_that_is_there_is_not_said_to_be_missing(analyses: list[gg.Analysis]) -> None:
    assert [missing_parents_that_are_there(analysis) for analysis in analyses] == [[], [], []]


OUTLIER_THRESHOLDS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
R2_THRESHOLDS = (0.5, 0.75, 0.9, 0.99, 0.999)
RT_TOLERANCES = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5)


def counts(
    analysis: gg.Analysis, setting: str, values: tuple[float, ...], verdict: str
) -> list[int]:
    """Return how many rows have a verdict (fragments: with a row as parent) at each value."""
    found = []
    for value in values:
        features = analysis.redecide(gg.Settings(**{setting: value})).features
        wanted = features["verdict"] == verdict
        found.append(
            int((wanted & (features["parent_id"].notna() | (verdict != "fragment"))).sum())
        )
    return found


def test_a_higher_outlier_threshold_refuses_fewer(analyses: list[gg.Analysis]) -> None:
    for analysis in analyses:
        accepted = counts(analysis, "outlier_threshold", OUTLIER_THRESHOLDS, "valid")
        outliers = counts(analysis, "outlier_threshold", OUTLIER_THRESHOLDS, "outlier")
        assert accepted == sorted(accepted)
        assert outliers == sorted(outliers, reverse=True)
        assert accepted[0] < accepted[-1]


@pytest.mark.parametrize("threshold", some(OUTLIER_THRESHOLDS))
def test_no_verdict_is_less_likely_than_another(
    analyses: list[gg.Analysis], threshold: float
) -> None:
    for analysis in analyses:
        again = analysis.redecide(gg.Settings(outlier_threshold=threshold))
        decided = again.features[again.features["verdict"] != "undetermined"]
        for row in decided.sort_values("confidence").head(12).itertuples():
            explanation = again.explain(row.feature_id)
            assert explanation.verdict == next(iter(explanation.probabilities))


def test_a_higher_r2_threshold_refuses_fewer(analyses: list[gg.Analysis]) -> None:
    for analysis in analyses:
        found = counts(analysis, "r2_threshold", R2_THRESHOLDS, "outlier")
        assert found == sorted(found, reverse=True)
        assert found[0] > found[-1]


def test_a_wider_rt_tolerance_finds_more_fragments(analyses: list[gg.Analysis]) -> None:
    for analysis in analyses:
        found = counts(analysis, "rt_tolerance", RT_TOLERANCES, "fragment")
        assert found == sorted(found)
        assert found[0] < found[-1]


def test_a_tolerance_beyond_the_usual_loses_no_fragment(example: gg.Analysis) -> None:
    found = counts(example, "rt_tolerance", RT_TOLERANCES, "fragment")
    assert found == sorted(found)


def assert_parents_fit(features: pd.DataFrame) -> None:
    """Fail unless every fragment, its parent's row missing or not, is a piece of its parent."""
    ceramide = ["carbons", "double_bonds", "hydroxyls"]
    units = ["hex", "hexnac", "neuac", "neugc", "dhex", "oac"]
    fragments = features[features["verdict"] == "fragment"].reset_index(drop=True)
    parents = gg.parse_names(fragments["parent"]).frame().reset_index(drop=True)
    assert (fragments[ceramide].astype(int) == parents[ceramide].astype(int)).all(axis=None)
    lost = parents[units].astype(int) - fragments[units].astype(int)
    assert ((lost >= 0).all(axis=1) & (lost.sum(axis=1) > 0)).all()


@pytest.mark.parametrize(
    "given",
    [{"outlier_threshold": 1.0}, {"outlier_threshold": 4.0}, {"rt_tolerance": 0.02}],
)
def test_missing_parents_are_named_rightly_under_any_threshold(
    analyses: list[gg.Analysis], given: dict[str, float]
) -> None:
    for analysis in analyses:
        features = analysis.redecide(gg.Settings(**given)).features
        missing = features["parent"].notna() & features["parent_id"].isna()
        assert missing.any()
        assert_parents_fit(features)


@pytest.mark.parametrize("tolerance", [0.01, 0.03, 0.3])
def test_no_fragment_stands_beyond_the_tolerance(example: gg.Analysis, tolerance: float) -> None:
    features = example.redecide(gg.Settings(rt_tolerance=tolerance)).features
    pieces = features[features["parent_id"].notna()]
    parents = features.loc[pieces["parent_id"].astype(int)]
    apart = np.abs(pieces["rt"].to_numpy() - parents["rt"].to_numpy())
    assert len(apart) > 20
    assert apart.max() <= tolerance + 1e-9


def test_a_series_that_may_not_judge_says_so(example: gg.Analysis) -> None:
    strict = example.redecide(gg.Settings(r2_threshold=0.999))
    silent = strict.models[~strict.models["may_judge"]]
    assert len(silent) > 0
    assert silent["why_not"].str.contains("R²").all()
    assert strict.models.loc[strict.models["may_judge"], "why_not"].isna().all()
    was_outlier = (example.features["verdict"] == "outlier").to_numpy()
    muted = strict.features[(strict.features["verdict"] == "undetermined") & was_outlier]
    assert len(muted) > 0
    assert muted["reason"].str.contains("R²").all()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"r2_threshold": 0.95},
        {"outlier_threshold": 1.5},
        {"outlier_threshold": 5.0},
        {"rt_tolerance": 0.02},
        {"rt_tolerance": 0.4},
        {"outlier_threshold": 3.3, "rt_tolerance": 0.2, "r2_threshold": 0.99},
    ],
)
def test_a_new_decision_equals_a_new_analysis(
    simulated: list[gg.FeatureTable], analyses: list[gg.Analysis], given: dict[str, float]
) -> None:
    settings = gg.Settings(**given)
    for table, analysis in zip(simulated[:2], analyses, strict=False):
        again = analysis.redecide(settings)
        assert again.settings == settings
        assert_same(again, gg.analyze(table, settings))
        assert_same(again.redecide(gg.Settings()), analysis)
        assert_sound(again, len(table))


def test_a_new_decision_without_the_evidence_starts_from_the_source(example: gg.Analysis) -> None:
    stored = dataclasses.replace(example, _evidence=None)
    settings = gg.Settings(outlier_threshold=1.2)
    assert_same(stored.redecide(settings), example.redecide(settings))


def test_lines_count_what_stands_on_them(example: gg.Analysis) -> None:
    valid = example.features[example.features["verdict"] == "valid"]
    n = example.models.groupby("series")["n"].sum()
    counted = valid.groupby("series").size().reindex(n.index, fill_value=0)
    assert ((n - counted).abs() <= 2).all()
    assert (example.models["n_anchors"] <= example.models["n"]).all()
    assert example.summary.lines == int((example.models["n"] > 0).sum())


def events_of(table: Any) -> list[ProgressEvent]:
    events: list[ProgressEvent] = []
    gg.analyze(table, progress=events.append)
    return events


def test_every_step_is_reported_once_in_order() -> None:
    events = events_of(EXAMPLE)
    assert [e["step"] for e in events] == [step for step in STEPS if step != "saving"]
    assert [e["type"] for e in events] == ["progress"] * (len(events) - 1) + ["complete"]
    percentages = [e["percentage"] for e in events]
    assert percentages == sorted(percentages)
    assert percentages[-1] == 100
    for event in events:
        assert set(event) == {"type", "session_id", "step", "message", "percentage", "timestamp"}
        assert event["message"]
        moment = datetime.fromisoformat(event["timestamp"])
        assert moment.utcoffset() is not None
        json.dumps(event)


def test_a_table_without_a_curve_completes_too(raw: pd.DataFrame) -> None:
    events = events_of(raw.iloc[[0]])
    assert events[-1]["type"] == "complete"
    percentages = [e["percentage"] for e in events]
    assert percentages == sorted(percentages)
    assert "rule5" not in [e["step"] for e in events]  # it did not happen


@pytest.mark.parametrize("step", [s for s in STEPS if s != "saving"])
def test_a_callback_can_cancel_at_every_step(step: str) -> None:
    seen = []

    def stop(event: ProgressEvent) -> None:
        seen.append(event["step"])
        if event["step"] == step:
            raise Cancelled(f"at {step}")

    with pytest.raises(Cancelled, match=step):
        gg.analyze(EXAMPLE, progress=stop)
    assert seen[-1] == step
    assert seen.count(step) == 1  # nothing, not even an error, is sent after


@pytest.mark.parametrize(
    ("module", "place", "step"),
    [
        (evidence, "observe_gradients", "rule1"),
        (rounds, "starting_curve", "rule1"),
        (rounds, "fragment_pairs", "rule2"),
        (rounds, "starting_lines", "rule3"),
        (rounds, "place_lines", "rule4"),
        (rounds, "_moved", "rule5"),
        (evidence, "decide", "verdicts"),
    ],
)
def test_a_fault_is_reported_as_the_step_in_which_it_happened(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, place: str, step: str
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(module, place, fail)
    events: list[ProgressEvent] = []
    with pytest.raises(ZeroDivisionError, match="a fault"):
        gg.analyze(EXAMPLE, progress=events.append)
    assert events[-1]["type"] == "error"
    assert events[-1]["step"] == step
    assert events[-1]["error"] == "a fault"
    assert "complete" not in [e["step"] for e in events]


def test_without_a_curve_a_fault_afterwards_is_one_of_the_verdicts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: Any) -> None:
        raise ZeroDivisionError("a fault")

    monkeypatch.setattr(evidence, "undetermined_rows", fail)
    events: list[ProgressEvent] = []
    with pytest.raises(ZeroDivisionError):
        gg.analyze(gg.read_features(b"Name,RT\nGM1(36:1;O2),9.5\n"), progress=events.append)
    assert (events[-1]["type"], events[-1]["step"]) == ("error", "verdicts")


def test_the_checks_of_the_input_are_reported_before_its_rows_are_collected(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    observe, events = evidence.observe_gradients, list[ProgressEvent]()

    def late(table: Any, *_: str) -> Any:
        assert events[-1]["step"] == "validating"
        observed = observe(table)
        judged = sum(len(part) for part in observed.parts)
        assert events[-1]["message"] == f"{judged:,} features can be judged"
        return observed

    monkeypatch.setattr(evidence, "observe_gradients", late)
    gg.analyze(gg.read_features(EXAMPLE), progress=events.append)
    spoilt = gg.example().data[["name", "rt", "volume"]].astype({"name": object})
    spoilt.loc[:4, "name"] = "no lipid"
    gg.analyze(gg.read_features(spoilt), progress=events.append)


def test_a_refused_input_is_reported_and_raised() -> None:
    events: list[ProgressEvent] = []
    with pytest.raises(ReadError):
        gg.analyze("there is no such file.csv", progress=events.append)
    assert [(e["type"], e["step"]) for e in events] == [("error", "loading")]


@pytest.mark.parametrize("wrong", [-1, 10_000, "3", None, True, 1.0])
def test_an_unknown_feature_is_refused_by_number(example: gg.Analysis, wrong: object) -> None:
    for ask in (example.explain, example.suggest):
        with pytest.raises(FeatureError, match="feature") as refused:
            ask(wrong)  # type: ignore[operator]
        assert isinstance(refused.value, GangliosideError)
        assert isinstance(refused.value, LookupError)
    with pytest.raises(FeatureError, match=f"0 to {len(example.features) - 1}"):
        example.explain(len(example.features))


def test_a_numpy_number_is_a_number(example: gg.Analysis) -> None:
    assert example.explain(np.int64(3)) == example.explain(3)


def test_after_loading_the_evidence_is_gathered_anew(tmp_path: Path, example: gg.Analysis) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    loaded = history.load(history.save(example))
    for i in (0, 7, 142):
        assert loaded.explain(i).text == example.explain(i).text
        pd.testing.assert_frame_equal(loaded.suggest(i), example.suggest(i))


def test_writing_into_the_result_leaves_the_input_as_it_was() -> None:
    table = gg.example()
    before = table.data.copy()
    features = gg.analyze(table).features
    features.loc[0, ["rt", "name", "anchor"]] = [99.0, "mine", not before.loc[0, "anchor"]]
    pd.testing.assert_frame_equal(table.data, before)
    again = gg.analyze(table).features
    table.data.loc[1, "rt"] = 55.0
    assert again.loc[1, "rt"] == before.loc[1, "rt"]


def test_an_analysis_is_asked_like_a_table() -> None:
    analysis = gg.analyze(gg.example())
    assert len(analysis) == len(analysis.features)
    assert analysis["GM3 d36:1"]["name"].unique().tolist() == ["GM3(36:1;O2)"]
    assert analysis["verdict"].equals(analysis.features["verdict"])
    assert "GM3(36:1;O2)" in analysis
    assert "GM3(99:1;O2)" not in analysis
    assert 3 not in analysis
    with pytest.raises(FeatureError, match=r"Did you mean 'verdict'"):
        analysis["verdicts"]
    with pytest.raises(FeatureError, match=r"features.loc\[3\]"):
        analysis[3]  # type: ignore[index]


def test_one_name_is_predicted_like_a_list_of_it() -> None:
    analysis = gg.analyze(gg.example())
    one, several = analysis.predict("GM1(38:1;O2)"), analysis.predict(["GM1(38:1;O2)"])
    assert one.equals(several)
    assert len(one) == 1
    library = analysis.expected_library("GM3", "36:1;O2", "[M-H]-")
    assert library["name"].tolist() == ["GM3(36:1;O2)"]
    model = gg.RetentionModel().fit(gg.example())
    assert model.predict("GM1(38:1;O2)").shape == (1,)
    assert model.predict_lines("GM1(38:1;O2)").equals(one)


def test_questions_take_a_name_or_a_row() -> None:
    analysis = gg.analyze(gg.example())
    name, row = "GM2(34:1;O2)", int(analysis.features.loc[41, "row"])
    assert analysis.explain(name) == analysis.explain(41) == analysis.explain(row=row)
    assert analysis.score_card(name) == analysis.score_card(row=row)
    assert analysis.family(name).equals(analysis.family(row=row))
    assert analysis.suggest(name).equals(analysis.suggest(row=row))


def test_thresholds_are_keywords() -> None:
    table = gg.example()
    by_keyword = gg.analyze(table, outlier_threshold=3, sample_type="porcine")
    wanted = gg.Settings(outlier_threshold=3, sample_type="porcine")
    assert by_keyword.settings == wanted
    assert by_keyword.features.equals(gg.analyze(table, wanted).features)
    both = gg.analyze(table, gg.Settings(rt_tolerance=0.05), outlier_threshold=3)
    assert both.settings == gg.Settings(rt_tolerance=0.05, outlier_threshold=3)
    again = both.redecide(rt_tolerance=0.1)
    assert again.settings == gg.Settings(outlier_threshold=3)
    assert again.features.equals(gg.analyze(table, outlier_threshold=3).features)


def test_every_setting_is_a_keyword() -> None:
    assert set(gg.Settings().values()) <= set(signature(gg.analyze).parameters)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outlier": 3}, "no argument 'outlier'. Did you mean 'outlier_threshold'"),
        ({"colums": {}}, "no argument 'colums'. Did you mean 'columns'"),
        ({"outlier_threshold": 30}, "outlier_threshold = 30 sigma is out of range"),
        ({"settings": 3}, "settings = 3"),
        ({"settings": {"rt_tolerance": 0.1}}, "settings = "),
    ],
)
def test_a_wrong_argument_is_named(given: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        gg.analyze(gg.example(), **given)


def test_results_are_written_from_the_analysis(tmp_path: Path) -> None:
    analysis = gg.analyze(gg.example())
    written = pd.read_csv(analysis.to_csv(tmp_path / "verdicts"))
    assert written["verdict"].tolist() == analysis.features["verdict"].tolist()
    sheets = pd.read_excel(analysis.to_excel(tmp_path / "verdicts.xlsx"), sheet_name=None)
    assert len(sheets) > 1


def test_a_report_is_written_from_the_analysis(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    note = gg.Override(feature_id=3, verdict="valid", note="seen in MS/MS")
    analysis = gg.analyze(gg.example(), outlier_threshold=3)
    page = analysis.with_overrides(gg.Overrides().put(note)).report()
    assert page == Path("example.html")
    text = page.read_text(encoding="utf-8")
    assert "seen in MS/MS" in text
    assert "not stored" in text
    with pytest.raises(ReportError, match="html"):
        analysis.report("liver.txt")


def test_a_series_of_the_composition_of_another_has_a_line_of_its_own(
    raw: pd.DataFrame, example: gg.Analysis
) -> None:
    """LM1 beside GM1: lipids of one mass, of which the example's GM1 stays as it was judged."""
    valid = example.features[example.features["verdict"] == "valid"]
    gm1 = valid[valid["series"] == "GM1"].head(12)
    lm1 = pd.DataFrame(
        {
            "Name": gm1["name"].str.replace("GM1", "LM1"),
            "RT": gm1["rt"] - 0.35,
            "Volume": 0.3 * gm1["volume"],
        }
    )
    both = gg.analyze(pd.concat([raw, lm1], ignore_index=True)).features
    added = both.iloc[len(raw) :]
    assert (added["series"] == "LM1").all()
    assert (added["verdict"] == "valid").mean() > 0.9
    assert (both["verdict"].iloc[: len(raw)] == example.features["verdict"]).mean() > 0.98
