"""A chart goes to the browser with its data apart, and takes the point that is clicked."""

from __future__ import annotations

import ganglioside as gg
from ganglioside.charts.interactive import interactive
from ganglioside_widgets.elements.chart import NO_POINT, Chart


def test_a_chart_is_sent_with_its_data_and_its_words(analysis: gg.Analysis) -> None:
    chart = Chart("Features")
    assert (chart._label, chart._spec, chart.selected) == ("Features", {}, NO_POINT)
    drawn = interactive(analysis, "reduced")
    chart.show(drawn)
    assert chart._spec == drawn.spec
    assert chart._data == drawn.data
    assert chart._label.startswith(drawn.title)
    assert all(words in chart._label for words in drawn.caption)


def test_spec_and_data_are_sent_together(analysis: gg.Analysis) -> None:
    chart = Chart()
    sent: list[set[str]] = []
    chart.send_state = lambda key=None: sent.append(set(key or ()))  # type: ignore[method-assign]
    chart.show(interactive(analysis, "reduced"))
    assert sent == [{"_data", "_spec", "_label", "_title", "_caption"}]


def test_a_box_around_features_is_told_and_nothing_else() -> None:
    chart, boxes = Chart(), []
    chart.on_box(boxes.append)
    for content in ({"box": [3, 5]}, {"box": ["a"]}, {"box": 3}, {"box": [0.5]}, {}, None):
        chart._receive(chart, content, [])
    assert boxes == [[3, 5]]


def test_the_library_that_draws_comes_with_the_module() -> None:
    module = Chart()._esm
    assert "vegaEmbed" in module
    assert module.endswith("export default { render };\n")
