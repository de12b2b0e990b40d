"""Explanations as text and table: they name what they rest on, and hold when there is nothing."""

from __future__ import annotations

import dataclasses

import pytest
from planted_features import genuine, last, planted

import ganglioside as gg
from ganglioside import charts
from ganglioside.charts.files import svg
from ganglioside.questions.explanation import HYPOTHESES, Explanation, Hypothesis, count


@pytest.fixture(scope="module")
def example() -> gg.Analysis:
    return gg.analyze(gg.example())


def test_the_text_reads_for_itself(example: gg.Analysis) -> None:
    for i in range(0, len(example.features), 11):
        e = example.explain(i)
        text = str(e)
        assert text == e.text
        assert text.startswith(f"Feature {i}, {e.name} at {e.rt:.3f} min: {e.verdict}")
        assert e.reason in text
        assert e.hypotheses[0].statement in text
        assert not any(word in text for word in ("nan", "None", "<NA>", "inf "))


def test_a_verdict_against_the_likeliest_is_accounted_for(example: gg.Analysis) -> None:
    e = example.explain(0)
    own = next(h for h in e.hypotheses if h.kind == "own series")
    turned = dataclasses.replace(
        e, verdict="outlier", hypotheses=(dataclasses.replace(own, probability=1.0),)
    )
    assert "beyond 2.5 sigma a name is not accepted" in turned.text
    assert (
        "The likeliest verdict would be valid."
        in dataclasses.replace(turned, verdict="undetermined").text
    )


def unreadable() -> gg.Analysis:
    return planted(("not a lipid", 9.0, 1e5))


def without_model() -> gg.Analysis:
    return gg.analyze(genuine().iloc[[0]])


@pytest.mark.parametrize("make", [unreadable, without_model])
def test_what_was_not_judged_is_said_to_be(make: object) -> None:
    analysis = make()  # type: ignore[operator]
    e = analysis.explain(last(analysis))
    assert e.verdict == "undetermined"
    assert e.hypotheses == ()
    assert e.table.empty
    assert list(e.table.columns) == list(HYPOTHESES)
    assert e.reason in e.text
    assert "No other explanation was weighed." in e.text
    assert e.reason.split()[0] in svg(charts.hypotheses(e))
    assert analysis.suggest(last(analysis)).empty


def explanation(*hypotheses: Hypothesis, verdict: str = "fragment") -> Explanation:
    return Explanation(
        feature_id=7,
        name="GM3(36:1;O2)",
        rt=10.25,
        verdict=verdict,
        confidence=0.9,
        reason="It co-elutes.",
        parent="GT1(36:1;O2)",
        outlier_threshold=2.5,
        hypotheses=hypotheses,
    )


def test_probabilities_are_summed_by_verdict_the_largest_first() -> None:
    e = explanation(
        Hypothesis("a", "own series", 0.2, ""),
        Hypothesis("b", "fragment", 0.4, ""),
        Hypothesis("c", "other form", 0.1, ""),
        Hypothesis("d", "fragment", 0.25, ""),
        Hypothesis("e", "chance", 0.05, ""),
    )
    assert list(e.probabilities) == ["fragment", "valid", "outlier"]
    assert e.probabilities == pytest.approx({"fragment": 0.65, "valid": 0.2, "outlier": 0.15})


def test_a_parent_that_is_itself_a_fragment_is_mentioned() -> None:
    of_fragment = Hypothesis("b", "fragment", 1.0, "", parent="GD1(36:1;O2)", parent_id=3)
    assert "GD1(36:1;O2) itself comes from GT1(36:1;O2)" in explanation(of_fragment).text
    of_whole = dataclasses.replace(of_fragment, parent="GT1(36:1;O2)")
    assert "itself comes from" not in explanation(of_whole).text


def test_unlikely_hypotheses_are_counted_with_their_probability() -> None:
    likely = Hypothesis("the likely one", "own series", 0.9994, "")
    unlikely = [Hypothesis(f"unlikely {k}", "chance", 0.0002, "") for k in range(3)]
    text = explanation(likely, *unlikely).text
    assert "the likely one" in text
    assert "unlikely" not in text
    assert text.rstrip().endswith("3 others")
    none = dataclasses.replace(unlikely[0], probability=0.0)
    assert "< 0.1 %  1 other" in explanation(likely, none).text  # nothing is impossible


def test_a_missing_number_is_a_dash() -> None:
    row = explanation(Hypothesis("chance", "chance", 1.0, "")).text.splitlines()[-2]
    assert row.split() == [">", "99.9", "%", "–", "–", "–", "–", "chance"]


def test_one_is_not_plural() -> None:
    assert [count(n, "feature") for n in (0, 1, 2)] == ["0 features", "1 feature", "2 features"]
