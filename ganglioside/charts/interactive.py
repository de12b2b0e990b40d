"""Charts whose points can be picked and whose data can be replaced without drawing anew."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ganglioside.amounts.accepted import number_of_samples
from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.crowds import IS_SINGLE
from ganglioside.charts.overviews import areas_by_series, mass_map, series_panels
from ganglioside.charts.vega import Spec
from ganglioside.charts.views import predicted_against_measured, reduced_retention, residuals

#: Name of the chart's parameter that holds the feature_id of the picked point.
PICKED: Final = "picked"

#: Labels of the charts that can be chosen, by name.
VIEWS: Final[dict[str, str]] = {
    "series": "RT by carbon number, each series",
    "predicted": "Predicted against measured RT",
    "reduced": "RT normalised to 36:1",
    "residuals": "Residuals from each series' curve",
    "mz": "RT against m/z or mass",
    "areas": "Peak area by series",
}

_HEIGHT: Final = 420  # px, of charts whose height does not depend on their rows
_LEGENDS_ABOVE: Final = {"orient": "top", "direction": "horizontal", "titleOrient": "left",
                        "layout": {"top": {"direction": "vertical", "margin": 4}}}  # fmt: skip
_AXES_OF_PANELS: Final = {"fontSize": 11, "fontWeight": "normal", "anchor": "start", "offset": 6}
#: What a verdict looks like in each channel.
_LOOKS: Final = dict.fromkeys(("fill", "stroke", "color"), palette.VERDICT_COLOURS) | {
    "shape": palette.VERDICT_SHAPES
}
_RING: Final = {"type": "point", "shape": "circle", "size": 320, "stroke": palette.INK,
                "strokeWidth": 2.5, "opacity": 1, "tooltip": None}  # fmt: skip


@dataclass(frozen=True, eq=False)
class InteractiveChart:
    """Vega-Lite specification separate from its data.

    Attributes
    ----------
    title : str
    caption : tuple of str
    spec : dict
        Its parameter `PICKED` rings a feature; its data sources are named as in `data`.
    data : dict of str to dict
        Per source its `values` (CSV text, or a list of records) and `parse` (Vega's types).
    """

    title: str
    caption: tuple[str, ...]
    spec: dict[str, Any]
    data: dict[str, dict[str, Any]]


def interactive(
    analysis: Analysis,
    view: str,
    *,
    series: Sequence[str] | None = None,
    colour: str = "verdict",
    order: str = "area",
) -> InteractiveChart:
    """Interactive form of one of the `VIEWS` of an analysis.

    Parameters
    ----------
    analysis
    view
        A key of `VIEWS`.
    series
        Series that the view `series` shows; all with valid features where None.
    colour
        One of `colourings`: what colour shows, where the view leaves the choice.
    order
        Which panels of the view `series` come first: a key of `overviews.ORDERS`.

    Raises
    ------
    ValueError
        If the table has no such colouring.

    Examples
    --------
    >>> import ganglioside as gg
    >>> interactive(gg.analyze(gg.example()), "predicted").title
    'Predicted against measured retention time'
    """
    if colour not in colourings(analysis):
        raise ValueError(f"The marks of this table cannot be coloured by {colour}.")
    if view == "series":
        return detach(series_panels.spec(analysis, series, colour, order))
    if view == "areas":
        return detach(areas_by_series.spec(analysis))
    return detach(_SPECS[view](analysis, colour))


def colourings(analysis: Analysis) -> tuple[str, ...]:
    """What the colour of marks can show: `verdict`, and `sample` where a table has two to ten.

    Examples
    --------
    >>> import ganglioside as gg
    >>> colourings(gg.analyze(gg.simulate(1, n_samples=3)))
    ('verdict', 'sample')
    """
    count = number_of_samples(analysis.features)
    return ("verdict", "sample") if 2 <= count <= len(palette.SAMPLE_COLOURS) else ("verdict",)


_SPECS: Final[dict[str, Callable[[Analysis, str], Spec]]] = {
    "predicted": predicted_against_measured.spec,
    "reduced": reduced_retention.spec,
    "residuals": residuals.spec,
    "mz": mass_map.spec,
}


def detach(chart: dict[str, Any]) -> InteractiveChart:
    """Interactive form of a chart: data apart, as wide as its container, points can be picked.

    `usermeta` says whether it may be as high as there is room for.
    """
    whole = copy.deepcopy(chart)
    title = whole.pop("title", {})
    data = _take_data(whole)
    _ring(whole)
    _make_room(whole, data)
    whole["params"] = [*whole.get("params", []), {"name": PICKED, "value": -1}]
    whole["config"]["legend"] |= _LEGENDS_ABOVE
    if "facet" in whole:
        whole["title"] = {"text": title["subtitle"][0], **_AXES_OF_PANELS}
    if "width" in whole:
        has_own_height = _has_rows(whole)
        height = whole["height"] if has_own_height else _HEIGHT
        whole |= {"width": "container", "height": max(height, 60)}
        whole["usermeta"] = {"fills": not has_own_height}
        whole["autosize"] = {"type": "fit-x", "contains": "padding"}
    return InteractiveChart(title.get("text", ""), tuple(title.get("subtitle", ())), whole, data)


def _make_room(whole: dict[str, Any], data: dict[str, dict[str, Any]]) -> None:
    """Give every scale of verdicts its `undetermined`, which legends show where it occurs.

    Other thresholds may make features so, and change the data of a chart alone.
    """
    source = next((name for name, found in data.items() if "verdict" in found["parse"]), None)
    for unit in _units(whole):
        for channel, looks in _LOOKS.items():
            encoded = unit["encoding"].get(channel, {})
            if encoded.get("field") == "verdict":
                domain = palette.verdict_domain({*encoded["scale"]["domain"], "undetermined"})
                encoded["scale"] |= {"domain": domain, "range": [looks[v] for v in domain]}
                if source is not None and encoded.get("legend", {}) is not None:
                    encoded["legend"] = encoded.get("legend", {}) | _occurring(domain, source)


def _occurring(domain: list[str], source: str) -> Spec:
    """Legend of the verdicts that occur, where only `undetermined` may come and go."""
    others = [verdict for verdict in domain if verdict != "undetermined"]
    is_there = f"indexof(pluck(data('{source}'), 'verdict'), 'undetermined') >= 0"
    return {"values": {"expr": f"{is_there} ? {domain} : {others}"}}


def _has_rows(whole: dict[str, Any]) -> bool:
    """Whether the chart has one row per name, which determines its height."""
    return any(part["encoding"].get("y", {}).get("type") == "nominal" for part in _units(whole))


def _units(part: Any) -> Iterator[dict[str, Any]]:
    """Yield every part of a specification with a single mark."""
    if isinstance(part, dict):
        if "mark" in part and "encoding" in part:
            yield part
        for value in part.values():
            yield from _units(value)
    elif isinstance(part, list):
        for value in part:
            yield from _units(value)


def _take_data(whole: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Remove the data and return it by source; sources are named in order of appearance."""
    known: dict[str, dict[str, Any]] = {}
    names: dict[str, str] = {}
    consolidated = whole.pop("datasets", {})
    for source in list(_sources(whole)):
        key = source["name"] if "name" in source else repr(source["values"])
        if key not in names:
            names[key] = f"source{len(names)}"
            values = source["values"] if "values" in source else consolidated[key]
            parse = source.get("format", {}).get("parse", {})
            known[names[key]] = {"values": values, "parse": parse}
        source.clear()
        source["name"] = names[key]
    return known


def _sources(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if isinstance(part.get("data"), dict):
            yield part["data"]
        for key, value in part.items():
            if key != "data":
                yield from _sources(value)
    elif isinstance(part, list):
        for value in part:
            yield from _sources(value)


def _ring(part: Any) -> None:
    """Add a ring around the picked point to every layer of features."""
    if isinstance(part, list):
        for value in part:
            _ring(value)
    elif isinstance(part, dict):
        layers = part.get("layer", [])
        for unit in [layer for layer in layers if _shows_features(layer)]:
            layers.append(_ring_of(unit))
        for value in part.values():
            _ring(value)


def _shows_features(unit: dict[str, Any]) -> bool:
    """Whether a layer has one mark for each feature."""
    is_counted = any("aggregate" in step for step in unit.get("transform", []))
    return "shape" in unit.get("encoding", {}) and "mark" in unit and not is_counted


def _ring_of(unit: dict[str, Any]) -> dict[str, Any]:
    position = {k: unit["encoding"][k] for k in ("x", "y")}
    only = {"filter": f"datum.feature_id === {PICKED}"}
    steps = unit.get("transform", [])
    transform = [*(step for step in steps if step != {"filter": IS_SINGLE}), only]
    data = {"data": unit["data"]} if "data" in unit else {}
    mark = _RING | {"clip": unit["mark"].get("clip", False)}
    return {**data, "mark": mark, "encoding": position, "transform": transform}
