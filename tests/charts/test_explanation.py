"""The chart of the hypotheses of one feature."""

from __future__ import annotations

from chart_tables import example

from ganglioside import charts
from ganglioside.charts.explanation import _frame
from ganglioside.charts.files import spec, svg


def test_the_chart_shows_every_hypothesis_once() -> None:
    for i in (0, 7, 142, 278):
        e = example().explain(i)
        chart = spec(charts.hypotheses(e) if i == 0 else charts.hypotheses.spec(e))
        assert f"Feature {i}" in svg(chart)
        panels = chart["hconcat"]
        assert len(panels) == 3
        shown = [h.statement for h in e.hypotheses[:10]]
        assert len(set(shown)) == len(shown)
        for panel in panels:
            layers = panel.get("layer", [panel])
            encodings = [layer.get("encoding", {}) for layer in layers]
            domains = [found["y"]["scale"]["domain"] for found in encodings if "y" in found]
            assert domains
            assert all([" ".join(d.split()) for d in domain] == shown for domain in domains)


def test_marks_stay_within_reach_and_those_beyond_are_hollow_at_the_edge() -> None:
    e = example().explain(7)
    frame = _frame(e)
    assert len(frame) <= 10
    reach = frame["reach"].iloc[0]
    known = frame[frame["expected_rt"].notna()]
    assert (known["shown_rt"] - e.rt).abs().max() <= reach + 1e-12
    beyond = (known["expected_rt"] - e.rt).abs() > reach
    assert known["beyond"].tolist() == beyond.tolist()
    assert frame.loc[frame["difference"].isna(), "apart"].eq("anywhere").all()
