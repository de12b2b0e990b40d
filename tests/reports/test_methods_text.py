"""The paragraph for a paper says what was done, with the numbers of the analysis."""

from __future__ import annotations

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.reports.methods_text import methods_text


def test_the_numbers_are_those_of_the_analysis() -> None:
    analysis = gg.analyze(gg.example(), rt_tolerance=0.07, outlier_threshold=3)
    text = methods_text(analysis)
    summary = analysis.summary
    assert f"Ganglioside {gg.__version__}" in text
    assert f"{summary.features} features, {summary.anchors} of them anchors" in text
    assert "within 0.07 min" in text
    assert "more than 3 standard deviations" in text
    assert f"{summary.valid} features were valid" in text
    assert f"the {len(analysis.species)} accepted species" in text
    assert "without correction for response factors" in text
    assert "analysts" not in text


def test_decisions_of_analysts_are_told() -> None:
    analysis = gg.analyze(gg.example())
    note = gg.Override(feature_id=3, verdict="valid", note="MS/MS")
    text = methods_text(analysis.with_overrides(gg.Overrides().put(note)))
    assert "1 feature was decided on by analysts" in text


def test_a_note_or_a_mark_is_no_decision() -> None:
    """Of a note alone the paragraph said that the feature was decided on."""
    analysis = gg.analyze(gg.example())
    said = [
        gg.Override(feature_id=3, note="look at the MS/MS"),
        gg.Override(feature_id=4, anchor=True),
        gg.Override(feature_id=5, later=True),
        gg.Override(feature_id=6, verdict="valid", note="MS/MS"),
    ]
    text = methods_text(analysis.with_overrides(gg.Overrides(tuple(said))))
    assert text.endswith("1 feature was decided on by analysts.")


def test_names_beyond_the_threshold_are_told_as_they_are_judged() -> None:
    """It said that none is accepted, of a table with one that is valid 3.6 sigma off."""
    analysis = gg.analyze(gg.simulate(0, "hard"))
    valid = analysis.features[analysis.features["verdict"] == "valid"]
    beyond = valid[valid["standardized_residual"].abs() > 2.5]
    assert len(beyond) > 0
    text = methods_text(analysis)
    assert "(anchors: 5) were accepted only with a probability of at least 80 %" in text
    assert "none more than 1.5 times as far" in text
    assert (beyond["confidence"] >= 0.8).all()
    assert (beyond["standardized_residual"].abs() <= 1.5 * 2.5).all()


def test_rows_that_take_no_part_are_not_called_undetermined() -> None:
    raw = gg.example().data[["name", "rt", "volume"]]
    others = pd.DataFrame({"name": ["LPC(18:1)"] * 2, "rt": [3.0, 3.1], "volume": 1e9})
    text = methods_text(gg.analyze(pd.concat([raw, others], ignore_index=True)))
    assert " and 0 left undetermined; 2 more could not be judged and took no part." in text


def test_areas_are_not_spoken_of_where_there_are_none() -> None:
    rows = [f"GM1({n}:1;O2),{9 + n / 8}" for n in range(34, 46)]
    table = gg.read_features("\n".join(["Name,RT", *rows]).encode())
    assert "area" not in methods_text(gg.analyze(table))


def test_species_without_an_area_are_not_said_to_have_been_given_one() -> None:
    table = gg.example().data[["name", "rt", "volume"]].copy()
    table.loc[::3, "volume"] = float("nan")
    analysis = gg.analyze(table)
    known = int(analysis.species["area_consolidated"].notna().sum())
    assert 0 < known < len(analysis.species)
    said = f"For the {known} accepted species of {len(analysis.species)} that have an area, areas"
    assert said in methods_text(analysis)


def test_without_a_model_it_says_why() -> None:
    table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9\nGM3(36:1;O2),9.5\n")
    assert "No retention model was fitted" in methods_text(gg.analyze(table))


@pytest.mark.parametrize("more", [b"", b"LPC(18:1),3\n"])
def test_without_a_model_nothing_is_said_to_have_been_judged(more: bytes) -> None:
    table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9\nGM3(36:1;O2),9.5\n" + more)
    text = methods_text(gg.analyze(table))
    assert "No name was judged: 2 features were left undetermined" in text
    assert "assigned" not in text
    assert "rejected" not in text


def test_one_row_is_one_feature() -> None:
    table = gg.read_features(b"Name,RT,Anchor\nGM1(36:1;O2),9,T\n")
    assert "The table held 1 feature, 1 of them an anchor." in methods_text(gg.analyze(table))


def test_one_of_a_kind_is_not_told_as_many() -> None:
    rows = b"Name,RT,Volume\nGM3(33:1;O2),7.770,153841\nGM3(34:1;O2),8.953,122319\n"
    analysis = gg.analyze(gg.read_features(rows + b"GM3(34:1;O2),8.446,1781022\n"))
    assert analysis.summary.outlier == 1
    text = methods_text(analysis) + analysis.summary.headline
    assert "1 name was rejected" in text
    assert text.count("1 outlier)") + text.count("1 outlier,") == 2
