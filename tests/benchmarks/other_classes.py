"""How well left-out members of other lipid classes are predicted, on other columns.

    python tests/benchmarks/other_classes.py --out reports/benchmarks/other_classes.md

Rows are left out one by one (all of a table of up to 59, of others every second or third),
everything is fitted to the rest, and the row is asked by its name: of `FittedModel` (of
several isomers, the best supported line), of a quadratic per class, of the same with robust
weights, and of one quadratic pooled over the classes. Real tables are those of `data/`; simulated
ones have curves unlike the model's (`other_columns.py`). Rows at a wrong RT take part in the fits
and are not asked. Prints one table.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import class_quadratics
import numpy as np
import other_columns
import pandas as pd
from accuracy import as_markdown, write_report
from other_columns import CASES, CURVES

import ganglioside as gg
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.lipids.names import parse_name
from ganglioside.lipids.parsed_names import parse_names

REAL: Final = Path(__file__).parent / "data" / "sphingolipid_rt.csv"
METHODS: Final = ("ganglioside", "quadratic", "robust", "pooled")
MOST_ASKED: Final = 30  # of a table, nearly: 30 to 59
SMALL: Final = 5  # members of a class that is called small


def real_tables() -> dict[str, pd.DataFrame]:
    """Return the published tables by name; all rows are anchors and taken to be right."""
    known = pd.read_csv(REAL).assign(Anchor="T", right=True)
    return {str(name): rows.reset_index(drop=True) for name, rows in known.groupby("table")}


def left_out(table: pd.DataFrame) -> pd.DataFrame:
    """Return for each right row what each method predicts from the others.

    Returns
    -------
    pandas.DataFrame
        series, size (of its class, itself included), rt, one column per method, lower, upper.
    """
    species = parse_names(table["Name"]).frame().reset_index(drop=True)
    rt = table["RT"].to_numpy(np.float64)
    size = species["series"].map(species["series"].value_counts())
    rows = []
    for row in _asked(table):
        model = FittedModel.fitted_to(gg.read_features(_given(table).drop(index=row)))
        answer = _best_supported(model, table.loc[row, "Name"])
        rows.append(
            {
                "series": species.loc[row, "series"],
                "size": size[row],
                "rt": rt[row],
                "ganglioside": answer["predicted_rt"],
                "quadratic": class_quadratics.per_class(species, rt, row, robust=False),
                "robust": class_quadratics.per_class(species, rt, row, robust=True),
                "pooled": class_quadratics.pooled(species, rt, row),
                "lower": answer["lower"],
                "upper": answer["upper"],
            }
        )
    return pd.DataFrame(rows)


def _asked(table: pd.DataFrame) -> list[int]:
    """Return the right rows, or as many of them as are asked, evenly spread over the classes."""
    right = np.flatnonzero(table["right"])
    return [int(k) for k in right[:: max(1, len(right) // MOST_ASKED)]]


def _given(table: pd.DataFrame) -> pd.DataFrame:
    return table[["Name", "RT", "Anchor"]]


def _best_supported(model: FittedModel, name: str) -> pd.Series:
    """Return the prediction of a name on the line of its series that most features support."""
    predicted = model.predict([name])
    if len(predicted) == 1:
        return predicted.iloc[0]
    lines = model.lines
    support = lines[lines["series"] == parse_name(name).series].set_index("isomer")["n"]
    return predicted.loc[predicted["isomer"].map(support).astype("float64").idxmax()]


def figures(case: str, tables: int, rows: pd.DataFrame) -> dict[str, object]:
    """Return one line of the printed table: RMSE of each method over rows that all can predict."""
    asked = rows.dropna(subset=[*METHODS])
    error = asked[[*METHODS]].sub(asked["rt"], axis=0)
    typical = error.abs().median()
    return {
        "case": case,
        "tables": tables,
        "rows": len(asked),
        **np.sqrt((error**2).mean()).to_dict(),
        "median": typical["ganglioside"],
        "median quadratic": typical["quadratic"],
        "coverage": asked["rt"].between(asked["lower"], asked["upper"]).mean(),
        "only ours": int((rows["ganglioside"].notna() & rows["quadratic"].isna()).sum()),
    }


def by_size(case: str, tables: int, rows: pd.DataFrame) -> list[dict[str, object]]:
    """Return the figures of all rows, and of those in small classes where there are others."""
    small = rows[rows["size"] <= SMALL]
    lines = [figures(case, tables, rows)]
    if 0 < len(small) < len(rows):
        lines.append(figures(f"{case}, classes up to {SMALL}", tables, small))
    return lines


def measure(cases: Iterable[str], seeds: range, processes: int) -> pd.DataFrame:
    """Return the figures of the real tables, of each case, and of each curve."""
    real = {name: t for name, t in real_tables().items() if name != "hilic"}
    drawn = [(c, curve, seed) for c in cases for curve in CURVES for seed in seeds]
    work = [*real.values(), *(other_columns.draw(CASES[c], v, s) for c, v, s in drawn)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(left_out, work, chunksize=2))
    lines = [x for n, rows in zip(real, done, strict=False) for x in by_size(n, 1, rows)]
    simulated = pd.concat(
        rows.assign(case=c, curve=v)
        for (c, v, _), rows in zip(drawn, done[len(real) :], strict=True)
    )
    n = len(seeds)
    for case, rows in simulated.groupby("case", sort=False):
        lines += by_size(str(case), n * len(CURVES), rows)
    right = simulated[~simulated["case"].str.contains("wrong")]
    cases_without_wrong = right["case"].nunique()
    for curve, rows in right.groupby("curve", sort=False):
        lines.append(figures(f"{curve} columns", n * cases_without_wrong, rows))
    return pd.DataFrame(lines)


def refused(seeds: range) -> str:
    """Return how many HILIC tables are refused, the real one and simulated ones."""
    tables = [real_tables()["hilic"], *map(other_columns.draw_hilic, seeds)]
    models = [FittedModel.fitted_to(gg.read_features(_given(t))) for t in tables]
    n = sum(not m.is_fitted and "HILIC" in m.reason for m in models)
    return f"HILIC tables refused with the reason: {n} of {len(models)}."


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=3, help="tables per case and curve")
    parser.add_argument("--first-seed", type=int, default=2000)
    parser.add_argument(
        "--cases", default=",".join(CASES), help=", ".join(CASES).replace("%", "%%")
    )
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="also write the figures to this Markdown file")
    options = parser.parse_args(arguments)
    options.cases = options.cases.split(",")
    unknown = sorted({*options.cases} - {*CASES})
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    return options


def main() -> None:
    """Measure and print."""
    options = parse_arguments()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    table = as_markdown(measure(options.cases, seeds, options.processes))
    hilic = refused(seeds)
    print(table, hilic, sep="\n\n")
    title = "# Other lipid classes and columns"
    write_report(options.out, lambda ran: "\n\n".join([title, f"`{ran}`", table, hilic]))


if __name__ == "__main__":
    main()
