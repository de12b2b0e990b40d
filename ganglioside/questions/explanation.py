"""Explanation of one row: its hypotheses as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from ganglioside.support.formatting import minutes, percent, ratio_percent

Kind = Literal["own series", "fragment", "adduct", "other form", "chance"]

_VERDICT: Final[dict[Kind, str]] = {
    "own series": "valid",
    "fragment": "fragment",
    "adduct": "adduct",
    "other form": "outlier",
    "chance": "outlier",
}

#: Less likely hypotheses are only counted in texts.
_WORTH_A_LINE: Final = 0.001
_MOST_LINES: Final = 8


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One way in which a feature may have come about.

    Attributes
    ----------
    statement : str
        In words.
    kind : str
        `own series` (the name is right), `fragment` or `adduct` (of `parent`), `other form` (of
        `parent`, with the mass of the name) or `chance` (a wrong name).
    verdict : str
        What the feature would be.
    probability : float
        Given all that is known; those of one feature sum to 1.
    expected_rt : float
        Where the feature would be expected, min; NaN for chance.
    difference : float
        Measured less expected RT, min.
    sigma : float
        The difference in standard deviations of what is expected; for the fragment or adduct of
        a parent with a row, in widths of the RT differences of such pairs.
    area_ratio, usual_ratio : float
        Peak area over the parent's, as measured and as usual; NaN where there is none.
    line : str or None
        Series or isomer on whose line the feature, or its missing parent, would stand.
    parent_id : int or None
        Row of the parent; None where it has none.
    parent, process : str or None
        As in `Analysis.features`.
    basis : str
        What the hypothesis rests on.
    """

    statement: str
    kind: Kind
    probability: float
    basis: str
    expected_rt: float = np.nan
    difference: float = np.nan
    sigma: float = np.nan
    area_ratio: float = np.nan
    usual_ratio: float = np.nan
    line: str | None = None
    parent_id: int | None = None
    parent: str | None = None
    process: str | None = None

    @property
    def verdict(self) -> str:
        """What the feature would be."""
        return _VERDICT[self.kind]


#: Columns of `Explanation.table`.
HYPOTHESES: Final[dict[str, str]] = {
    "statement": "str",
    "kind": "str",
    "verdict": "str",
    "probability": "float64",
    "expected_rt": "float64",  # min
    "difference": "float64",  # min, measured less expected
    "sigma": "float64",
    "area_ratio": "float64",
    "usual_ratio": "float64",
    "line": "str",
    "parent_id": "Int64",
    "parent": "str",
    "process": "str",
    "basis": "str",
}


@dataclass(frozen=True, slots=True)
class Explanation:
    """Everything that a feature could be, the likeliest first.

    `print(explanation)` shows it as text, `table` as a DataFrame, `charts.hypotheses` as a chart.

    Attributes
    ----------
    feature_id : int
    name : str
        As read; empty where there is none.
    rt : float
        min.
    verdict, confidence, reason
        As in `Analysis.features`.
    parent : str or None
        The parent of the verdict.
    outlier_threshold : float
        sigma.
    hypotheses : tuple of Hypothesis
        Empty where the row cannot be read, or the table allows no model.
    """

    feature_id: int
    name: str
    rt: float
    verdict: str
    confidence: float
    reason: str
    parent: str | None
    outlier_threshold: float
    hypotheses: tuple[Hypothesis, ...]

    @property
    def table(self) -> pd.DataFrame:
        """One row per hypothesis, columns `HYPOTHESES`."""
        rows = [[getattr(h, column) for column in HYPOTHESES] for h in self.hypotheses]
        return pd.DataFrame(rows, columns=list(HYPOTHESES)).astype(HYPOTHESES)

    @property
    def probabilities(self) -> dict[str, float]:
        """Probability of each verdict: the sum over its hypotheses; the likeliest first."""
        sums: dict[str, float] = {}
        for h in self.hypotheses:
            sums[h.verdict] = sums.get(h.verdict, 0.0) + h.probability
        return dict(sorted(sums.items(), key=lambda item: -item[1]))

    @property
    def text(self) -> str:
        """A paragraph and a compact table."""
        lines = [" ".join([_headline(self), self.reason, *_notes(self)])]
        if self.hypotheses:
            lines += ["", *_text_table(self)]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text


def count(n: int, what: str) -> str:
    """Return a number with its noun: `1 feature`, `2 features`."""
    return f"{n} {what}{'s' * (n != 1)}"


_WIDTHS: Final = (
    "Apart is measured less expected RT, in min. Beside a parent that has a row, sigma counts "
    "widths of the RT differences of such pairs, which scatter far more than a normal distribution."
)


def _headline(e: Explanation) -> str:
    name = e.name or "a row without a name"
    where = f" at {minutes(e.rt)}" if np.isfinite(e.rt) else ""
    sure = f", confidence {percent(e.confidence)}" if e.hypotheses else ""
    return f"Feature {e.feature_id}, {name}{where}: {e.verdict}{sure}."


def _notes(e: Explanation) -> Iterator[str]:
    """Yield what must be said beside the reason: sums, and why a verdict is not the likeliest."""
    if not e.hypotheses:
        yield "No other explanation was weighed."
        return
    sums = e.probabilities
    yield "Added up: " + ", ".join(f"{verdict} {percent(p)}" for verdict, p in sums.items()) + "."
    likeliest = next(iter(sums))
    if e.verdict == "outlier" and likeliest == "valid":
        yield (
            f"Its own series explains it best, but from {e.outlier_threshold:g} sigma on a name is "
            "not believed."
        )
    elif e.verdict == "undetermined":
        yield f"If anything, it is {likeliest}."
    made = [h for h in e.hypotheses if h.verdict == e.verdict and h.parent is not None]
    if made and e.parent is not None and e.parent not in {h.parent for h in made}:
        yield f"{made[0].parent} itself comes from {e.parent}, which the verdict names."


def _text_table(e: Explanation) -> list[str]:
    shown = [h for h in e.hypotheses[:_MOST_LINES] if h.probability >= _WORTH_A_LINE]
    rest = e.hypotheses[len(shown) :]
    heading = f"{'probability':>11}  {'expected':>8}  {'apart':>7}  {'sigma':>6}  {'area':>7}  "
    lines = [f"{heading}hypothesis", *map(_text_row, shown)]
    if rest:
        share = percent(sum(h.probability for h in rest))
        lines.append(f"{share:>11}  {count(len(rest), 'other')}")
    if any(h.parent_id is not None for h in shown):
        lines += ["", _WIDTHS]
    return lines


def _text_row(h: Hypothesis) -> str:
    expected, apart, sigma = (
        "-" if np.isnan(value) else form.format(value)
        for value, form in (
            (h.expected_rt, "{:.3f}"),
            (h.difference, "{:+.3f}"),
            (h.sigma, "{:+.1f}"),
        )
    )
    area = ratio_percent(h.area_ratio, "-")
    return (
        f"{percent(h.probability):>11}  {expected:>8}  {apart:>7}  {sigma:>6}  {area:>7}  "
        f"{h.statement}\n{'':>49}{h.basis}"
    )
