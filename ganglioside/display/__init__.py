"""Cards: what a notebook shows of an object, as HTML that needs neither network nor script."""

from __future__ import annotations

from importlib import import_module
from typing import Final

#: Module and function of the card of each class, by its name; loaded when it is shown.
_CARDS: Final[dict[str, tuple[str, str]]] = {
    "Analysis": ("results", "analysis_card"),
    "Explanation": ("results", "explanation_card"),
    "FeatureTable": ("inputs", "table_card"),
    "FittedModel": ("models", "fitted_model_card"),
    "GroupComparison": ("comparisons", "comparison_card"),
    "History": ("sessions", "history_card"),
    "RetentionModel": ("models", "retention_model_card"),
    "Settings": ("inputs", "settings_card"),
    "Species": ("inputs", "species_card"),
}


def card_of(shown: object) -> str:
    """Card of an object, HTML.

    Parameters
    ----------
    shown
        An object whose class, or a base of it, has a card.

    Returns
    -------
    str
        HTML of one element, with its styles; everything that comes from a file is escaped.

    Raises
    ------
    TypeError
        If it has no card.

    Examples
    --------
    >>> import ganglioside as gg
    >>> card_of(gg.parse_name("GM3 36:1")).count("GM3(36:1;O2)") > 0
    True
    """
    for kind in type(shown).__mro__:
        if kind.__name__ in _CARDS:
            module, function = _CARDS[kind.__name__]
            card: str = getattr(import_module(f"{__name__}.{module}"), function)(shown)
            return card
    raise TypeError(f"A {type(shown).__name__} has no card.")
