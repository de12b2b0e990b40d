"""How right the verdicts are: the method beside the plain one and the oracle, on known truth.

    python tests/benchmarks/accuracy.py --seeds 100 --levels easy,middle,hard \
        --out reports/benchmarks/accuracy.md

Prints one table, a row per level and method, pooled over all rows of all seeds. Its ms are those of
all that is asked here, for Ganglioside with reading, predictions and translation into the columns
that are compared, in two processes at a time: how fast an analysis is, `analysis_speed.py` tells.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

import metrics
import numpy as np
import oracle
import pandas as pd
import plain_method
from judgement import ROWS, UNSEEN, Judgement

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.simulation import LEVELS, World
from ganglioside.simulation.exported_rows import BOOKKEEPING
from ganglioside.simulation.table import FILE, TRUTH, draw_rows, log_p

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis

#: Levels whose rows have one right verdict each; the effects of `wild` are in `stress.py`.
PLAIN_LEVELS: Final = [level for level in LEVELS if level != "wild"]

#: Names that are not in the table, the most abundant first, asked of each method.
N_UNSEEN: Final = 40


@dataclass(frozen=True, eq=False)
class Case:
    """One simulated table, ready for every method.

    Attributes
    ----------
    raw : pandas.DataFrame
        As a file would hold it.
    features : pandas.DataFrame
        The same with names parsed, at the level of sums, and with which rows show one peak, for
        the methods of this folder.
    truth : pandas.DataFrame
        Its truth, with `rt`, `anchor` and `series`.
    unseen : pandas.DataFrame
        Species of the tissue that are not in the table: name, series, log_p, curve_rt, and the
        `rt` that would have been measured.
    """

    world: World
    raw: pd.DataFrame
    features: pd.DataFrame
    truth: pd.DataFrame
    unseen: pd.DataFrame


def make_case(level: str, seed: int) -> Case:
    """Draw a table of a level and what the methods need of it."""
    return case_of(World.draw(seed, LEVELS[level]))


def case_of(world: World) -> Case:
    """Draw the table of a world and what the methods need of it."""
    rows = draw_rows(world)
    raw = rows[[column for column in FILE if column in rows]]
    chains = world.scenario.chain_names
    features = pd.DataFrame(
        {
            "sample": rows["sample"],
            "name": plain_names(raw["Name"]) if chains else raw["Name"],
            "rt": raw["RT"],
            "volume": raw.get("Volume", np.nan),
            "log_p": raw["Log P"],
            "anchor": raw["Anchor"] == "T",
            "mz": raw.get("m/z", np.nan),
            "process": rows["process"],
        }
    ).join([rows[list(BOOKKEEPING)], _parsed(raw["Name"])])
    truth = rows[list(TRUTH)].astype(TRUTH)
    truth = truth.join(features[["rt", "anchor", "series"]])
    if chains:
        truth = truth.assign(parent=plain_names(truth["parent"]))
    return Case(world, raw, features, truth, _unseen(world, features))


def _parsed(names: pd.Series) -> pd.DataFrame:
    columns = ["series", "carbons", "double_bonds", "hydroxyls", "sugar_count"]
    parsed = parse_names(names).frame().reset_index(drop=True)[columns]
    return parsed.rename(columns={"sugar_count": "sugars"}).astype(
        dict.fromkeys(("carbons", "double_bonds", "hydroxyls", "sugars"), "int64")
    )


def _unseen(world: World, features: pd.DataFrame) -> pd.DataFrame:
    """Return abundant species whose name is not in the table, of series that are."""
    names = oracle.species_names(world)
    known = world.species["series"].isin(features["series"]) & ~names.isin(features["name"])
    species = world.species.assign(name=names)[known].nlargest(N_UNSEEN, "mean_log_area")
    noise = world.scenario.rt_noise * world.stream("unseen").standard_normal(len(species))
    return species.reset_index(drop=True).assign(
        rt=(species["curve_rt"] + species["scatter"]).to_numpy() + noise,
        log_p=log_p(species).to_numpy(),
    )


def judge_plain(case: Case) -> Judgement:
    """Ask the plain method."""
    return plain_method.judge(case.features, case.unseen)


def judge_oracle(case: Case, *, use_area: bool) -> Judgement:
    """Ask the oracle."""
    return oracle.judge(case.world, case.features, case.unseen, use_area=use_area)


def judge_method(case: Case) -> Judgement:
    """Ask `ganglioside.analyze`, through the same path as any table."""
    rows, analysis = judge_rows(case)
    predicted = analysis.predict(case.unseen["name"].unique().tolist())
    return Judgement(rows, _nearest(case.unseen, predicted))


def judge_rows(case: Case) -> tuple[pd.DataFrame, Analysis]:
    """Verdicts of the method on the rows of a table, columns `ROWS`, and its analysis."""
    import ganglioside as gg

    analysis = gg.analyze(gg.read_features(case.raw))
    found = analysis.features
    slips = analysis.findings.loc[analysis.findings["code"] == "log-p-slip", "feature_id"]
    flagged = found.loc[found["feature_id"].isin(slips.dropna()), "name"]  # one row stands for all
    rows = found.assign(
        verdict=found["verdict"].astype("str"),
        parent=plain_names(found["parent"]),
        log_p_flag=found["name"].isin(flagged),
    )
    return rows[ROWS], analysis


def plain_names(names: pd.Series) -> pd.Series:
    """Return names of sums without isomer letters, NA where there is none."""
    named = names.dropna()
    parsed = parse_names(named).frame().set_index(named.index)
    parts = parsed[["carbons", "double_bonds", "hydroxyls"]].astype("str")
    ceramide = parts["carbons"] + ":" + parts["double_bonds"] + ";O" + parts["hydroxyls"]
    return (parsed["series"] + "(" + ceramide + ")").reindex(names.index)


def _nearest(unseen: pd.DataFrame, predicted: pd.DataFrame) -> pd.DataFrame:
    """Return for each unseen species the predicted line that is nearest to it."""
    asked = unseen[["name", "rt"]].rename_axis("species").reset_index()
    predicted = predicted.rename(columns={"lower": "rt_lower", "upper": "rt_upper"})
    pairs = asked.merge(predicted, on="name", how="left")
    pairs["off"] = (pairs["rt"] - pairs["predicted_rt"]).abs()
    nearest = pairs.sort_values("off").drop_duplicates("species").sort_values("species")
    return nearest[UNSEEN].reset_index(drop=True)


METHODS: Final[dict[str, Callable[[Case], Judgement]]] = {
    "ganglioside": judge_method,
    "plain": judge_plain,
    "oracle": partial(judge_oracle, use_area=False),
    "oracle+area": partial(judge_oracle, use_area=True),
}

#: Column of the printed table: figure of (truth, rows).
FIGURES: Final[dict[str, Callable[[pd.DataFrame, pd.DataFrame], float]]] = {
    "accuracy": metrics.accuracy,
    "macro-F1": metrics.macro_f1,
    "parent": metrics.parent_right,
    "isomers": metrics.isomers_right,
    "letters": metrics.isomers_named,
    "wrong anchors": metrics.wrong_anchors_caught,
    "right anchors": metrics.right_anchors_kept,
    "log P": metrics.log_p_slips_caught,
    "log P false": metrics.log_p_false_flags,
    "RT RMSE": metrics.rt_rmse,
    "coverage": metrics.interval_coverage,
    "ECE": metrics.calibration_error,
}
UNSEEN_FIGURES: Final[dict[str, Callable[[pd.DataFrame], float]]] = {
    "unseen RMSE": metrics.unseen_rmse,
    "unseen cover": metrics.unseen_coverage,
}


def judge_seed(
    level: str, methods: tuple[str, ...], seed: int
) -> tuple[pd.DataFrame, dict[str, Judgement], dict[str, float]]:
    """Return the truth of one table, every method's answers and their seconds."""
    case = make_case(level, seed)
    answers, seconds = {}, {}
    for method in methods:
        start = time.perf_counter()
        answers[method] = METHODS[method](case)
        seconds[method] = time.perf_counter() - start
    key = case.truth["series"] + f"#{seed}"  # isomers are matched within a table
    return case.truth.assign(series=key, seed=seed), answers, seconds


