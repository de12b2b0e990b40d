"""Explanation of one feature: its hypotheses as values, table and text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from ganglioside.support.formatting import confidence, minutes, percent, ratio_percent, with_sign
from ganglioside.support.on_demand import ShownAsCard

Kind = Literal["own series", "fragment", "adduct", "other form", "chance"]

_VERDICT: Final[dict[Kind, str]] = {
    "own series": "valid",
    "fragment": "fragment",
    "adduct": "adduct",
    "other form": "outlier",
    "chance": "outlier",
}

#: In texts, hypotheses that are less likely, or beyond this number, are only counted.
_LEAST_SHOWN: Final = 0.001
_MOST_SHOWN: Final = 8


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One possible origin of a feature.

    Attributes
    ----------
    statement : str
        In words.
    kind : str
        `own series` (the name is right), `fragment` or `adduct` (of `parent`), `other form` (a
        form of `parent` that has the mass of the name) or `chance` (a wrong name).
    verdict : str
        Verdict on the feature if this is its origin.
    probability : float
        Posterior probability; those of one feature sum to 1.
    expected_rt : float
        RT that it predicts, min; NaN for chance.
    difference : float
        Measured less expected RT, min.
    sigma : float
        The difference in standard deviations of the prediction; for the fragment or adduct of a
        parent with a row, in widths of the RT differences of such pairs.
    area_ratio, usual_ratio : float
        Peak area over the parent's, measured and usual; NaN without a parent that has a row.
    line : str or None
        Series or isomer on whose line the feature, or its missing parent, would be.
    parent_id : int or None
        feature_id of the parent; None where it has no row.
    parent, process : str or None
        As in `Analysis.features`.
    basis : str
        The evidence for it, as text.
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
        """Verdict on the feature if this is its origin."""
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


@dataclass(frozen=True, slots=True, repr=False)
class Explanation(ShownAsCard):
    """All hypotheses on a feature, the likeliest first.

    `print(explanation)` shows it as text, `table` as a DataFrame, `charts.hypotheses` as a chart.

    Attributes
    ----------
    feature_id : int
    name : str
        As read; empty where it is missing.
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

    Examples
    --------
    >>> import ganglioside as gg
    >>> explanation = gg.analyze(gg.example()).explain(12)
    >>> round(sum(explanation.probabilities.values()), 6)
    1.0
    >>> list(explanation.table.columns[:4])
    ['statement', 'kind', 'verdict', 'probability']
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
    def verdict_and_confidence(self) -> str:
        """`valid, confidence 99.1 %`; `undetermined` has no confidence."""
        sure = confidence(self.confidence, missing="")
        return f"{self.verdict}, confidence {sure}" if sure else self.verdict

    @property
    def text(self) -> str:
        """A paragraph and a compact table."""
        lines = [" ".join([_headline(self), self.reason, *_notes(self)])]
        if self.hypotheses:
            lines += ["", *_text_table(self)]
        return "\n".join(lines)

    def __repr__(self) -> str:
        """The headline, and the number of hypotheses."""
        return f"<{_headline(self)[:-1]}; {count(len(self.hypotheses), 'explanation')} weighed>"

    def __str__(self) -> str:
        return self.text


def count(n: int, what: str) -> str:
    """A number with its noun: `1 feature`, `2 features`."""
    return f"{n} {what}{'s' * (n != 1)}"


_WIDTHS: Final = (
    "apart: measured less expected RT, min. For a parent that has a row, sigma is in widths of the "
    "RT differences of such pairs, whose distribution has longer tails than the normal one."
)


def _headline(e: Explanation) -> str:
    """Name, RT, verdict and confidence in one sentence."""
    name = e.name or "a row without a name"
    at_rt = f" at {minutes(e.rt)}" if np.isfinite(e.rt) else ""
    return f"Feature {e.feature_id}, {name}{at_rt}: {e.verdict_and_confidence}."


def _notes(e: Explanation) -> Iterator[str]:
    """Sentences after the reason: sums, and why the verdict or its parent is not the likeliest."""
    if not e.hypotheses:
        yield "No other explanation was weighed."
        return
    sums = e.probabilities
    yield "In total: " + ", ".join(f"{verdict} {percent(p)}" for verdict, p in sums.items()) + "."
    likeliest = next(iter(sums))
    if e.verdict == "outlier" and likeliest == "valid":
        yield (
            "Its own series is the likeliest explanation, but beyond "
            f"{e.outlier_threshold:g} sigma a name is not accepted."
        )
    elif e.verdict == "undetermined":
        yield f"The likeliest verdict would be {likeliest}."
    parents = [h.parent for h in e.hypotheses if h.verdict == e.verdict and h.parent is not None]
    if parents and e.parent is not None and e.parent not in parents:
        yield f"{parents[0]} itself comes from {e.parent}, the parent that the verdict gives."


def _text_table(e: Explanation) -> list[str]:
    """Lines of a table of the hypotheses, with a count of those left out."""
    shown = [h for h in e.hypotheses[:_MOST_SHOWN] if h.probability >= _LEAST_SHOWN]
    rest = e.hypotheses[len(shown) :]
    heading = f"{'probability':>11}  {'expected':>8}  {'apart':>7}  {'sigma':>6}  {'area':>7}  "
    lines = [f"{heading}hypothesis", *map(_text_row, shown)]
    if rest:
        total = sum(h.probability for h in rest)
        share = percent(total) if total >= _LEAST_SHOWN else f"< {100 * _LEAST_SHOWN:g} %"
        lines.append(f"{share:>11}  {count(len(rest), 'other')}")
    if any(h.parent_id is not None for h in shown):
        lines += ["", _WIDTHS]
    return lines


def _text_row(h: Hypothesis) -> str:
    """Two lines of the table: numbers with the statement, and the basis."""
    expected = minutes(h.expected_rt, unit="")
    apart = minutes(h.difference, unit="", signed=True)
    sigma = with_sign(h.sigma)
    area = ratio_percent(h.area_ratio)
    return (
        f"{percent(h.probability):>11}  {expected:>8}  {apart:>7}  {sigma:>6}  {area:>7}  "
        f"{h.statement}\n{'':>49}{h.basis}"
    )
