"""Parts of a Vega-Lite specification as plain dicts, from which charts are built.

Altair copies and validates a whole chart for each part that is added, which takes 0.1 s a chart.
Here charts are built without it, in a tenth of that; tests check whole charts against its schema,
and a `View` converts a chart to Altair for users who want to display or change it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec

if TYPE_CHECKING:
    import altair as alt

Spec = dict[str, Any]
P = ParamSpec("P")

SCHEMA: Final = "https://vega.github.io/schema/vega-lite/v6.json"


class View(Generic[P]):
    """Kind of chart: a call returns an Altair chart, `spec` the specification alone.

    Attributes
    ----------
    spec : callable
        Takes the arguments of the view; returns a Vega-Lite specification, ready for JSON.
    """

    def __init__(self, spec: Callable[P, Spec]) -> None:
        self.spec = spec
        update_wrapper(self, spec)

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Any:
        """Chart for Altair, from the arguments of `spec`."""
        return to_altair(self.spec(*args, **kwargs))


def to_altair(document: Spec) -> alt.TopLevelMixin:
    """Specification as an Altair chart, to be displayed, combined or changed."""
    import altair as alt
    from altair.utils.schemapi import debug_mode

    kinds: dict[str, Any] = {
        "layer": alt.LayerChart,
        "facet": alt.FacetChart,
        "hconcat": alt.HConcatChart,
    }
    kind = next((kinds[key] for key in kinds if key in document), alt.Chart)
    with debug_mode(False):  # each part would be validated once more
        chart: alt.TopLevelMixin = kind.from_dict(document, validate=False)
    return chart


def quantity(field: str, **more: Any) -> Spec:
    """Channel of numbers: a field, with its title, scale, axis or format."""
    return {"field": field, "type": "quantitative", **more}


def nominal(field: str, **more: Any) -> Spec:
    """Channel of names."""
    return {"field": field, "type": "nominal", **more}


def value(constant: float | str) -> Spec:
    """Channel that is the same for all rows."""
    return {"value": constant}


#: Confidence in percent, never rounded to certainty, for tooltips: `marks` writes it as
#: `formatting.confidence` does, of the field `confidence`.
CERTAINTY: Final[Spec] = nominal("certainty", title="Confidence")

_WRITTEN: Final[Spec] = {
    "calculate": "datum.confidence >= 0.9995 ? '> 99.9 %'"
    " : datum.confidence >= 0.001 ? format(100 * datum.confidence, '.1f') + ' %'"
    " : datum.confidence > 0 ? '< 0.1 %' : '–'",
    "as": CERTAINTY["field"],
}


def marks(
    kind: str,
    encoding: Spec,
    *,
    data: Spec | None = None,
    where: Sequence[str | Spec] = (),
    transform: Sequence[Spec] = (),
    name: str = "",
    **look: Any,
) -> Spec:
    """Layer of marks of one kind, one per row.

    Parameters
    ----------
    kind
        Type of the marks, such as `point`.
    encoding
        Channels by name.
    data
        From `rows` or `inline`; the data of the enclosing chart where None.
    where
        Expressions or predicates that select rows.
    transform
        What is done with the selected rows.
    name
        Name of this layer, to which parameters of the chart refer.
    **look
        Properties of the mark.
    """
    chart: Spec = {"name": name} if name else {}
    if data is not None:
        chart["data"] = data
    written = [_WRITTEN] if CERTAINTY in encoding.get("tooltip", ()) else []
    if where or transform or written:
        chosen = ({"filter": condition} for condition in where)
        chart["transform"] = [*chosen, *transform, *written]
    return {**chart, "mark": {"type": kind, **look}, "encoding": encoding}


def layers(*parts: Spec, **more: Any) -> Spec:
    """Layers above each other, the first lowest."""
    return {"layer": list(parts), **more}


def rows(*records: Spec) -> Spec:
    """Inline data of a few records."""
    return {"values": list(records)}


def gathered(chart: Spec) -> Spec:
    """Chart with each of its tables stored once, however many marks draw it."""
    names: dict[str, str] = {}

    def table(data: Spec) -> Spec:
        if not isinstance(data.get("values"), str):
            return data
        name = names.setdefault(data["values"], f"table{len(names)}")
        return {"name": name, "format": data["format"]}

    def part(found: Any) -> Any:
        if isinstance(found, list):
            return [part(each) for each in found]
        if isinstance(found, dict):
            return {k: table(v) if k == "data" else part(v) for k, v in found.items()}
        return found

    whole: Spec = part(chart)
    return {**whole, "datasets": {name: text for text, name in names.items()}}
