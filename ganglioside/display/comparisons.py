"""Card of a comparison of groups of samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.display.cards import card
from ganglioside.support.formatting import with_sign

if TYPE_CHECKING:
    from ganglioside.amounts.groups import GroupComparison

#: Rows of the card.
MOST_ROWS: Final = 8
#: p and q below which only that is said: smaller ones rest on the tails of a distribution.
_LEAST: Final = 0.0001


def comparison_card(comparison: GroupComparison) -> str:
    """Card of a comparison: what was compared, and the rows of the smallest p.

    Parameters
    ----------
    comparison : GroupComparison

    Returns
    -------
    str
        HTML.
    """
    columns = ["name", "reference", "group", "log2_fold_change", "low", "high", "p", "q"]
    first = comparison.tested[columns].head(MOST_ROWS)
    rows = [
        (name, f"{group} / {reference}", with_sign(change, 2),
         f"{with_sign(low, 2)} to {with_sign(high, 2)}",
         _chance(p), _chance(q))
        for name, reference, group, change, low, high, p, q in first.itertuples(index=False)
    ]  # fmt: skip
    return card(
        "comparison",
        headline=comparison.headline,
        rows=rows,
        more=len(comparison.tested) - len(rows),
    )


def _chance(value: float) -> str:
    """A p or q in two digits, never 0."""
    return f"{value:.2g}" if value >= _LEAST else f"< {_LEAST:g}"