def measure(
    level: str, methods: tuple[str, ...], seeds: range, processes: int
) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """Return a row of figures per method, and each method's reliability table."""
    work = partial(judge_seed, level, methods)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        done = list(pool.map(work, seeds, chunksize=5))
    truth = pd.concat([t for t, _, _ in done], ignore_index=True)
    table, reliability = [], {}
    for method in methods:
        rows = pd.concat([answers[method].rows for _, answers, _ in done], ignore_index=True)
        unseen = pd.concat([answers[method].unseen for _, answers, _ in done], ignore_index=True)
        reliability[method] = metrics.reliability(truth, rows)
        table.append(
            {
                "level": level,
                "method": method,
                "tables": len(done),
                "rows": len(truth),
                **{name: figure(truth, rows) for name, figure in FIGURES.items()},
                **{name: figure(unseen) for name, figure in UNSEEN_FIGURES.items()},
                "worst": (truth["verdict"] == rows["verdict"]).groupby(truth["seed"]).mean().min(),
                "ms": 1000 * float(np.median([s[method] for _, _, s in done])),
            }
        )
    return pd.DataFrame(table), reliability


def as_markdown(table: pd.DataFrame) -> str:
    """Return the table with three decimals, `-` where there was nothing to count."""
    text = table.copy()
    for column in text.select_dtypes("float"):
        digits = 0 if column == "ms" else 3
        text[column] = ["-" if pd.isna(v) else f"{v:.{digits}f}" for v in text[column]]
    cells = [list(text.columns), *text.astype("str").to_numpy().tolist()]
    widths = [max(len(row[i]) for row in cells) for i in range(len(text.columns))]
    lines = [
        "| " + " | ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)) + " |" for r in cells
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def write_report(out: Path | None, text_of: Callable[[str], str]) -> None:
    """Write what `text_of` makes of the command that runs, where there is a file to write to."""
    if out:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text_of(shlex.join(["python", *sys.argv])) + "\n", encoding="utf-8")


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=100, help="tables per level")
    parser.add_argument("--first-seed", type=int, default=1000)
    parser.add_argument("--levels", default="easy,middle,hard", help=",".join(PLAIN_LEVELS))
    parser.add_argument("--methods", default=",".join(METHODS), help=",".join(METHODS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="also write the figures to this Markdown file")
    options = parser.parse_args(arguments)
    options.levels, options.methods = options.levels.split(","), options.methods.split(",")
    unknown = sorted({*options.levels} - {*PLAIN_LEVELS} | {*options.methods} - {*METHODS})
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    return options


def main() -> None:
    """Measure and print."""
    options = parse_arguments()
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    tables, parts = [], []
    for level in options.levels:
        table, reliability = measure(level, tuple(options.methods), seeds, options.processes)
        tables.append(table)
        for method, bins in reliability.items():
            if len(bins):
                parts.append(f"### Confidence of {method}, {level}\n\n{as_markdown(bins)}")
    figures = as_markdown(pd.concat(tables))
    print(figures)
    title = "# Accuracy on simulated tables"
    write_report(options.out, lambda ran: "\n\n".join([title, f"`{ran}`", figures, *parts]))


if __name__ == "__main__":
    main()
