"""Chart of one feature's hypotheses: their probabilities and expected retention times."""

from __future__ import annotations

from textwrap import fill
from typing import Any, Final

import pandas as pd

from ganglioside.charts import palette
from ganglioside.charts.feature_marks import finish, nothing, verdict_channel
from ganglioside.charts.plot_tables import inline
from ganglioside.charts.vega import Spec, View, layers, marks, nominal, quantity, rows, value
from ganglioside.questions.explanation import Explanation
from ganglioside.support.formatting import minutes, percent, with_sign

_MOST: Final = 10  # hypotheses drawn
_ROW: Final = 34  # px
_LINE: Final = 52  # characters of a line of a statement
_WIDTHS: Final = (130, 190, 105)  # px, of bars, RT and distances: with the statements a page's text
_STATEMENTS: Final = {
    "labelExpr": r"split(datum.label, '\n')", "labelFontSize": 10, "labelOffset": -6,
    "labelLimit": 300,
}  # fmt: skip
_NEAREST, _FARTHEST = 0.1, 1.0  # min shown about the feature, at least and at most


@View
def hypotheses(explanation: Explanation) -> Spec:
    """Chart of the hypotheses: bars of probability beside the RT that each of them expects.

    Parameters
    ----------
    explanation
        Explanation of a feature, from `Analysis.explain`. The ten likeliest hypotheses are drawn.

    Returns
    -------
    altair.HConcatChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.hypotheses(gg.analyze(gg.example()).explain(3))
    >>> chart.to_dict()["title"]["text"].startswith("Feature 3: ")
    True
    """
    e = explanation
    title = f"Feature {e.feature_id}: {e.name or 'no name'}"
    if not e.hypotheses:
        return nothing(title, e.reason)
    frame = _frame(e)
    height = _ROW * len(frame)
    data = inline(frame)
    parts = [
        _bars(frame, data),
        _strip(frame, data, e.rt),
        {**_distances(frame, data), "view": {"stroke": None}},
    ]
    sized = [
        {**part, "width": width, "height": height}
        for part, width in zip(parts, _WIDTHS, strict=True)
    ]
    rest = len(e.hypotheses) - len(frame)
    return finish(
        {"hconcat": sized, "spacing": 14},
        title,
        f"Verdict: {e.verdict_and_confidence}. "
        f"Line: measured at {minutes(e.rt)}; marks: RT that each hypothesis expects.",
        "Hollow marks at the edge: expected farther off." if frame["beyond"].any() else "",
        f"{rest} less likely hypotheses are left out." if rest > 0 else "",
    )


def _frame(e: Explanation) -> pd.DataFrame:
    """Hypotheses drawn, with the position of each mark and the text of each number."""
    frame = e.table.head(_MOST)
    away = frame["difference"].abs()
    reach = max(1.2 * away.where(away <= _FARTHEST).fillna(0.0).max(), _NEAREST)
    return frame.assign(
        beyond=away > reach,
        shown_rt=frame["expected_rt"].clip(e.rt - reach, e.rt + reach),
        reach=reach,
        label=[fill(statement, _LINE) for statement in frame["statement"]],
        percent=[percent(p) for p in frame["probability"]],
        apart=[
            "anywhere" if pd.isna(d) else f"{minutes(d, signed=True)} ({with_sign(s)} sigma)"
            for d, s in zip(frame["difference"], frame["sigma"], strict=True)
        ],
    )


def _y(frame: pd.DataFrame, **axis: Any) -> Spec:
    scale = {"domain": frame["label"].tolist()}
    return nominal("label", title=None, sort=None, scale=scale, axis=axis)


def _looks(frame: pd.DataFrame) -> Spec:
    title, below = "Verdict if true", {"legend": {"orient": "bottom"}}
    return {
        "color": verdict_channel(frame, palette.VERDICT_COLOURS, title) | below,
        "shape": verdict_channel(frame, palette.VERDICT_SHAPES, title) | below,
    }


_TOOLTIPS: Final = [
    nominal("statement", title="Hypothesis"),
    nominal("percent", title="Probability"),
    quantity("expected_rt", title="Expected RT (min)", format=".3f"),
    nominal("apart", title="Measured − expected"),
    quantity("area_ratio", title="Area over the parent's", format=".3p"),
    nominal("basis", title="Based on"),
]


def _bars(frame: pd.DataFrame, data: Spec) -> Spec:
    shared = {
        "x": quantity(
            "probability",
            title="Probability",
            scale={"domain": [0, 1.32], "nice": False},
            axis={"format": "%", "values": [0, 0.5, 1]},
        ),
        "y": _y(frame, **_STATEMENTS),
        "tooltip": _TOOLTIPS,
    }
    bars = marks("bar", {**shared, "color": _looks(frame)["color"]}, height=14)
    numbers = marks("text", {**shared, "text": nominal("percent")}, align="left", dx=4)
    return {"data": data, **layers(bars, numbers)}


def _strip(frame: pd.DataFrame, data: Spec, rt: float) -> Spec:
    reach = 1.05 * float(frame["reach"].iloc[0])
    x = quantity(
        "shown_rt",
        title="RT (min)",
        scale={"domain": [rt - reach, rt + reach], "nice": False},
        axis={"tickCount": 5},
    )
    measured = marks(
        "rule", {"x": x}, data=rows({"shown_rt": rt}), color=palette.INK, strokeWidth=1.5
    )
    encoding = {
        "x": x,
        "y": _y(frame, labels=False, ticks=False, grid=True),
        "tooltip": _TOOLTIPS,
        **_looks(frame),
    }
    known = "isValid(datum.expected_rt)"
    near = marks(
        "point",
        encoding,
        data=data,
        where=[known, "!datum.beyond"],
        size=80,
        filled=True,
        opacity=1,
    )
    far = marks(
        "point", encoding, data=data, where=[known, "datum.beyond"], size=80, strokeWidth=1.5
    )
    return layers(measured, near, far)


def _distances(frame: pd.DataFrame, data: Spec) -> Spec:
    y = _y(frame, labels=False, ticks=False, domain=False)
    return marks("text", {"x": value(0), "y": y, "text": nominal("apart")}, data=data, align="left")
