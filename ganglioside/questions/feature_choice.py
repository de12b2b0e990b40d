"""The feature that is asked about: by its number, its name, or its row in the file."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.errors import FeatureError, NameFormError
from ganglioside.lipids.names import parse_name
from ganglioside.support.arrays import BoolArray
from ganglioside.support.formatting import minutes
from ganglioside.support.nearest import did_you_mean
from ganglioside.support.quoting import quoted

#: Features of one name that a message lists.
_MOST_LISTED: Final = 10


def chosen_feature(features: pd.DataFrame, feature: Any = None, row: int | None = None) -> int:
    """Number (feature_id) of one feature.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    feature : int or str, optional
        Its number, or its name in any spelling.
    row : int, optional
        Its line in the file, or row of the sheet, in place of `feature`.

    Returns
    -------
    int

    Raises
    ------
    FeatureError
        If there is no such feature, or several: the message lists them.

    Examples
    --------
    >>> import ganglioside as gg
    >>> features = gg.analyze(gg.example()).features
    >>> chosen_feature(features, 12), chosen_feature(features, row=14)
    (12, 12)
    """
    if (feature is None) is (row is None):
        raise FeatureError("Name one feature: its number, its name, or row=... of the file.")
    if row is not None:
        return _the_one(features, _in_row(features, row), f"in row {row}", "")
    if isinstance(feature, str):
        named = is_named(features, feature)
        names = features["name"].dropna().astype("str")
        near = did_you_mean(feature, names) if not named.any() else ""
        return _the_one(features, named, f"named {quoted(feature)}", near)
    if isinstance(feature, bool) or not isinstance(feature, int | np.integer):
        raise FeatureError(
            f"feature = {quoted(feature)}: give its number, as feature_id has, or its name."
        )
    if not 0 <= feature < len(features):
        there = f"0 to {len(features) - 1}" if len(features) else "none"
        raise FeatureError(f"There is no feature {feature}: the table has {there}.")
    return int(feature)


def is_named(features: pd.DataFrame, name: str) -> BoolArray:
    """Whether each feature has a name, in its own or another spelling, shape (n,).

    A name without an isomer letter means all isomers of its series; one that is written as in the
    table means the rows where it is so.

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    name
        Any spelling that `parse_name` reads.

    Examples
    --------
    >>> import ganglioside as gg
    >>> features = gg.analyze(gg.example()).features
    >>> is_named(features, "GM3 d36:1").sum() == is_named(features, "GM3(36:1;O2)").sum()
    np.True_
    """
    written: BoolArray = (features["name"] == name).fillna(value=False).to_numpy(np.bool_)
    if written.any():
        return written
    try:
        species = parse_name(name)
    except NameFormError:
        return written  # no lipid: no other spelling of it is in the table
    ceramide = species.ceramide
    same = (
        (features["series"] == species.series)
        & (features["carbons"] == ceramide.carbons)
        & (features["double_bonds"] == ceramide.double_bonds)
        & (features["hydroxyls"] == ceramide.hydroxyls)
    )
    if species.isomer is not None:
        same &= features["isomer"] == species.isomer
    found: BoolArray = same.fillna(value=False).to_numpy(np.bool_)
    return found


def _in_row(features: pd.DataFrame, row: int) -> BoolArray:
    """Whether each feature is in a row of the file, shape (n,)."""
    if "row" not in features:
        raise FeatureError("This analysis knows no rows of a file: give the number or the name.")
    there: BoolArray = (features["row"] == row).fillna(value=False).to_numpy(np.bool_)
    return there


def _the_one(features: pd.DataFrame, chosen: BoolArray, how: str, advice: str) -> int:
    """Number of the only feature that was chosen.

    Raises
    ------
    FeatureError
        If there is none, or several.
    """
    found = np.flatnonzero(chosen)
    if len(found) == 1:
        return int(features["feature_id"].iloc[found[0]])
    if len(found) == 0:
        raise FeatureError(f"No feature is {how}.{advice}")
    listed = "\n".join(_line(features.iloc[at]) for at in found[:_MOST_LISTED])
    more = len(found) - _MOST_LISTED
    rest = f"\n  and {more:,} more" if more > 0 else ""
    raise FeatureError(
        f"{len(found):,} features are {how}: give the number of one.\n{listed}{rest}"
    )


def _line(feature: pd.Series[Any]) -> str:
    """Number, row, RT, sample and verdict of a feature."""
    parts = [f"  {feature['feature_id']}:", minutes(feature["rt"]), str(feature["verdict"])]
    where = [("row", "row "), ("sheet", "sheet "), ("sample", "sample ")]
    known = [f"{label}{feature[c]}" for c, label in where if c in feature and pd.notna(feature[c])]
    return " ".join(parts) + (f" ({', '.join(known)})" if known else "")
