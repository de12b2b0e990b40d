"""Cards of the retention model: as an estimator, and as it was fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ganglioside.display.cards import card
from ganglioside.support.formatting import minutes

if TYPE_CHECKING:
    import pandas as pd

    from ganglioside.inference.fitted_model import FittedModel
    from ganglioside.inference.retention_model import RetentionModel

#: Lines of the model of a card: those with most features.
MOST_LINES: Final = 12


def fitted_model_card(model: FittedModel, table: str = "model.lines") -> str:
    """Card of a fitted model: its numbers and its lines.

    Parameters
    ----------
    model : FittedModel
    table
        How the table of all its lines is called.

    Returns
    -------
    str
        HTML.
    """
    if not model.is_fitted:
        return card("model", facts_of=[], lines=[], more=0, why=model.reason, ask="", table="")
    lines = model.lines.sort_values("n", ascending=False, kind="stable")
    shown = lines.head(MOST_LINES)
    columns = ("n", "n_anchors", "offset", "offset_se")
    numbers = zip(*(shown[column].tolist() for column in columns), strict=True)
    labels = shown["isomer"].fillna(shown["series"])
    rows = [
        (label, n, anchors, minutes(rt, unit=""), minutes(error, unit=""))
        for label, (n, anchors, rt, error) in zip(labels, numbers, strict=True)
    ]
    facts = [
        ("RT of one carbon more", minutes(model.slope)),
        ("Scatter about the lines", f"{minutes(model.sigma)} (1 sigma)"),
        ("Lines", _lines_in_words(lines)),
    ]
    ask = 'model.predict("GM1(38:1;O2)")'
    more = len(lines) - len(rows)
    return card("model", facts_of=facts, lines=rows, more=more, why="", ask=ask, table=table)


def _lines_in_words(lines: pd.DataFrame) -> str:
    """How many lines have features, as the summary counts them, and how many have none."""
    used = lines[lines["n"] > 0]
    bare = len(lines) - len(used)
    more = f", and {bare:,} without features" if bare else ""
    return f"{len(used):,} of {used['series'].nunique():,} series{more}"


def retention_model_card(model: RetentionModel) -> str:
    """Card of the estimator: that of its fitted model, or how to fit it.

    Parameters
    ----------
    model : RetentionModel

    Returns
    -------
    str
        HTML.
    """
    if not hasattr(model, "model_"):
        why = "It is not fitted yet."
        return card(
            "model", facts_of=[], lines=[], more=0, why=why, ask="model.fit(table)", table=""
        )
    return fitted_model_card(model.model_, "model.lines_")
