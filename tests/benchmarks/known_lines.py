"""How much of the distance to the oracle is finding the lines: the method, told where they stand.

    python tests/benchmarks/known_lines.py [--levels hard,extreme] [--seeds 30]

For every series the method is given the true place of each isomer that the table shows; all else
it learns itself. Prints the accuracy as it is, told the lines, and of the oracle.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock

import numpy as np
from accuracy import Case, judge_method, judge_oracle, make_case
from judgement import Judgement

from ganglioside.observations.observations import Observations
from ganglioside.retention.curve import REFERENCE
from ganglioside.retention.isomer_lines import ExpectedLines, LineOffsets

CERAMIDE = ["carbons", "double_bonds", "hydroxyls"]


def true_lines(case: Case, observed: Observations, expected: ExpectedLines) -> LineOffsets:
    """Return the lines that the table's genuine rows stand on; one of each other series.

    `expected` is for series that the tissue does not hold.
    """
    species = case.world.species
    at_reference = species[(species[CERAMIDE] == list(REFERENCE)).all(axis=1)]
    shown = set(case.truth.loc[case.truth["verdict"] == "valid", "isomer"].dropna())
    group, offset = [], []
    for number, series in enumerate(observed.groups.series):
        lines = at_reference[at_reference["series"] == series]
        kept = lines[lines["line"].isin(shown)]
        kept = kept if len(kept) else lines.nlargest(1, "mean_log_area")
        places = sorted(kept["curve_rt"]) or [expected.first[number]]
        group += [number] * len(places)
        offset += places
    return LineOffsets(np.array(group, dtype=np.int64), np.array(offset))


@contextmanager
def told(case: Case) -> Iterator[None]:
    """Give the method the true lines of a case."""

    def find(
        observed: Observations, _: object, __: object, expected: ExpectedLines, *___: object
    ) -> LineOffsets:
        return true_lines(case, observed, expected)

    none = LineOffsets(np.zeros(0, np.int64), np.zeros(0))
    with (
        mock.patch("ganglioside.inference.line_placement.find_lines", find),
        mock.patch("ganglioside.inference.rounds.disputed_lines", return_value=none),
    ):
        yield


def accuracy(case: Case, judgement: Judgement) -> float:
    return float((judgement.rows["verdict"].astype("str") == case.truth["verdict"]).mean())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--levels", default="middle,hard,extreme")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=1000)
    options = parser.parse_args()
    print("level     as it is  told the lines  oracle")
    for level in options.levels.split(","):
        rows = []
        for seed in range(options.first_seed, options.first_seed + options.seeds):
            case = make_case(level, seed)
            plain = accuracy(case, judge_method(case))
            with told(case):
                informed = accuracy(case, judge_method(case))
            rows.append((plain, informed, accuracy(case, judge_oracle(case, use_area=False))))
        plain, informed, oracle = np.mean(rows, axis=0)
        print(f"{level:<8}  {plain:8.3f}  {informed:14.3f}  {oracle:6.3f}")


if __name__ == "__main__":
    main()
