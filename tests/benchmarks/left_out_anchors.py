"""How well a model predicts each anchor that it did not see.

    python tests/benchmarks/left_out_anchors.py TABLE [--without 69,184]

Drops the row of one anchor after another, fits the rest, and predicts the anchor by its name; of
several isomers the nearest counts. `--without` names rows (feature_id) that are known to be wrong.
Anchors whose series has no other right one are told apart: nothing right is left of their series.
"""

from __future__ import annotations

import argparse

import numpy as np
import pandas as pd

import ganglioside as gg
from ganglioside.inference.fitted_model import FittedModel


def left_out(table: pd.DataFrame, row: int) -> pd.Series:
    """Return what the other rows predict for one row, and how far off that is."""
    model = FittedModel.fitted_to(gg.read_features(table.drop(index=row)))
    name, rt = table.loc[row, "Name"], float(table.loc[row, "RT"])
    predicted = model.predict([name])
    nearest = predicted.loc[(predicted["predicted_rt"] - rt).abs().idxmin()]
    inside = nearest["lower"] <= rt <= nearest["upper"]
    return pd.Series(
        {
            "name": name,
            "series": gg.parse_name(name).series,
            "rt": rt,
            "predicted": nearest["predicted_rt"],
            "error": nearest["predicted_rt"] - rt,
            "inside": inside,
            "basis": nearest["basis"],
        }
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("table", help="a CSV file with the columns Name, RT and Anchor")
    parser.add_argument("--without", default="", help="rows that are no anchors, such as 69,184")
    arguments = parser.parse_args()
    table = pd.read_csv(arguments.table)
    wrong = [int(row) for row in arguments.without.split(",") if row]
    anchors = table.index[table["Anchor"].eq("T") & ~table.index.isin(wrong)]
    result = pd.DataFrame([left_out(table, row) for row in anchors])
    alone = ~result.duplicated("series", keep=False)
    print(summary("anchors", result))
    print(summary("whose series has another right anchor", result[~alone]))
    worst = result["error"].abs().astype(float).sort_values(ascending=False).index[:5]
    print(result.loc[worst].round(3).to_string())


def summary(what: str, found: pd.DataFrame) -> str:
    """Return how far off predictions are, and how many intervals hold."""
    error = found["error"].abs().astype(float)
    return (
        f"{len(found)} {what}: RMSE {np.sqrt((error**2).mean()):.3f} min, largest "
        f"{error.max():.3f} min, {found['inside'].sum()} inside their 95 % interval"
    )


if __name__ == "__main__":
    main()
