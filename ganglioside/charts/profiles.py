"""Chart of the shares of series, ceramides or categories in all accepted species."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ganglioside.amounts.profiles import By, Profile
from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import category_scale, finish, nothing
from ganglioside.charts.plot_tables import CATEGORY_IN_SERIES, inline
from ganglioside.charts.vega import Spec, View, layers, marks, nominal, quantity
from ganglioside.support.formatting import percent_number

_BAR: Final = 16  # px
_WIDTH: Final = 640  # px
_MOST_SAMPLES: Final = 200
_ROOM: Final = 1.18  # end of the axis, times the longest bar: its number is beside it

_TITLES: Final[dict[By, str]] = {
    "series": "Profile by series",
    "ceramide": "Profile by ceramide",
    "category": "Profile by category",
}


@View
def profile_chart(analysis: Analysis, by: By = "series", most: int = 16) -> Spec:
    """Chart of the share of each series in the consolidated area of all accepted species.

    Bars are shares over all samples with 95 % intervals; of a study, ticks are single samples.

    Parameters
    ----------
    analysis
    by
        `series`, `ceramide` or `category`.
    most
        Largest number of bars; what is smaller is summed as one.

    Returns
    -------
    altair.LayerChart

    Raises
    ------
    SettingsError
        If `by` is something else.

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.profile_chart(gg.analyze(gg.example()))
    >>> chart.to_dict()["title"]["text"]
    'Profile by series'
    """
    profile = analysis.profile(by)
    title = _TITLES[by]
    known = profile.table.dropna(subset=["share"])
    if known.empty:
        return nothing(title, "No accepted species has a peak area.")
    bars = _bars(known, most)
    single = _of_samples(profile, bars)
    farthest = single.groupby("name")["share"].max().reindex(bars["name"]).to_numpy()
    bars["end"] = np.fmax(bars["end"], farthest)
    return finish(
        layers(*_marks(bars, by), *_ticks(single, bars)),
        title,
        f"Percent of the consolidated area of {_summed(analysis)}. "
        f"Whiskers: 95 % interval.{'' if single.empty else ' Thin marks: single samples.'}",
        width=_WIDTH,
        height=_BAR * len(bars),
    )


def _summed(analysis: Analysis) -> str:
    """How many species the shares are of, in words: those without an area have none."""
    has_area = analysis.species["share"].notna()
    of_all = "" if has_area.all() else f", of {len(has_area):,}: the others have no area"
    return f"{int(has_area.sum()):,} accepted species{of_all}"


def _bars(known: pd.DataFrame, most: int) -> pd.DataFrame:
    """One row per bar, in the usual order; the smallest ones as one, without an interval."""
    category = known["name"].str.extract(CATEGORY_IN_SERIES, expand=False)
    known = known.assign(category=category.fillna("other"))
    if len(known) > most:
        large = known["share"].rank(ascending=False, method="first") < most
        small = known[~large]
        rest = {
            "name": f"{len(small)} others",
            "category": "other",
            "species": small["species"].sum(),
            "share": small["share"].sum(),
        }
        known = pd.concat([known[large], pd.DataFrame([rest])], ignore_index=True)
    return known.assign(
        label=known["share"].map(percent_number),
        end=known["share_high"].fillna(known["share"]),
    )


def _marks(bars: pd.DataFrame, by: By) -> list[Spec]:
    """Bars, whiskers and numbers."""
    y = nominal("name", title=None, sort=list(bars["name"]), axis={"labelLimit": 190})
    columns = ["name", "category", "species", "label", "end", "share", "share_low", "share_high"]
    data = inline(bars[columns])
    scale = {"domainMax": _ROOM * max(float(bars["end"].max()), 1e-3), "nice": False}
    bar = marks(
        "bar",
        {
            "y": y,
            "x": quantity(
                "share",
                title="Share of the consolidated area (%)",
                scale=scale,
                axis={"labelExpr": "datum.value > 100 ? '' : datum.label"},
            ),
            "color": nominal("category", legend=None, scale=_colours()),
            "tooltip": [
                nominal("name", title=by.capitalize()),
                quantity("species", title="Species"),
                quantity("share", title="Share (%)", format=".2f"),
                quantity("share_low", title="from", format=".2f"),
                quantity("share_high", title="to (95 %)", format=".2f"),
            ],
        },
        data=data,
        opacity=0.85,
    )
    whisker = marks(
        "rule",
        {"y": y, "x": quantity("share_low"), "x2": {"field": "share_high"}},
        data=data,
        where=["isValid(datum.share_low)"],
        strokeWidth=1.6,
        color=palette.INK,
    )
    number = marks(
        "text",
        {"y": y, "x": quantity("end"), "text": nominal("label")},
        data=data,
        align="left",
        dx=6,
    )
    return [bar, whisker, number]


def _of_samples(profile: Profile, bars: pd.DataFrame) -> pd.DataFrame:
    """Shares of the bars in single samples (sample, name, share); none for one or too many."""
    shares = profile.by_sample.dropna(subset=["share"])
    is_some = 1 < shares["sample"].nunique() <= _MOST_SAMPLES
    return shares.loc[is_some & shares["name"].isin(bars["name"]), ["sample", "name", "share"]]


def _ticks(shown: pd.DataFrame, bars: pd.DataFrame) -> list[Spec]:
    """Marks of the shares in single samples."""
    if shown.empty:
        return []
    position = {"y": nominal("name", sort=list(bars["name"])), "x": quantity("share")}
    tips = [nominal("sample", title="Sample"), quantity("share", title="Share (%)", format=".2f")]
    return [
        marks(
            "tick",
            {**position, "tooltip": tips},
            data=inline(shown),
            color=palette.INK,
            opacity=0.45,
            thickness=1,
            size=0.6 * _BAR,
        )
    ]


def _colours() -> Spec:
    """Colours of the categories, and of what has none."""
    scale = category_scale()
    return {"domain": [*scale["domain"], "other"], "range": [*scale["range"], palette.QUIET]}
