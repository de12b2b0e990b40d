"""Charts of a batch: one row or column per session, in the order of the batch."""

from __future__ import annotations

from typing import Final

from ganglioside.batch.comparison import Study
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import finish, nothing, verdict_channel
from ganglioside.charts.plot_tables import inline
from ganglioside.charts.vega import Spec, layers, marks, nominal, quantity, rows
from ganglioside.columns import VERDICTS

_WIDTH: Final = 660  # px; names of species and the legend beside it fill a page of 1280
#: Sessions beyond which their names would be unreadable below a chart; up to which they lie there.
_NAMED: Final = 60
_LYING: Final = 8
_STANDING: Final = {"labelAngle": -90, "labelLimit": 150}
#: Widest bar of a session, px.
_BAR: Final = 90
#: Species that the chart of areas shows; the table below it has all.
_MOST_SPECIES: Final = 80
_ROW: Final = 13  # px
#: log2 fold at the ends of the colour scale of areas.
_FOLD: Final = 3


def _sessions_axis(study: Study) -> Spec:
    count = len(study.sessions)
    named = count <= _NAMED
    lying = count <= _LYING
    place = {"labelAngle": 0, "labelLimit": _WIDTH // count - 8} if lying else _STANDING
    axis = {**place, "labels": named, "ticks": named}
    return nominal("session", title="Session", sort=list(study.sessions["name"]), axis=axis)


def composition(study: Study) -> Spec:
    """Chart of the share of each verdict in every session."""
    title = "Verdicts by session"
    if study.sessions.empty:
        return nothing(title, "No table was analysed.")
    counts = study.sessions.rename(columns={"name": "session"}).melt(
        ["session", "features"], list(VERDICTS), "verdict", "count"
    )
    counts = counts[counts["count"] > 0]
    counts["share"] = counts["count"] / counts["features"]
    counts["rank"] = counts["verdict"].map(list(VERDICTS).index)
    bars = marks(
        "bar",
        {
            "x": _sessions_axis(study),
            "y": quantity(
                "share",
                title="Share of the features",
                stack="zero",
                axis={"format": "%"},
                scale={"domain": [0, 1]},
            ),
            "order": quantity("rank"),
            "color": verdict_channel(counts, palette.VERDICT_COLOURS),
            "tooltip": [
                nominal("session"),
                nominal("verdict"),
                quantity("count"),
                quantity("share", format=".0%"),
            ],
        },
        data=inline(counts),
        width=min(_BAR, 0.9 * _WIDTH / len(study.sessions)),
    )
    return finish(bars, title, width=_WIDTH, height=220)


def drift(study: Study) -> Spec:
    """Chart of the drift of each session: minutes by which it elutes later than the others."""
    title = "Retention drift by session"
    if len(study.sessions) < 2:
        return nothing(title, "Drift needs at least two sessions.")
    known = study.sessions["shift"].notna() & (study.sessions["shared"] > 0)
    shifts = study.sessions[known].rename(columns={"name": "session"})
    without = int((~known).sum())
    shifts = shifts[["session", "shift", "stretch", "shared", "residual"]]
    shifts = shifts.assign(low=shifts["shift"] - shifts["residual"],
                           high=shifts["shift"] + shifts["residual"])  # fmt: skip
    data, colour = inline(shifts), palette.VERDICT_COLOURS["valid"]
    shared = {
        "x": _sessions_axis(study),
        "tooltip": [
            nominal("session", title="Session"),
            quantity("shift", title="Shift (min)", format="+.3f"),
            quantity("stretch", title="Stretch (min per min)", format="+.4f"),
            quantity("residual", title="Residual of valid features (min)", format=".3f"),
            quantity("shared", title="Features that other sessions share"),
        ],
    }
    low = quantity("low", title="Later than the median session (min)")
    bars = marks(
        "rule",
        {**shared, "y": low, "y2": {"field": "high"}},
        data=data,
        color=colour,
        opacity=0.35,
        strokeWidth=3,
    )
    points = marks(
        "point",
        {**shared, "y": quantity("shift")},
        data=data,
        filled=True,
        color=colour,
        size=34,
        opacity=1,
    )
    zero = marks("rule", {"y": quantity("at")}, data=rows({"at": 0}), color=palette.QUIET)
    return finish(
        layers(zero, bars, points),
        title,
        "Dots: shift at the middle of the run, from the features that sessions share. Bars: "
        "residuals of the session's valid features, root mean square.",
        f"Not known of {without}, which could not be judged or share too little."
        if without
        else "",
        width=_WIDTH,
        height=220,
    )


#: Colours of areas below, like and above the median; all of them differ from the page's.
_FOLDS: Final = ("#134B73", "#6CAED4", "#D6D2C9", "#EE9A4D", "#8A3B00")
_STEPS: Final = (-_FOLD, -_FOLD / 2, 0, _FOLD / 2, _FOLD)


def areas(study: Study) -> Spec:
    """Chart of the area of each species in each session, relative to the species' median."""
    title = "Species by session"
    if study.species.empty:
        return nothing(title, "No feature is valid in any session.")
    shown = study.species.head(_MOST_SPECIES)
    cells = study.cells[study.cells["species"].isin(shown["species"])]
    order = list(shown.sort_values(["category", "species"])["species"])
    colours = {
        "range": list(_FOLDS), "domain": list(_STEPS), "clamp": True, "interpolate": "rgb"
    }  # fmt: skip
    squares = marks(
        "rect",
        {
            "x": _sessions_axis(study),
            "y": nominal("species", title=None, sort=order, axis={"labelFontSize": 9}),
            "color": {
                "condition": {
                    "test": "isValid(datum.fold)",
                    **quantity("fold", title="log2 of area / median", scale=colours),
                },
                "value": palette.QUIET,
            },
            "tooltip": [
                nominal("species", title="Species"),
                nominal("session", title="Session"),
                quantity("rt", title="RT (min)", format=".3f"),
                quantity("area", title="Area", format=".3~s"),
                quantity("fold", title="log2 of area / median", format="+.2f"),
            ],
        },
        data=inline(cells),
    )
    return finish(
        squares,
        title,
        _shown_of(len(shown), len(study.species))
        + " Area with fragments and adducts. Blank: not valid there. Grey: no area.",
        width=_WIDTH,
        height=_ROW * len(order),
    )


def _shown_of(shown: int, total: int) -> str:
    if shown == total:
        return f"All {total} species that are valid in any session."
    return f"The {shown} most frequent of {total} species; the table has all."


def all_of(study: Study) -> list[Spec]:
    """Charts of the overview, in order."""
    return [composition(study), drift(study), areas(study)]
