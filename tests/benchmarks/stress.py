"""How right the verdicts are on tables as other labs hold them: one effect at a time, and mixed.

    python tests/benchmarks/stress.py --seeds 20 --effects "two ions,formate,wild" \
        --out reports/benchmarks/stress.md

Each effect of `ganglioside.simulation.effects` is put alone on top of the level `middle` (`none`:
the level itself); `wild` draws them as public tables have them. Prints one table, a row per effect
and method, pooled over all rows of all seeds. `--held-out` takes the seeds kept for the end, and
nothing else does.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import accuracy
import metrics
import numpy as np
import pandas as pd

from ganglioside.lipids.parsed_names import parse_names
from ganglioside.simulation import LEVELS, Scenario, World
from ganglioside.simulation.effects import EFFECTS
from ganglioside.simulation.exported_rows import SAME_SPECIES, SECOND_NAME

#: Tables by the name of their effect, in the order of the report.
SCENARIOS: Final[dict[str, Scenario]] = {
    "none": LEVELS["middle"],
    **{effect.name: LEVELS["middle"].replace(**effect.knobs) for effect in EFFECTS},
    "wild": LEVELS["wild"],
}

#: Seeds kept for the end: nobody looks at them while working.
HELD_OUT: Final = range(9000, 10_000)
#: Confidence of which a user expects that it does not err.
SURE: Final = 0.99

#: What the figures mean, below the table.
_WORDS: Final = (
    "`false valid`: wrong among those said to be valid. `undetermined` counts as wrong, but not in "
    f"what is of confidence: `ECE`, `confidence when wrong` and `wrong at {SURE}` (share of all "
    "rows) are of verdicts that decide. `worst`: accuracy of the worst table. Without areas "
    "`adduct` is right too for a peak read as two hydrogens more, which has the mass of its M+2. "
    "The oracle knows the effect: `tests/benchmarks/oracle.py` tells how, and where not exactly."
)

_OF_ITS_SPECIES: Final = ("valid", "adduct")
_WRONG_NAME: Final = ("outlier", "adduct")
_CLASSES: Final = ("valid", "fragment", "adduct", "outlier")


@dataclass(frozen=True, eq=False)
class Judged:
    """Rows of one table with what is right for each and what a method said.

    Attributes
    ----------
    truth : pandas.DataFrame
        Truth of the rows, with `process` and `seed`.
    rows : pandas.DataFrame
        Columns `judgement.ROWS`; a verdict that is right for its row is the row's true one.
    said : pandas.Series
        Verdicts as they were said.
    parent_right : pandas.Series
        Whether the parent of a piece or other ion is named; NA for other rows.
    """

    truth: pd.DataFrame
    rows: pd.DataFrame
    said: pd.Series
    parent_right: pd.Series


METHODS: Final[dict[str, Callable[[accuracy.Case], pd.DataFrame]]] = {
    "ganglioside": lambda case: accuracy.judge_rows(case)[0],
    "plain": lambda case: accuracy.judge_plain(case).rows,
    "oracle": lambda case: accuracy.judge_oracle(case, use_area=False).rows,
    "oracle+area": lambda case: accuracy.judge_oracle(case, use_area=True).rows,
}


def is_right(case: accuracy.Case, said: pd.Series) -> pd.Series:
    """Return whether each verdict is right for its row.

    Rows that show a genuine peak again, and those that are shown again, are right as `valid` or
    as `adduct` of each other; copies of a wrong name may have its verdict or be its `adduct`; a
    second name of a peak may be any wrong one; so may a name of the mass of its peak's M+2 where
    there is no area, as only that tells whether the peak is an isotope's. All others have one right
    verdict.
    """
    truth, features = case.truth, case.features
    process, verdict = truth["process"].fillna(""), truth["verdict"]
    shown_again = features["process"].isin(["second ion", "duplicate"])
    firsts = features.loc[shown_again, "same_as"]
    linked = process.isin(SAME_SPECIES) & ~_poses(truth, features)
    linked |= features.index.isin(firsts) & (verdict == "valid")
    copies = (features["same_as"] >= 0) & ~linked & (process != SECOND_NAME)
    right = said == verdict
    right |= linked & said.isin(_OF_ITS_SPECIES)
    right |= copies & (said == "adduct")
    right |= (process == SECOND_NAME) & said.isin(_WRONG_NAME)
    right |= _as_isotope(truth, features) & features["volume"].isna() & said.isin(_WRONG_NAME)
    return right


def _as_isotope(truth: pd.DataFrame, features: pd.DataFrame) -> pd.Series:
    """Return whether a row is a peak read as two hydrogens more, of the mass of its M+2."""
    true = parse_names(truth["true_name"].fillna("")).frame()["series"].reset_index(drop=True)
    return (truth["process"] == "isobar") & (features["series"] == true)


def _poses(truth: pd.DataFrame, features: pd.DataFrame) -> pd.Series:
    """Return whether a row is an isotope under another name than its parent's."""
    return (truth["process"] == "M+2") & (truth["parent"] != features["name"])


