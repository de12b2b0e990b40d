"""Chart of parents and their fragments and adducts, ceramide by ceramide."""

from __future__ import annotations

from typing import Final

import pandas as pd

from ganglioside.amounts.accepted import number_of_samples
from ganglioside.analysis import Analysis
from ganglioside.charts import palette
from ganglioside.charts.feature_marks import category_scale, finish, nothing
from ganglioside.charts.plot_tables import CATEGORY_IN_SERIES, fragment_table, inline
from ganglioside.charts.text_widths import text_width
from ganglioside.charts.vega import CERTAINTY, Spec, View, layers, marks, nominal, quantity, value
from ganglioside.columns import CATEGORIES, PARENT_VERDICTS
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.process_words import processes_in_words

_ROW: Final = 17  # px
_COLUMN: Final = 42  # px
_LEAST_WIDTH: Final = 420  # px; a report draws all charts as wide as the page
_LABEL: Final = 11  # px, size of the font of headings
_APART: Final = 6  # px, between headings
_PARENT: Final = "parent"


@View
def fragment_network(analysis: Analysis, *, most: int = 60) -> Spec:
    """Chart of parents and their pieces: one row per parent, one column per kind of piece.

    A line runs from the parent through its pieces; the number beside a piece is its peak area in
    percent of the parent's. Rows of one ceramide share a band.

    Parameters
    ----------
    analysis
    most
        Number of rows at most: the parents with the most pieces. `fragment_table` has all.

    Returns
    -------
    altair.LayerChart

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.fragment_network(gg.analyze(gg.example()), most=20)
    >>> chart.to_dict()["title"]["text"]
    'Fragments and adducts, parent by parent'
    """
    title = "Fragments and adducts, parent by parent"
    table = pieces_of_peaks(analysis)
    if table.empty:
        return nothing(title, "No feature is a fragment or an adduct.")
    kept, total = _largest_parents(table, most)
    shown = "" if total <= most else f"The {most} parents with most pieces of {total}. "
    of_samples = ", the median of the samples" if _is_study(analysis) else ""
    has_areas = kept["percent_of_parent"].notna().any()
    numbers = f"Numbers: peak area in % of the parent's{of_samples}. " if has_areas else ""
    hollow = "Hollow squares: the parent has no row in the table."
    return finish(_layers(kept), title, f"{shown}{numbers}{hollow}")


def pieces_of_peaks(analysis: Analysis) -> pd.DataFrame:
    """The `fragment_table` with the peak of each parent (`row`), which samples share.

    Two isomers of one name are two parents.

    Examples
    --------
    >>> import ganglioside as gg
    >>> pieces = pieces_of_peaks(gg.analyze(gg.example()))
    >>> pieces["row"].nunique() > pieces["parent"].nunique()
    True
    """
    table = fragment_table(analysis)
    if table.empty:
        return table.assign(row=table["parent"])
    return _labelled(table, analysis.settings.rt_tolerance / 2 if _is_study(analysis) else 0.0)


def _is_study(analysis: Analysis) -> bool:
    return number_of_samples(analysis.features) > 1


def _labelled(table: pd.DataFrame, apart: float = 0.0) -> pd.DataFrame:
    """Table with row (label of the parent), kind (column) and label (percent of the parent).

    Parents of one name between which no gap is wider than `apart` (min) share a row, as those of
    several samples.
    """
    rt = table["parent_rt"].fillna(table.groupby("parent")["piece_rt"].transform("median"))
    rt = _shared_rt(table["parent"], rt, apart)
    label = table["parent"] + " · " + rt.map("{:.2f} min".format)
    words = processes_in_words(table["process"])
    kind = table["piece_series"].where(table["verdict"] == "fragment", words)
    percent = table.groupby([label, kind])["percent_of_parent"].transform("median")
    return table.assign(
        row=label, kind=kind, label=percent.map(_percent, na_action="ignore"),
        has_row=table["parent_id"].notna(), at=rt, process=words,
    )  # fmt: skip


def _shared_rt(parent: pd.Series[str], rt: pd.Series[float], apart: float) -> pd.Series[float]:
    """Median RT of the rows of a parent between which no gap is wider than `apart` (min)."""
    if not apart:
        return rt
    ordered = pd.DataFrame({"parent": parent, "rt": rt}).sort_values(["parent", "rt"])
    begins = (ordered["parent"] != ordered["parent"].shift()) | (ordered["rt"].diff() > apart)
    return ordered.groupby(begins.cumsum())["rt"].transform("median").reindex(rt.index)


def _percent(value: float) -> str:
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def _largest_parents(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int]:
    pieces = table["row"].value_counts()
    return table[table["row"].isin(pieces.index[:most])], len(pieces)


def _layers(table: pd.DataFrame) -> Spec:
    columns = [_PARENT, *_ordered_kinds(table)]
    parents = _parents(table, columns)
    position = _position(columns, list(parents["row"]))
    of_parents = inline(
        parents[["row", "kind", "end", "band", "category", "has_row", "parent", "at"]]
    )
    of_pieces = inline(
        table[["row", "kind", "label", "piece", "piece_rt", "delta_rt", "process",
               "percent_of_parent", "confidence", "verdict", "parent"]]
    )  # fmt: skip
    of_numbers = inline(table.drop_duplicates(["row", "kind"])[["row", "kind", "label"]])
    present = [category for category in CATEGORIES if category in set(parents["category"])]
    return layers(
        *_row_marks(of_parents, position),
        *_parent_marks(of_parents, position, present),
        *_piece_marks(of_pieces, of_numbers, position),
        width=_width(columns),
        height=_ROW * len(parents),
    )


