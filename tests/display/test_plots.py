"""The charts of an analysis have short names, and draw what `gg.charts` draws."""

from __future__ import annotations

import altair as alt
import pytest

import ganglioside as gg
from ganglioside.charts import vega
from ganglioside.display.plots import Plots
from ganglioside.errors import FeatureError, SettingsError


@pytest.fixture(scope="module")
def analysis() -> gg.Analysis:
    return gg.analyze(gg.example())


def test_each_short_name_draws_its_chart(
    analysis: gg.Analysis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Compared as specifications: `tests/charts/` holds that each is a chart for Altair."""
    monkeypatch.setattr(vega, "to_altair", lambda document: document)
    charts = gg.charts
    pairs = [
        (analysis.plot.carbons("GD1"), charts.retention_by_carbons.spec(analysis, "GD1")),
        (analysis.plot.panels("GD1"), charts.series_panels.spec(analysis, ["GD1"])),
        (analysis.plot(), charts.series_panels.spec(analysis)),
        (analysis.plot.predicted(), charts.predicted_against_measured.spec(analysis)),
        (analysis.plot.reduced(), charts.reduced_retention.spec(analysis)),
        (analysis.plot.residuals(), charts.residuals.spec(analysis)),
        (analysis.plot.categories(), charts.verdicts_by_category.spec(analysis)),
        (analysis.plot.areas(), charts.areas_by_series.spec(analysis)),
        (analysis.plot.mass(), charts.mass_map.spec(analysis)),
        (analysis.plot.fragments(), charts.fragment_network.spec(analysis)),
        (analysis.plot.explanation(12), charts.hypotheses.spec(analysis.explain(12))),
    ]
    for short, long in pairs:
        assert short == long


def test_a_short_name_gives_a_chart_for_altair(analysis: gg.Analysis) -> None:
    drawn = analysis.plot.profile()
    assert isinstance(drawn, alt.LayerChart)
    assert drawn.to_dict() == gg.charts.profile_chart(analysis).to_dict()  # which is validated


def test_the_names_are_seen_and_completed(analysis: gg.Analysis) -> None:
    for name in ("carbons", "reduced", "areas"):
        assert name in repr(analysis.plot)
        assert name in dir(analysis.plot)
        assert getattr(Plots, name).__doc__


def test_a_series_that_is_not_there_is_refused(analysis: gg.Analysis) -> None:
    with pytest.raises(SettingsError, match=r"series = 'GD1a'.*Did you mean 'GD1'"):
        analysis.plot.carbons("GD1a")
    with pytest.raises(SettingsError, match="series = 'GX'"):
        analysis.plot.panels(["GD1", "GX"])
    with pytest.raises(FeatureError):
        analysis.plot.explanation("nothing")
