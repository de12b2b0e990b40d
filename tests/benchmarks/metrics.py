"""Figures of merit: small functions of what is true and what was said.

Every `truth` is a table's truth with its `rt` and `anchor`; every `rows` has the columns
`judgement.ROWS`; both have one row per feature, in one order. NaN means: nothing to count.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from judgement import UNSEEN

from ganglioside.verdicts import calibration

CLASSES = ("valid", "fragment", "outlier")


def accuracy(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of rows with the right verdict; `undetermined` is wrong."""
    return _mean(truth["verdict"] == rows["verdict"])


def macro_f1(truth: pd.DataFrame, rows: pd.DataFrame, classes: tuple[str, ...] = CLASSES) -> float:
    """Mean F1 over the classes, of those that are true of any row."""
    scores = []
    for verdict in classes:
        true, said = truth["verdict"] == verdict, rows["verdict"] == verdict
        if true.any():
            scores.append(2 * (true & said).sum() / (true.sum() + said.sum()))
    return float(np.mean(scores)) if scores else np.nan


def parent_right(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of true fragments and adducts whose parent is named, by row where it has one."""
    pieces = truth["verdict"].isin(["fragment", "adduct"])
    said = rows["verdict"].isin(["fragment", "adduct"]) & (rows["parent"] == truth["parent"])
    row = rows["parent_id"].astype("Int64").fillna(-1) == truth["parent_id"].fillna(-1)
    return _mean((said & row)[pieces])


def isomers_right(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of genuine rows put with their like, in series that are or were said to be several.

    Labels are free: within a series each label stands for the one isomer that suits it best.
    A genuine row that was not believed counts as wrong.
    """
    genuine = truth["verdict"] == "valid"
    labels = rows["isomer"].astype(object).where(rows["isomer"].notna(), "")
    labels = labels.where(rows["verdict"] == "valid")
    isomers = truth["isomer"].astype(object).where(truth["isomer"].notna(), "")
    pairs = pd.DataFrame({"series": truth["series"], "label": labels, "isomer": isomers})[genuine]
    counts = [_matched(group) for _, group in pairs.groupby("series")]
    right, total = np.array(counts or [(0, 0)]).sum(axis=0)
    return float(right / total) if total else np.nan


def _matched(group: pd.DataFrame) -> tuple[int, int]:
    table = pd.crosstab(group["label"], group["isomer"])
    if group["isomer"].nunique() < 2 and len(table) < 2:
        return 0, 0
    from scipy.optimize import linear_sum_assignment  # half a second that most do not need

    label, isomer = linear_sum_assignment(-table.to_numpy())
    return int(table.to_numpy()[label, isomer].sum()), len(group)


def isomers_named(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of right names among genuine rows that were given a letter: GD1a, not `GD1 early`."""
    lettered = (truth["verdict"] == "valid") & truth["isomer"].notna()
    lettered &= rows["isomer"].notna() & ~rows["isomer"].astype("str").str.contains(" ")
    return _mean((rows["isomer"] == truth["isomer"])[lettered])


def wrong_anchors_caught(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of wrong anchors that were judged to be something else than valid."""
    return _mean(_refused(rows)[truth["wrong_anchor"]])


def right_anchors_kept(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of right anchors that were judged valid."""
    return _mean((rows["verdict"] == "valid")[truth["anchor"] & ~truth["wrong_anchor"]])


def _refused(rows: pd.DataFrame) -> pd.Series:
    return rows["verdict"].isin(["fragment", "adduct", "outlier"])


def log_p_slips_caught(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of rows with another name's Log P that were flagged."""
    return _mean(rows["log_p_flag"].astype(bool)[truth["log_p_slip"]])


def log_p_false_flags(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of rows with their own Log P that were flagged."""
    return _mean(rows["log_p_flag"].astype(bool)[~truth["log_p_slip"]])


def rt_rmse(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Root mean square of predicted less true RT of genuine rows, in min."""
    return _rms((rows["predicted_rt"] - truth["true_rt"])[truth["verdict"] == "valid"])


def interval_coverage(truth: pd.DataFrame, rows: pd.DataFrame) -> float:
    """Share of genuine rows whose measured RT lies in their 95 % interval, where there is one."""
    known = rows[(truth["verdict"] == "valid") & rows["rt_lower"].notna()]
    return _mean(truth["rt"].loc[known.index].between(known["rt_lower"], known["rt_upper"]))


def unseen_rmse(unseen: pd.DataFrame) -> float:
    """Root mean square error of RT predicted for names that are not in the table, in min."""
    return _rms(unseen["predicted_rt"] - unseen["rt"])


def unseen_coverage(unseen: pd.DataFrame) -> float:
    """Share of names not in the table that would elute in their 95 % interval."""
    assert list(unseen.columns)[: len(UNSEEN)] == UNSEEN
    known = unseen[unseen["rt_lower"].notna()]
    return _mean(known["rt"].between(known["rt_lower"], known["rt_upper"]))


def reliability(truth: pd.DataFrame, rows: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return by bin of confidence: rows, mean confidence, share of right verdicts."""
    right = truth["verdict"] == rows["verdict"]
    return calibration.reliability(right, rows["confidence"], bins).drop(columns=["low", "high"])


def calibration_error(truth: pd.DataFrame, rows: pd.DataFrame, bins: int = 10) -> float:
    """Expected calibration error: mean of |confidence - share right|, weighted by rows."""
    return calibration.calibration_error(reliability(truth, rows, bins))


def _mean(right: pd.Series) -> float:
    return float(right.mean()) if len(right) else np.nan


def _rms(error: pd.Series) -> float:
    known = error.dropna()
    return float(np.sqrt((known**2).mean())) if len(known) else np.nan