def is_parent_right(case: accuracy.Case, rows: pd.DataFrame) -> pd.Series:
    """Return whether the parent of each fragment and other ion is named; NA for other rows.

    It is named by any row that shows the same species, or by its name where it has no row. Rows
    that show a peak again under its own name are not asked, and a copy of a piece may be said to be
    one: then it is right as `adduct` of the row that it copies.
    """
    truth, features = case.truth, case.features
    again = truth["process"].isin(SAME_SPECIES) & ~_poses(truth, features)
    asked = truth["verdict"].isin(["fragment", "adduct"]) & ~again
    there = rows["parent_id"].notna()
    at = rows["parent_id"].fillna(0).astype("int64").to_numpy()
    genuine = ((truth["verdict"] == "valid") | again).to_numpy()
    same_sample = features["sample"].to_numpy()[at] == features["sample"].to_numpy()
    true = truth["true_name"].fillna("").to_numpy()
    shows = genuine[at] & same_sample & (true[at] == true)
    row = np.where(there, shows, truth["parent_id"].isna())
    row |= (rows["parent_id"].fillna(-1) == truth["parent_id"].fillna(-2)).to_numpy()
    said = rows["verdict"].isin(["fragment", "adduct"]) & (rows["parent"] == truth["parent"])
    copied = there & (features["same_as"] == at) & (rows["verdict"] == "adduct")
    right = (said.to_numpy() & row) | copied.to_numpy()
    return pd.Series(right, index=rows.index).where(asked).astype("boolean")


def judge(effect: str, methods: tuple[str, ...], seed: int) -> dict[str, Judged]:
    """Verdicts of each method on one table."""
    case = accuracy.case_of(World.draw(seed, SCENARIOS[effect]))
    truth = case.truth.assign(seed=seed)
    judged = {}
    for method in methods:
        rows = METHODS[method](case).reset_index(drop=True)
        said = rows["verdict"].astype("str")
        right = is_right(case, said)
        parent = is_parent_right(case, rows)
        rows = rows.assign(verdict=said.where(~right, truth["verdict"]))
        judged[method] = Judged(truth, rows, said, parent)
    return judged


def figures(judged: list[Judged]) -> dict[str, float]:
    """Return the figures of one method over tables."""
    truth = pd.concat([j.truth for j in judged], ignore_index=True)
    rows = pd.concat([j.rows for j in judged], ignore_index=True)
    said = pd.concat([j.said for j in judged], ignore_index=True)
    parent = pd.concat([j.parent_right for j in judged], ignore_index=True).dropna()
    wrong = rows["verdict"] != truth["verdict"]
    given = said != "undetermined"
    decided = wrong & given
    confidence = rows["confidence"].astype("float64")
    return {
        "tables": len(judged),
        "rows": len(rows),
        "accuracy": float(1 - wrong.mean()),
        "macro-F1": metrics.macro_f1(truth, rows, _CLASSES),
        "parent": float(parent.mean()) if len(parent) else np.nan,
        "false valid": float(wrong[said == "valid"].mean()),
        "undetermined": float((~given).mean()),
        "ECE": metrics.calibration_error(truth[given], rows[given]),
        "confidence when wrong": float(confidence[decided].mean()),
        f"wrong at {SURE}": float((decided & (confidence >= SURE)).mean()),
        "worst": float((~wrong).groupby(truth["seed"]).mean().min()),
    }


def measure(
    effects: list[str], methods: tuple[str, ...], seeds: range, processes: int
) -> pd.DataFrame:
    """Return a row of figures per effect and method."""
    table = []
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        for effect in effects:
            done = list(pool.map(partial(judge, effect, methods), seeds, chunksize=2))
            for method in methods:
                found = figures([judged[method] for judged in done])
                table.append({"effect": effect, "method": method, **found})
                print(accuracy.as_markdown(pd.DataFrame(table[-1:])).splitlines()[2], flush=True)
    return pd.DataFrame(table)


def parse_arguments(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=8, help="tables per effect")
    parser.add_argument("--first-seed", type=int, default=2000)
    parser.add_argument(
        "--held-out",
        action="store_true",
        help=f"take the seeds from {HELD_OUT.start} on, which are kept for the end",
    )
    parser.add_argument("--effects", default="all", help="all, or " + ",".join(SCENARIOS))
    parser.add_argument("--methods", default="ganglioside,oracle", help=",".join(METHODS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="also write the figures to this Markdown file")
    options = parser.parse_args(arguments)
    options.effects = [*SCENARIOS] if options.effects == "all" else options.effects.split(",")
    options.methods = options.methods.split(",")
    unknown = sorted({*options.effects} - {*SCENARIOS} | {*options.methods} - {*METHODS})
    if unknown:
        parser.error(f"unknown: {', '.join(unknown)}")
    first = HELD_OUT.start if options.held_out else options.first_seed
    options.range = range(first, first + options.seeds)
    kept = range(max(first, HELD_OUT.start), min(first + options.seeds, HELD_OUT.stop))
    if options.held_out and len(kept) < options.seeds:
        parser.error(f"--held-out: there are {len(HELD_OUT)} seeds")
    if len(kept) and not options.held_out:
        parser.error(f"seeds {HELD_OUT.start} to {HELD_OUT.stop - 1} are taken by --held-out only")
    return options


def report(table: pd.DataFrame, command: str) -> str:
    """Return the Markdown text of a report."""
    why = pd.DataFrame([{"effect": e.name, "share": e.share, "why": e.why} for e in EFFECTS])
    return "\n\n".join(
        [
            "# Stress: tables as other labs hold them",
            f"`{command}`",
            accuracy.as_markdown(table),
            _WORDS,
            "## How often `wild` draws each effect",
            accuracy.as_markdown(why),
        ]
    )


def main() -> None:
    """Measure and print."""
    options = parse_arguments()
    methods = tuple(options.methods)
    table = measure(options.effects, methods, options.range, options.processes)
    print(accuracy.as_markdown(table))
    accuracy.write_report(options.out, partial(report, table))


if __name__ == "__main__":
    main()
