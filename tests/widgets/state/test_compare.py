"""Two sessions side by side."""

from __future__ import annotations

from collections.abc import Callable

import ganglioside as gg
from ganglioside.history import History
from ganglioside.verdicts.review import accept, rename
from ganglioside_widgets.state.compare import CompareState, Comparison


def test_the_same_input_is_compared_by_number(analysis: gg.Analysis) -> None:
    other = analysis.redecide(gg.Settings(outlier_threshold=1.0))
    found = Comparison(analysis, other)
    assert found.same_input
    pairs = found.pairs()
    assert len(pairs) == len(analysis.features)
    differ = analysis.features["verdict"].astype(str) != other.features["verdict"].astype(str)
    assert found.differences()["feature_id_left"].tolist() == differ[differ].index.tolist()
    settings = found.settings().set_index("setting")
    assert settings[settings["differs"]].index.tolist() == ["Outlier threshold"]
    counts = found.counts().set_index("verdict")
    assert counts.loc["valid", "left"] == analysis.summary.valid
    assert counts.loc["valid", "right"] == other.summary.valid
    assert counts["difference"].sum() == 0


def test_other_inputs_are_compared_by_name_and_nearest_rt(analysis: gg.Analysis) -> None:
    shifted = gg.example().data[["name", "rt", "volume", "anchor"]]
    shifted = shifted.assign(rt=shifted["rt"] + 0.01).iloc[:-5]
    found = Comparison(analysis, gg.analyze(shifted))
    assert not found.same_input
    pairs = found.pairs()
    assert (pairs["name_left"] == pairs["name_right"]).all()
    assert not pairs["feature_id_left"].duplicated().any()
    assert not pairs["feature_id_right"].duplicated().any()
    assert len(pairs) > 0.9 * len(shifted)
    assert "Only in the left: " in found.headline()


def test_anchors_and_decisions_that_differ_are_counted(analysis: gg.Analysis) -> None:
    features = analysis.features
    anchor = int(features["anchor"].to_numpy().argmax())
    left = gg.Overrides((
        gg.Override(feature_id=anchor, anchor=False),
        accept(5, author="kh"),
        rename(6, "GM1(36:1;O2)", author="kh"),
        accept(7, author="kh", note="Standard."),
        gg.Override(feature_id=8, note="Look again."),
    ))  # fmt: skip
    right = gg.Overrides((
        rename(6, "GM1(38:1;O2)", author="kh"),
        accept(7, author="other"),
    ))  # fmt: skip
    found = Comparison(analysis.with_overrides(left), analysis.with_overrides(right))
    assert found.headline() == (
        f"{len(features)} features are in both, 0 of them with different verdicts, 1 with "
        "different anchor marks and 2 with different decisions of analysts."
    )
    listed = found.differences().set_index("feature_id_left")
    assert set(listed.index) == {anchor, 5, 6}
    assert listed.loc[6, ["decision_left", "decision_right"]].tolist() == [
        "renamed to GM1(36:1;O2)",
        "renamed to GM1(38:1;O2)",
    ]
    assert listed.loc[anchor, ["anchor_left", "anchor_right"]].tolist() == [False, True]
    used = gg.analyze(left.mark(gg.example())).with_overrides(left)
    assert ", 1 with different anchor marks" in Comparison(analysis, used).headline()
    same = Comparison(used, analysis.with_overrides(left))
    assert ", 0 with different anchor marks and 0 with" in same.headline()


def test_two_sessions_must_be_chosen(opened: Callable[[], History], analysis: gg.Analysis) -> None:
    state = CompareState(opened)
    assert "Choose two" in state.why_not
    sid = opened().save(analysis)
    state.left = sid
    assert state.comparison is None
    state.right = sid
    assert state.comparison is not None
    assert len(state.comparison.differences()) == 0
    state.right = "nosuch"
    assert state.comparison is None
    assert "nosuch" in state.error


def test_a_setting_that_only_one_side_was_given_is_compared(analysis: gg.Analysis) -> None:
    given = gg.analyze(gg.example(), gg.Settings(polarity="negative"))
    for left, right in ((analysis, given), (given, analysis)):
        settings = Comparison(left, right).settings().set_index("setting")
        assert settings[settings["differs"]].index.tolist() == ["Polarity"]
        assert {*settings.loc["Polarity", ["left", "right"]]} == {"auto", "negative"}


def test_sessions_without_a_common_feature_say_so(analysis: gg.Analysis) -> None:
    other = gg.analyze(gg.read_features(b"Name,RT\nGM4(30:0;O2),3.1\nGM4(32:0;O2),4.1\n"))
    text = Comparison(other, analysis).headline()
    assert text == "No feature is in both. Only in the left: 2; only in the right: 332."
