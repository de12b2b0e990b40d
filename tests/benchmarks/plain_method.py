"""The plain method: a line per series on Log P, fragments by RT and number of sugars.

What the platform before this did, for comparison: per series a straight line of RT over Log P
through its anchors, used where R2 >= 0.75; a row is refused beyond 2.5 standard deviations of
the anchors' residuals; a row that stands within 0.1 min of a row of the same ceramide with
more sugars is its fragment. A series without a usable line believes every row.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from judgement import ROWS, UNSEEN, Judgement

R2_THRESHOLD = 0.75
OUTLIER_THRESHOLD = 2.5  # standard deviations
RT_TOLERANCE = 0.1  # min
FEWEST_ANCHORS = 3

CERAMIDE = ["carbons", "double_bonds", "hydroxyls"]


def judge(features: pd.DataFrame, unseen: pd.DataFrame) -> Judgement:
    """Judge a table.

    Parameters
    ----------
    features
        Columns sample, name, rt, log_p, anchor, series, ceramide, sugars; index 0, 1, 2, ...
    unseen
        Columns series, log_p, rt of names that are not in the table.
    """
    lines = fit_lines(features)
    rows = predict(features, lines)
    far = (features["rt"] - rows["predicted_rt"]).abs() > OUTLIER_THRESHOLD * rows["sigma"]
    parent = find_parents(features)
    verdict = np.select([parent.notna(), far], ["fragment", "outlier"], "valid")
    answers = rows.assign(
        verdict=verdict,
        confidence=np.nan,
        parent_id=parent,
        parent=parent.map(features["name"]),
        isomer=pd.Series(pd.NA, index=features.index, dtype="str"),
        log_p_flag=False,
    )
    return Judgement(answers[ROWS], predict(unseen, lines).assign(rt=unseen["rt"])[UNSEEN])


def fit_lines(features: pd.DataFrame) -> pd.DataFrame:
    """Return by series the slope, intercept and residual sd of the usable lines."""
    lines = {}
    for series, anchors in features[features["anchor"]].groupby("series"):
        x, y = anchors["log_p"].to_numpy(), anchors["rt"].to_numpy()
        if len(anchors) < FEWEST_ANCHORS or np.ptp(x) == 0:
            continue
        slope, intercept = np.polyfit(x, y, 1)
        residual = y - (intercept + slope * x)
        if 1 - (residual**2).sum() / ((y - y.mean()) ** 2).sum() >= R2_THRESHOLD:
            lines[series] = (slope, intercept, residual.std(ddof=1))
    return pd.DataFrame.from_dict(lines, orient="index", columns=["slope", "intercept", "sigma"])


def predict(names: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Return RT by the lines, with 95 % intervals and the lines' sd; NaN without a line."""
    line = lines.reindex(names["series"]).set_index(names.index)
    rt = line["intercept"] + line["slope"] * names["log_p"]
    return pd.DataFrame(
        {
            "predicted_rt": rt,
            "rt_lower": rt - 1.96 * line["sigma"],
            "rt_upper": rt + 1.96 * line["sigma"],
            "sigma": line["sigma"],
        }
    )


def find_parents(features: pd.DataFrame) -> pd.Series:
    """Return for each row the row with most sugars within the tolerance, NA where none has more."""
    rows = features[["sample", "rt", "sugars", *CERAMIDE]].rename_axis("row").reset_index()
    pairs = rows.merge(rows, on=["sample", *CERAMIDE], suffixes=("", "_parent"))
    near = (pairs["rt"] - pairs["rt_parent"]).abs() <= RT_TOLERANCE
    pairs = pairs[near & (pairs["sugars_parent"] > pairs["sugars"])]
    best = pairs.sort_values(["row", "sugars_parent"]).drop_duplicates("row", keep="last")
    return best.set_index("row")["row_parent"].reindex(features.index).astype("Int64")
