"""The charts of a batch: one row or column per session, in the order of the batch."""

from __future__ import annotations

from typing import Any, Final

import altair as alt

from ganglioside.batch.study import Study
from ganglioside.charts import palette
from ganglioside.charts.frames import inline
from ganglioside.charts.marks import Chart, finish, nothing
from ganglioside.columns import VERDICTS

_WIDTH: Final = 1000  # px
#: Sessions beyond which their names would be unreadable below a chart.
_NAMED: Final = 60
#: Species that the picture of areas shows; the table below it has all.
_MOST_SPECIES: Final = 80
_ROW: Final = 13  # px
#: log2 fold at which the colours of areas end.
_FOLD: Final = 3


def _sessions_axis(study: Study) -> alt.X:
    count = len(study.sessions)
    axis = alt.Axis(labelAngle=-90, labelLimit=150, labels=count <= _NAMED, ticks=count <= _NAMED)
    order = list(study.sessions["name"])
    return alt.X("session:N", title="Session", sort=order, axis=axis)


def _width(study: Study) -> int:
    return min(_WIDTH, max(280, 40 * len(study.sessions)))


def composition(study: Study) -> Chart:
    """Return the share of each verdict in every session."""
    title = "Verdicts by session"
    if study.sessions.empty:
        return nothing(title, "No table was analysed.")
    counts = study.sessions.rename(columns={"name": "session"}).melt(
        ["session", "features"], list(VERDICTS), "verdict", "count"
    )
    counts = counts[counts["count"] > 0]
    counts["share"] = counts["count"] / counts["features"]
    counts["rank"] = counts["verdict"].map(list(VERDICTS).index)
    domain = palette.verdict_domain(set(counts["verdict"]))
    bars = alt.Chart(inline(counts)).mark_bar().encode(
        x=_sessions_axis(study),
        y=alt.Y("share:Q", title="Share of the features", stack="zero",
                axis=alt.Axis(format="%"), scale=alt.Scale(domain=[0, 1])),
        order="rank:Q",
        color=alt.Color("verdict:N", title="Verdict",
                        scale=alt.Scale(domain=domain,
                                        range=[palette.VERDICT_COLOURS[v] for v in domain])),
        tooltip=["session:N", "verdict:N", "count:Q", alt.Tooltip("share:Q", format=".0%")],
    )  # fmt: skip
    return finish(bars.properties(width=_width(study), height=220), title)


def drift(study: Study) -> Chart:
    """Return by how much each session elutes later than the others, min."""
    title = "Retention drift by session"
    if len(study.sessions) < 2:
        return nothing(title, "Drift is seen between sessions: there are fewer than two.")
    shifts = study.sessions.rename(columns={"name": "session"})
    shifts = shifts[["session", "shift", "stretch", "shared", "scatter"]]
    shifts = shifts.assign(low=shifts["shift"] - shifts["scatter"],
                           high=shifts["shift"] + shifts["scatter"])  # fmt: skip
    base = alt.Chart(inline(shifts)).encode(
        x=_sessions_axis(study),
        tooltip=[
            alt.Tooltip("session:N", title="Session"),
            alt.Tooltip("shift:Q", title="Shift (min)", format="+.3f"),
            alt.Tooltip("stretch:Q", title="Stretch (min per min)", format="+.4f"),
            alt.Tooltip("scatter:Q", title="Scatter of valid features (min)", format=".3f"),
            alt.Tooltip("shared:Q", title="Features that other sessions share"),
        ],
    )
    colour = palette.VERDICT_COLOURS["valid"]
    bars = base.mark_rule(color=colour, opacity=0.35, strokeWidth=3).encode(
        y=alt.Y("low:Q", title="Later than the median session (min)"), y2="high:Q"
    )
    points = base.mark_point(filled=True, color=colour, size=34, opacity=1).encode(y="shift:Q")
    zero = alt.Chart(alt.InlineData(values=[{"at": 0}])).mark_rule(color=palette.QUIET)
    return finish(
        alt.layer(zero.encode(y="at:Q"), bars, points).properties(width=_width(study), height=220),
        title,
        "Dots: shift at the middle of the run, from the features that sessions share. Bars: "
        "scatter of the session's valid features about their own predictions.",
    )


def areas(study: Study) -> Chart:
    """Return the area of each species in each session, against the species' median."""
    title = "Species by session"
    if study.species.empty:
        return nothing(title, "No feature is valid in any session.")
    shown = study.species.head(_MOST_SPECIES)
    cells = study.cells[study.cells["species"].isin(shown["species"])]
    order = list(shown.sort_values(["category", "species"])["species"])
    marks = alt.Chart(inline(cells)).mark_rect().encode(
        x=_sessions_axis(study),
        y=alt.Y("species:N", title=None, sort=order, axis=alt.Axis(labelFontSize=9)),
        color=alt.condition(
            "isValid(datum.fold)",
            alt.Color("fold:Q", title="log2 of area / median",
                      scale=alt.Scale(scheme="blueorange", domain=[-_FOLD, _FOLD], clamp=True)),
            alt.value("#d9d9d9"),
        ),
        tooltip=[
            "species:N", "session:N", alt.Tooltip("rt:Q", title="RT (min)", format=".3f"),
            alt.Tooltip("area:Q", title="Area", format=".3~s"),
            alt.Tooltip("fold:Q", title="log2 of area / median", format="+.2f"),
        ],
    )  # fmt: skip
    return finish(
        marks.properties(width=_width(study), height=_ROW * len(order)),
        title,
        _what_is_shown(len(shown), len(study.species))
        + " Area with fragments and adducts. White: not valid there. Grey: no area.",
    )


def _what_is_shown(shown: int, there: int) -> str:
    if shown == there:
        return f"All {there} species that are valid in any session."
    return f"The {shown} most frequent of {there} species; the table has all."


def all_of(study: Study) -> list[Any]:
    """Return the charts of the overview, in order."""
    return [composition(study), drift(study), areas(study)]
