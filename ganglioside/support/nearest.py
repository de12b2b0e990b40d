"""Advice on a word that is not known: the nearest ones that are."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MOST: Final = 3
_LIKENESS: Final = 0.6


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Question with the nearest known words and a space before it; empty where none is near.

    Parameters
    ----------
    word
        The word that is not known.
    known
        Those that are.

    Examples
    --------
    >>> did_you_mean("outlier", ["outlier_threshold", "unit"])
    " Did you mean 'outlier_threshold'?"
    >>> did_you_mean("x", ["unit"])
    ''
    """
    words = list(dict.fromkeys(known))
    begun = [w for w in words if w.lower().startswith(word.lower())] if word else []
    near = dict.fromkeys([*begun, *get_close_matches(word, words, _MOST, _LIKENESS)])
    named = [repr(w) for w in list(near)[:_MOST]]
    return f" Did you mean {' or '.join(named)}?" if named else ""
