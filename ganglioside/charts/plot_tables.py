"""Tables that charts draw: measured, predicted and decided values, ready to plot."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from ganglioside.analysis import Analysis
from ganglioside.charts.feature_marks import MANY_POINTS
from ganglioside.charts.vega import Spec
from ganglioside.columns import CATEGORIES, PARENT_VERDICTS
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.process_words import processes_in_words
from ganglioside.support.formatting import counted
from ganglioside.verdicts.result_tables import wrong_anchors

#: Finds the category in the name of a series: GD in `Fuc-GD1`.
CATEGORY_IN_SERIES: Final = f"({'|'.join(CATEGORIES)})"

#: Columns of the points of every chart.
POINT_COLUMNS: Final = (
    "feature_id", "name", "rt", "volume", "anchor", "series", "isomer", "carbons", "double_bonds",
    "hydroxyls", "category", "predicted_rt", "residual", "standardized_residual", "verdict",
    "confidence", "parent", "process", "reason",
)  # fmt: skip

#: Decimal places of the numbers in a chart.
_DIGITS: Final = 5


def inline(frame: pd.DataFrame) -> Spec:
    """Inline data of a chart: a frame as CSV, with the type of every column.

    CSV is not limited in rows and costs nothing per row, unlike lists of records.
    """
    parse = {str(column): _vega_type(frame[column]) for column in frame}
    plain = frame.round(_DIGITS)
    for column in (column for column, kind in parse.items() if kind == "boolean"):
        plain[column] = plain[column].astype("boolean").fillna(value=False).astype("int8")
    text = plain.to_csv(index=False, lineterminator="\n")
    return {"values": text, "format": {"type": "csv", "parse": parse}}


def _vega_type(column: pd.Series) -> str:
    if pd.api.types.is_bool_dtype(column):
        return "boolean"
    return "number" if pd.api.types.is_numeric_dtype(column) else "string"


def points(analysis: Analysis) -> pd.DataFrame:
    """One row per feature: `POINT_COLUMNS`, `line`, `wrong_anchor`, and `sample` if there are some.

    `line` names the curve with which a feature is compared: its isomer, else its series. More than
    `MANY_POINTS` points have no reasons, which would be most of a chart's size.
    """
    samples = [column for column in ("sample",) if column in analysis.features]
    features = analysis.features.loc[:, [*POINT_COLUMNS, *samples]]
    if len(features) > MANY_POINTS:
        features = features.drop(columns="reason")
    verdict = features["verdict"].astype("str")
    return features.assign(
        verdict=verdict,
        process=processes_in_words(features["process"]),
        line=features["isomer"].fillna(features["series"]),
        wrong_anchor=wrong_anchors(analysis.features),
    )


def points_on_curves(analysis: Analysis) -> pd.DataFrame:
    """Rows of `points` that the curves of the model are about: of samples on its gradient."""
    frame = points(analysis)[analysis.is_on_model]
    return frame.dropna(subset=["rt", "carbons", "series"])


def gradient_note(analysis: Analysis) -> str:
    """Sentence on features of samples on other gradients, which are no points of the model's chart.

    Empty where all samples have the gradient of the model.

    Examples
    --------
    >>> import ganglioside as gg
    >>> gradient_note(gg.analyze(gg.example()))
    ''
    """
    n = int((~analysis.is_on_model).sum())
    verb = "is" if n == 1 else "are"
    return f"{counted(n, 'feature')} of samples on other gradients {verb} not shown." if n else ""


def curves(analysis: Analysis, shown: pd.DataFrame) -> pd.DataFrame:
    """Fitted curves of the lines of some points, over the carbon numbers of each series.

    Parameters
    ----------
    shown : pandas.DataFrame
        Rows of `points`.

    Returns
    -------
    pandas.DataFrame
        Columns series, isomer, line, label, ceramide (`n:1;O2`), carbons, curve_rt (min), last
        (whether the row is the end of its line's most usual curve), latest (whether its line has
        the highest RT of its series there).
    """
    lines = analysis.model.lines[["series", "isomer"]].merge(_kinds(shown), on="series")
    grid = lines.loc[lines.index.repeat((lines["last"] - lines["first"] + 1).astype("int64"))]
    grid["carbons"] = grid["first"] + grid.groupby(level=0).cumcount()
    grid["last"] = grid["main"] & (grid["carbons"] == grid["last"])
    grid["line"] = grid["isomer"].fillna(grid["series"])
    grid["label"] = isomer_labels(grid)
    grid["ceramide"] = ceramide_kind(grid)
    grid["curve_rt"] = _line_rt(analysis, grid)
    grid["latest"] = grid["curve_rt"] == grid.groupby(["series", "ceramide", "carbons"])[
        "curve_rt"
    ].transform("max")
    columns = ["series", "isomer", "line", "label", "ceramide", "carbons", "curve_rt", "last",
               "latest"]  # fmt: skip
    return grid[columns].reset_index(drop=True)


def valid_or_all(features: pd.DataFrame) -> pd.DataFrame:
    """Valid rows of a table, whose series a chart shows; all of them where none is valid.

    Examples
    --------
    >>> rows = pd.DataFrame({"series": ["GM1", "GM3"], "verdict": ["valid", "outlier"]})
    >>> valid_or_all(rows)["series"].tolist(), valid_or_all(rows[1:])["series"].tolist()
    (['GM1'], ['GM3'])
    """
    is_valid = features["verdict"] == "valid"
    return features[is_valid] if is_valid.any() else features


def isomer_labels(lines: pd.DataFrame) -> pd.Series:
    """Short names of isomers within their series: `GD1a`, but `late` for `GM2 late`."""
    pairs = zip(lines["series"], lines["isomer"], strict=True)
    labels = [None if pd.isna(i) else i.removeprefix(f"{s} ") for s, i in pairs]
    return pd.Series(labels, index=lines.index, dtype="str")


def _kinds(shown: pd.DataFrame) -> pd.DataFrame:
    """Kinds of ceramide of each series with the first and last carbon number to draw.

    The most usual kind (`main`) spans the series, or one carbon more to each side of a single one;
    the others span one carbon more than they have.
    """
    named = shown[shown["carbons"].notna() & shown["series"].notna()]
    kinds = (
        named.groupby(["series", "double_bonds", "hydroxyls"])["carbons"]
        .agg(n="size", first="min", last="max")
        .reset_index()
        .sort_values(["series", "n"], ascending=[True, False], kind="stable")
    )
    main = ~kinds.duplicated("series")
    span = named.groupby("series")["carbons"].agg(["min", "max"]).loc[kinds["series"]]
    one = (span["min"] == span["max"]).to_numpy()  # of one point there is neither line nor scale
    first, last = span["min"].to_numpy() - one, span["max"].to_numpy() + one
    return kinds.assign(
        main=main,
        first=(kinds["first"] - 1).where(~main, first),
        last=(kinds["last"] + 1).where(~main, last),
    )


def ceramide_kind(frame: pd.DataFrame) -> pd.Series:
    """Double bonds and hydroxyls as text: `n:1;O2`."""
    bonds, hydroxyls = (frame[c].astype("str") for c in ("double_bonds", "hydroxyls"))
    return "n:" + bonds + ";O" + hydroxyls


def _line_rt(analysis: Analysis, grid: pd.DataFrame) -> pd.Series:
    """RT of every row of `grid` (min), by one call to the model per line."""
    rt = pd.Series(np.nan, index=range(len(grid)))
    plain = grid.reset_index(drop=True)
    for line, rows in plain.groupby("line"):
        ceramide = (rows[c].astype("int64") for c in ("carbons", "double_bonds", "hydroxyls"))
        series = str(rows["series"].iloc[0])
        rt.loc[rows.index] = analysis.model.line_rt(series, str(line), *ceramide)
    rt.index = grid.index
    return rt


def reduced(analysis: Analysis) -> pd.DataFrame:
    """Points with their RT normalised to 36:1;O2 (min); others are left out.

    A fragment or adduct is reduced by its parent's ceramide, so that it falls on its parent's
    line. Adds `reduced_rt` (min, as of 36:1;O2) and `parent_series` (of fragments and adducts).
    """
    frame = points(analysis)[analysis.is_on_model]
    frame = frame[frame["carbons"].notna() & frame["rt"].notna() & frame["series"].notna()]
    parents = frame["parent"].where(frame["verdict"].isin(PARENT_VERDICTS))
    known = {name: parse_name(name) for name in parents.dropna().unique()}
    frame = frame.assign(parent_series=parents.map({n: s.series for n, s in known.items()}))
    ceramide = [
        parents.map({n: getattr(s.ceramide, part) for n, s in known.items()})
        .fillna(frame[part])
        .astype("float64")
        for part in ("carbons", "double_bonds", "hydroxyls")
    ]
    rt = analysis.model.reduced_rt(frame["rt"], *ceramide)
    return frame.assign(reduced_rt=rt).dropna(subset="reduced_rt")


def fragment_table(analysis: Analysis) -> pd.DataFrame:
    """Every fragment and adduct with its parent.

    Returns
    -------
    pandas.DataFrame
        One row per piece: ceramide (the parent's), parent_id (NA if the parent has no row),
        parent, parent_series, parent_rt, piece_id, piece, piece_series, piece_rt, delta_rt (min),
        process, percent_of_parent (of peak areas), verdict, confidence; ordered by ceramide,
        parent and piece.

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = gg.charts.fragment_table(gg.analyze(gg.example()))
    >>> sorted(table["verdict"].unique())
    ['adduct', 'fragment']
    """
    features = analysis.features
    pieces = features[features["verdict"].isin(PARENT_VERDICTS) & features["parent"].notna()]
    parents = features.set_index("feature_id")[["rt", "volume"]]
    known = {name: parse_name(name) for name in pieces["parent"].unique()}
    parent_rt = pieces["parent_id"].map(parents["rt"]).astype("float64")
    parent_volume = pieces["parent_id"].map(parents["volume"]).astype("float64")
    table = pd.DataFrame(
        {
            "ceramide": pieces["parent"].map({n: _ceramide(n) for n in known}).astype("str"),
            "parent_id": pieces["parent_id"],
            "parent": pieces["parent"],
            "parent_series": pieces["parent"].map({n: s.series for n, s in known.items()}),
            "parent_rt": parent_rt,
            "piece_id": pieces["feature_id"],
            "piece": pieces["name"],
            "piece_series": pieces["series"],
            "piece_rt": pieces["rt"],
            "delta_rt": pieces["rt"] - parent_rt,
            "process": pieces["process"],
            "percent_of_parent": 100 * pieces["volume"] / parent_volume.where(parent_volume > 0),
            "verdict": pieces["verdict"].astype("str"),
            "confidence": pieces["confidence"],
        }
    )
    size = pieces["parent"].map({n: s.ceramide.carbons for n, s in known.items()})
    order = ["size", "ceramide", "parent", "parent_id", "piece_rt", "piece_id"]
    return table.assign(size=size).sort_values(order)[list(table)].reset_index(drop=True)


def _ceramide(name: str) -> str:
    c = parse_name(name).ceramide
    return f"{c.carbons}:{c.double_bonds};O{c.hydroxyls}"
