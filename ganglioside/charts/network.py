"""Which parent gives which pieces, ceramide by ceramide."""

from __future__ import annotations

from typing import Any, Final

import altair as alt
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.frames import PIECES, fragment_table, inline
from ganglioside.charts.marks import Chart, finish, nothing
from ganglioside.names import parse_name

_ROW: Final = 17  # px
_COLUMN: Final = 42  # px
_PARENT: Final = "parent"


def fragment_network(analysis: Analysis, *, most: int = 60) -> Chart:
    """Return parents and their pieces: one row per parent, one column per kind of piece.

    A line runs from the parent through its pieces; the number beside a piece is its peak area in
    percent of the parent's. Rows of one ceramide stand on one band.

    Parameters
    ----------
    analysis
    most
        Rows at most: the parents with the most pieces. `fragment_table` has all.
    """
    title = "Fragments and adducts, parent by parent"
    table = fragment_table(analysis)
    if table.empty:
        return nothing(title, "No feature is a fragment or an adduct.")
    kept, total = _largest_parents(_labelled(table), most)
    shown = "" if total <= most else f"The {most} parents with most pieces of {total}. "
    return finish(
        _layers(kept),
        title,
        shown + "Numbers: peak area in % of the parent's. Hollow squares: the parent has no row "
        "in the table.",
    )


def _labelled(table: pd.DataFrame) -> pd.DataFrame:
    """Add row (the parent's label), kind (the column) and label (percent of the parent)."""
    rt = table["parent_rt"].fillna(table.groupby("parent")["piece_rt"].transform("median"))
    label = table["parent"] + " · " + rt.map("{:.2f} min".format)
    kind = table["piece_series"].where(table["verdict"] == "fragment", table["process"])
    percent = table["percent_of_parent"].map(_percent, na_action="ignore")
    return table.assign(
        row=label, kind=kind, label=percent, has_row=table["parent_id"].notna(), at=rt
    )


def _percent(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _largest_parents(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    pieces = table["row"].value_counts()
    return table[table["row"].isin(pieces.index[:most])], len(pieces)


def _layers(table: pd.DataFrame) -> Any:
    parents = table.drop_duplicates("row").copy()
    parents["category"] = parents["parent_series"].str.extract(r"(G[AMDTQP])", expand=False)
    parents["band"] = pd.factorize(parents["ceramide"])[0] % 2
    parents["kind"] = _PARENT
    columns = [_PARENT, *_ordered_kinds(table)]
    ends = table.assign(rank=table["kind"].map(columns.index))
    last = ends.sort_values("rank").drop_duplicates("row", keep="last").set_index("row")["kind"]
    parents["end"] = parents["row"].map(last)

    x = alt.X("kind:N", sort=columns, title=None, scale=alt.Scale(domain=columns),
              axis=alt.Axis(orient="top", labelAngle=0 if len(columns) <= 9 else -45,
                            grid=False))  # fmt: skip
    y = alt.Y("row:N", sort=list(parents["row"]), title=None, axis=alt.Axis(labelLimit=320))
    of_parents = alt.Chart(inline(parents[["row", "kind", "end", "band", "category", "has_row",
                                           "parent", "at"]]))  # fmt: skip
    of_pieces = alt.Chart(inline(table[["row", "kind", "label", "piece", "piece_rt", "delta_rt",
                                        "process", "percent_of_parent", "confidence", "verdict",
                                        "parent"]]))  # fmt: skip
    bands = of_parents.transform_filter("datum.band == 1").mark_bar(
        color="#F3F3F3", width={"band": 1}, height={"band": 1}
    ).encode(x=alt.value(0), x2=alt.value("width"), y=y)  # fmt: skip
    edges = of_parents.mark_rule(color="#C4C4C4", strokeWidth=2).encode(x=x, x2="end:N", y=y)
    chart = alt.layer(
        bands, edges, *_parent_marks(of_parents, x, y), *_piece_marks(of_pieces, x, y)
    )
    return chart.properties(width=_COLUMN * len(columns), height=_ROW * len(parents))


def _ordered_kinds(table: pd.DataFrame) -> list[str]:
    """Return the kinds of pieces: fragments from the smallest head group up, then adducts."""
    fragments = table[table["verdict"] == "fragment"].drop_duplicates("kind")
    mass = {kind: parse_name(name).composition for kind, name in
            zip(fragments["kind"], fragments["piece"], strict=True)}  # fmt: skip
    size = {kind: (units.neuac, units.hexnac, units.hex) for kind, units in mass.items()}
    adducts = sorted(set(table["kind"]) - set(mass))
    return [*sorted(size, key=lambda kind: (*size[kind], kind)), *adducts]


def _parent_marks(base: alt.Chart, x: alt.X, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    colour = alt.Color("category:N", title="Category of the parent", scale=alt.Scale(
        domain=list(palette.CATEGORY_COLOURS), range=list(palette.CATEGORY_COLOURS.values())),
        legend=None)  # fmt: skip
    tip = [alt.Tooltip("parent:N", title="Parent"), alt.Tooltip("at:Q", title="RT (min)",
           format=".3f"), alt.Tooltip("has_row:N", title="Has a row")]  # fmt: skip
    marks = base.mark_point(shape="square", size=80, fill="white").encode(
        x=x, y=y, color=colour, tooltip=tip
    )
    filled = base.transform_filter("datum.has_row").mark_point(
        shape="square", size=80, filled=True, opacity=1
    )
    return marks, filled.encode(x=x, y=y, color=colour, tooltip=tip)


def _piece_marks(base: alt.Chart, x: alt.X, y: alt.Y) -> tuple[alt.Chart, alt.Chart]:
    domain = list(PIECES)
    tip = [
        alt.Tooltip("piece:N", title="Piece"),
        alt.Tooltip("parent:N", title="Parent"),
        alt.Tooltip("process:N", title="Process"),
        alt.Tooltip("piece_rt:Q", title="RT (min)", format=".3f"),
        alt.Tooltip("delta_rt:Q", title="RT less the parent's (min)", format="+.3f"),
        alt.Tooltip("percent_of_parent:Q", title="% of the parent", format=".2f"),
        alt.Tooltip("confidence:Q", title="Confidence", format=".0%"),
    ]
    dots = base.mark_point(size=60, opacity=1, stroke="transparent").encode(
        x=x,
        y=y,
        fill=alt.Fill("verdict:N", legend=None, scale=alt.Scale(
            domain=domain, range=[palette.VERDICT_COLOURS[v] for v in domain])),
        shape=alt.Shape("verdict:N", legend=None, scale=alt.Scale(
            domain=domain, range=[palette.VERDICT_SHAPES[v] for v in domain])),
        tooltip=tip,
    )  # fmt: skip
    numbers = base.transform_filter("isValid(datum.label)").mark_text(
        align="left", dx=5, dy=-5, fontSize=9
    )
    return dots, numbers.encode(x=x, y=y, text="label:N")