def _parents(table: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """One row per parent: its category, the band of its ceramide, and its last piece (`end`)."""
    parents = table.drop_duplicates("row").copy()
    parents["category"] = parents["parent_series"].str.extract(CATEGORY_IN_SERIES, expand=False)
    parents["band"] = pd.factorize(parents["ceramide"])[0] % 2
    parents["kind"] = _PARENT
    ends = table.assign(rank=table["kind"].map(columns.index))
    last = ends.sort_values("rank").drop_duplicates("row", keep="last").set_index("row")["kind"]
    parents["end"] = parents["row"].map(last)
    return parents


def _width(columns: list[str]) -> int:
    """Width of the chart, px."""
    return max(_COLUMN * len(columns), _LEAST_WIDTH)


def _have_room(columns: list[str]) -> bool:
    """Whether all headings of the columns can be written side by side."""
    widest = max(text_width(each, _LABEL) or _LABEL * len(each) for each in columns)
    return widest + _APART <= _width(columns) / len(columns)


def _position(columns: list[str], rows: list[str]) -> Spec:
    """Axes: a column for each kind of piece, a row for each parent."""
    x = nominal(
        "kind",
        sort=columns,
        title=None,
        scale={"domain": columns},
        axis={"orient": "top", "labelAngle": 0 if _have_room(columns) else -45, "grid": False},
    )
    return {"x": x, "y": nominal("row", sort=rows, title=None, axis={"labelLimit": 320})}


def _row_marks(data: Spec, position: Spec) -> tuple[Spec, Spec]:
    """Bands behind every second ceramide, and a line from each parent to its last piece."""
    bands = marks(
        "bar",
        {"x": value(0), "x2": value("width"), "y": position["y"]},
        data=data,
        where=["datum.band == 1"],
        color=palette.BAND,
        width={"band": 1},
        height={"band": 1},
    )
    edges = marks(
        "rule",
        {"x": position["x"], "x2": {"field": "end"}, "y": position["y"]},
        data=data,
        color=palette.FRAME,
        strokeWidth=2,
    )
    return bands, edges


def _ordered_kinds(table: pd.DataFrame) -> list[str]:
    """Kinds of pieces: fragments from the smallest head group up, then adducts."""
    fragments = table[table["verdict"] == "fragment"].drop_duplicates("kind")
    mass = {kind: parse_name(name).composition for kind, name in
            zip(fragments["kind"], fragments["piece"], strict=True)}  # fmt: skip
    size = {kind: (units.neuac, units.hexnac, units.hex) for kind, units in mass.items()}
    adducts = sorted(set(table["kind"]) - set(mass))
    return [*sorted(size, key=lambda kind: (*size[kind], kind)), *adducts]


def _parent_marks(data: Spec, position: Spec, categories: list[str]) -> tuple[Spec, Spec]:
    encoding = {
        **position,
        "color": nominal(
            "category",
            title="Category of the parent",
            scale=category_scale(),
            legend={"orient": "bottom", "symbolType": "square", "values": categories},
        ),
        "tooltip": [
            nominal("parent", title="Parent"),
            quantity("at", title="RT (min)", format=".3f"),
            nominal("has_row", title="Has a row"),
        ],
    }
    hollow = marks("point", encoding, data=data, shape="square", size=80, fill="white")
    filled = marks(
        "point",
        encoding,
        data=data,
        where=["datum.has_row"],
        shape="square",
        size=80,
        filled=True,
        opacity=1,
    )
    return hollow, filled


def _piece_marks(data: Spec, of_numbers: Spec, position: Spec) -> tuple[Spec, Spec]:
    domain = list(PARENT_VERDICTS)
    colours = [palette.VERDICT_COLOURS[verdict] for verdict in domain]
    shapes = [palette.VERDICT_SHAPES[verdict] for verdict in domain]
    dots = marks(
        "point",
        {
            **position,
            "fill": nominal("verdict", legend=None, scale={"domain": domain, "range": colours}),
            "shape": nominal("verdict", legend=None, scale={"domain": domain, "range": shapes}),
            "tooltip": _PIECE_TOOLTIPS,
        },
        data=data,
        size=60,
        opacity=1,
        stroke="transparent",
    )
    numbers = marks(
        "text",
        {**position, "text": nominal("label")},
        data=of_numbers,
        where=["isValid(datum.label)"],
        align="left",
        dx=5,
        dy=-5,
        fontSize=9,
    )
    return dots, numbers


_PIECE_TOOLTIPS: Final = [
    nominal("piece", title="Piece"),
    nominal("parent", title="Parent"),
    nominal("process", title="Process"),
    quantity("piece_rt", title="RT (min)", format=".3f"),
    quantity("delta_rt", title="RT − parent's RT (min)", format="+.3f"),
    quantity("percent_of_parent", title="% of the parent", format=".2f"),
    CERTAINTY,
]
