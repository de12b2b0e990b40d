"""Many samples as one study: read from files, judged together, and compared."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from effort import some
from simulated_study import raw_of, right, study, study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.columns import PROBLEMS
from ganglioside.errors import ReadError, ValidationError
from ganglioside.reading.feature_table import FeatureTable

GOOD = b"Name,RT,Note\nGM1(36:1;O2),9.9,7\nGM3(36:1;O2),9.95,8\n"


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return study()


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return study_analysis()


@pytest.fixture(scope="module")
def three() -> FeatureTable:
    return gg.simulate(3, n_samples=3)


@pytest.fixture(scope="module")
def files(three: FeatureTable, tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    folder = tmp_path_factory.mktemp("files")
    paths = []
    for sample, rows in raw_of(three).groupby("Sample"):
        paths.append(folder / f"{sample}.csv")
        rows.drop(columns="Sample").to_csv(paths[-1], index=False)
    return paths


def test_files_are_samples_by_their_names(files: list[Path]) -> None:
    study = gg.read_study(files)
    sizes = [len(pd.read_csv(file)) for file in files]
    assert study.data["sample"].tolist() == [
        s for s, n in zip(["S001", "S002", "S003"], sizes, strict=True) for _ in range(n)
    ]
    assert study.data["feature_id"].tolist() == list(range(sum(sizes)))
    assert study.source.name == "study of 3 files.zip"


def test_files_are_judged_as_a_table_with_a_sample_column(
    files: list[Path], three: FeatureTable
) -> None:
    whole = gg.analyze(three)
    features = gg.analyze(files).features
    rows = [row for n in features.groupby("sample").size() for row in range(2, n + 2)]
    assert features["row"].tolist() == rows  # each file has its own
    pd.testing.assert_frame_equal(features.assign(row=whole.features["row"]), whole.features)


def test_names_of_samples_are_given_or_made_unique(files: list[Path]) -> None:
    own = pd.read_csv(files[0]).assign(Sample=["x", "y"] + ["x"] * (len(pd.read_csv(files[0])) - 2))
    study = gg.read_study([files[0], ("liver", files[1]), files[0], ("S001", GOOD), ("b", own)])
    expected = ["S001", "liver", "S001 (2)", "S001 (3)", "b: x", "b: y"]
    assert study.data["sample"].unique().tolist() == expected


def test_the_source_of_a_study_reads_back(files: list[Path]) -> None:
    study = gg.read_study([*files, ("odd", GOOD)])
    again = gg.read_features(study.source.content, name=study.source.name)
    pd.testing.assert_frame_equal(again.data, study.data)
    pd.testing.assert_frame_equal(again.carried, study.carried)
    pd.testing.assert_frame_equal(again.problems, study.problems)
    assert again.source == study.source
    assert gg.read_study([*files, ("odd", GOOD)]).source.sha256 == study.source.sha256


def test_a_study_is_stored_and_run_again(files: list[Path], tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    sid, analysis = history.run(files)
    stored, rerun = history.load(sid), history.load(history.rerun(sid))
    for other in (stored, rerun):
        pd.testing.assert_frame_equal(other.features, analysis.features)
        pd.testing.assert_frame_equal(other.consensus, analysis.consensus)
        pd.testing.assert_frame_equal(other.differences, analysis.differences)
        pd.testing.assert_frame_equal(other.drift, analysis.drift)
    assert len(stored.consensus)


def test_problems_name_their_sample_and_the_row_of_its_file() -> None:
    bad = b"Name,RT\nGM1(36:1;O2),9.9\nnonsense,N/A\n"
    study = gg.read_study([("a", GOOD), ("b", bad), ("c", bad)])
    assert list(study.problems.columns) == list(PROBLEMS)
    rows = study.problems[study.problems["feature_id"].notna()]
    assert rows["feature_id"].unique().tolist() == [3, 5]
    assert rows["row"].unique().tolist() == [3]
    assert rows["message"].str.startswith(("b: ", "c: ")).all()
    whole = study.problems[study.problems["feature_id"].isna()]
    assert not whole["code"].duplicated().any()
    assert whole["message"].str.startswith("3 of 3 files: ").all()
    assert study.data["fault"].notna().tolist() == [False, False, False, True, False, True]


def test_foreign_columns_that_differ_are_kept_as_text() -> None:
    other = GOOD.replace(b",7\n", b",seven\n")
    study = gg.read_study([("a", GOOD), ("b", other), ("c", b"Name,RT\nGM1(36:1;O2),9.9\n")])
    assert study.carried["Note"].tolist()[:4] == ["7", "8", "seven", "8"]
    assert study.carried["Note"].isna().tolist() == [False] * 4 + [True]


def test_a_refused_file_is_named() -> None:
    with pytest.raises(ReadError, match=r"^b: The input is empty"):
        gg.read_study([("a", GOOD), ("b", b"")])
    with pytest.raises(ValidationError, match=r"^b: "):
        gg.read_study([("a", GOOD), ("b", b"Name,Volume\nGM1(36:1;O2),9\n")])
    with pytest.raises(ReadError, match="list is empty"):
        gg.read_study([])
    with pytest.raises(ReadError, match="max_rows"):
        gg.read_study([GOOD, GOOD], gg.Settings(max_rows=3))
    content = gg.read_study([GOOD, GOOD]).source.content
    with pytest.raises(ReadError, match="damaged"):
        gg.read_features(content[:60] + content[90:])


def test_studies_are_judged_better_than_their_samples_alone() -> None:
    together, alone = [], []
    for seed in some((1, 2, 3, 4)):
        table = gg.simulate(seed, n_samples=20)
        assert table.truth is not None
        together.append(right(gg.analyze(table), table).mean())
        raw = raw_of(table)
        for sample in ("S001", "S008", "S015"):
            rows = raw[raw["Sample"] == sample]
            verdict = gg.analyze(rows.drop(columns="Sample")).features["verdict"].astype(str)
            truth = table.truth["verdict"].loc[rows.index]
            alone.append((verdict.to_numpy() == truth.to_numpy()).mean())
    assert np.mean(together) > np.mean(alone)
    assert np.mean(together) > 0.965


def test_strong_drift_costs_nothing() -> None:
    still = gg.simulate(6, n_samples=20, drift_shift=0.0, drift_stretch=0.0)
    moved = gg.simulate(6, n_samples=20, drift_shift=0.2, drift_stretch=0.005)
    a, b = gg.analyze(still), gg.analyze(moved)
    assert right(b, moved).mean() > right(a, still).mean() - 0.01
    assert b.summary.curve_sigma < 1.2 * a.summary.curve_sigma


def test_row_order_does_not_matter(table: FeatureTable, analysis: Analysis) -> None:
    raw = raw_of(table)
    order = np.random.default_rng(0).permutation(len(raw))
    shuffled = gg.analyze(raw.iloc[order])
    back = shuffled.features.iloc[np.argsort(order)].reset_index(drop=True)
    ids = ["feature_id", "row", "parent_id", "peak_id", "reason"]  # which speak of row numbers
    pd.testing.assert_frame_equal(
        back.drop(columns=ids), analysis.features.drop(columns=ids), check_exact=True
    )
    pd.testing.assert_frame_equal(shuffled.consensus, analysis.consensus)
    pd.testing.assert_frame_equal(shuffled.drift, analysis.drift)


def test_a_feature_of_a_study_is_explained(analysis: Analysis) -> None:
    made = analysis.features[analysis.features["parent_id"].notna()].iloc[500]
    explanation = analysis.explain(int(made["feature_id"]))
    assert f"feature {made['parent_id']}" in explanation.hypotheses[0].statement
    assert explanation.rt == made["rt"]


def test_a_study_holds_no_study() -> None:
    study = gg.read_study([GOOD, GOOD])
    for part in (study, study.source, study.source.content, [GOOD]):
        with pytest.raises(ReadError, match="a study holds files only"):
            gg.read_study([("a", part), ("b", GOOD)])
