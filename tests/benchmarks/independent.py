"""How right the verdicts are on tables of other physics than the model and the simulator know.

    python tests/benchmarks/independent.py --tables 30 --out reports/benchmarks/independent.md

The tables (`independent_tables.py`) were written apart from `ganglioside/simulation/`: gradient
elution by linear solvent strength, chains and heads of tissues, fragmentation in the source. Prints
a row per scenario and method, and one for all, pooled over all rows.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
import plain_method
from accuracy import as_markdown, write_report
from independent_scenarios import TITLES
from independent_tables import Table, draw_table
from judgement import UNSEEN

import ganglioside as gg
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.verdicts import calibration

#: Confidence of which a user expects that it errs rarely.
SURE: Final = 0.95

_WORDS: Final = (
    "`rows`: those that are counted; `undecidable` ones are not: nothing in the table tells their "
    "kind. `undetermined` counts as wrong, but not in what is of confidence: `ECE` is of verdicts "
    f"that decide, and `wrong at {SURE}` the share of all rows whose verdict is wrong with more "
    "confidence than that. `worst`: accuracy of the worst table. The plain method has no "
    "confidence, and no lines where there is no Log P."
)


def judge_method(table: Table) -> pd.DataFrame:
    """Verdicts of Ganglioside and their confidence."""
    features = gg.analyze(gg.read_features(table.file)).features
    return pd.DataFrame(features[["verdict", "confidence"]]).reset_index(drop=True)


def judge_plain(table: Table) -> pd.DataFrame:
    """Verdicts of the plain method, which gives no confidence."""
    file = table.file
    parsed = parse_names(file["Name"]).frame().reset_index(drop=True)
    features = parsed[["series", "carbons", "double_bonds", "hydroxyls"]].assign(
        sample=table.truth["sample"],
        name=file["Name"],
        rt=file["RT"],
        sugars=parsed["sugar_count"],
        log_p=file.get("Log P", np.nan),
        anchor=file.get("Anchor", "F") == "T" if "Log P" in file and "Anchor" in file else False,
    )
    unseen = pd.DataFrame(columns=["series", "log_p", *UNSEEN], dtype="float64")
    return plain_method.judge(features, unseen).rows[["verdict", "confidence"]]


METHODS: Final[dict[str, Callable[[Table], pd.DataFrame]]] = {
    "ganglioside": judge_method,
    "plain": judge_plain,
}


def judge(work: tuple[str, int]) -> pd.DataFrame:
    """Rows of one table, once per method: what is true and what was said."""
    table = draw_table(*work)
    scenario, number = work
    known = table.truth[["right", "undecidable"]].assign(scenario=scenario, table=number)
    said = [known.join(ask(table)).assign(method=method) for method, ask in METHODS.items()]
    return pd.concat(said, ignore_index=True).astype({"verdict": "str"})


def figures(rows: pd.DataFrame) -> dict[str, float]:
    """Figures of one method over tables."""
    counted = rows[~rows["undecidable"]]
    said = zip(counted["verdict"], counted["right"], strict=True)
    right = pd.Series([verdict in among.split("|") for verdict, among in said], counted.index)
    decided = counted["verdict"] != "undetermined"
    confidence = counted["confidence"].astype("float64")
    of_confidence = calibration.reliability(right[decided], confidence[decided])
    sure = (confidence > SURE) & decided & ~right
    return {
        "tables": len(rows.drop_duplicates(["scenario", "table"])),
        "rows": len(counted),
        "undecidable": len(rows) - len(counted),
        "accuracy": float(right.mean()),
        "worst": float(right.groupby([counted["scenario"], counted["table"]]).mean().min()),
        "undetermined": float((~decided).mean()),
        "ECE": calibration.calibration_error(of_confidence),
        f"wrong at {SURE}": float(sure.mean()) if confidence.notna().any() else np.nan,
    }


def summary(rows: pd.DataFrame) -> pd.DataFrame:
    """A row of figures per scenario and method, then of all scenarios."""
    table = [
        {"scenario": f"{letter} {TITLES[str(letter)]}", "method": method, **figures(found)}
        for (letter, method), found in rows.groupby(["scenario", "method"], sort=False)
    ]
    for method, found in rows.groupby("method", sort=False):
        table.append({"scenario": "all", "method": method, **figures(found)})
    return pd.DataFrame(table)


def measure(scenarios: str, tables: int, processes: int) -> pd.DataFrame:
    """Rows of all tables of the scenarios, as `judge` has them."""
    work = [(letter, number) for letter in scenarios for number in range(tables)]
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return pd.concat(pool.map(judge, work, chunksize=2), ignore_index=True)


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tables", "--seeds", type=int, default=30, help="of each scenario")
    letters = ", ".join(f"{letter}: {title}" for letter, title in TITLES.items())
    parser.add_argument("--scenarios", default="".join(TITLES), help=f"letters ({letters})")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="also write the figures to this Markdown file")
    options = parser.parse_args(arguments)
    unknown = sorted({*options.scenarios} - {*TITLES})
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    return options


def report(table: pd.DataFrame, command: str) -> str:
    """Markdown text of a report."""
    title = "# Tables of an independent generator"
    return "\n\n".join([title, f"`{command}`", as_markdown(table), _WORDS])


def main() -> None:
    """Measure and print."""
    options = parse_arguments()
    table = summary(measure(options.scenarios, options.tables, options.processes))
    print(as_markdown(table))
    write_report(options.out, partial(report, table))


if __name__ == "__main__":
    main()
