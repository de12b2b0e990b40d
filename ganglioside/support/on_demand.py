"""Upper packages that objects of lower ones open when they are asked for.

An analysis offers its charts, files and cards, which are made of it. Packages still import nothing
from those below them: what is opened here is named, and loaded when it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any


def opened(package: str) -> Any:
    """Package or module of Ganglioside, loaded now.

    Parameters
    ----------
    package
        Its path below `ganglioside`.

    Examples
    --------
    >>> opened("support.formatting").share(1, 4)
    '25 %'
    """
    return import_module(f"ganglioside.{package}")


class ShownAsCard:
    """Object that a notebook shows as a card: see `ganglioside.display`."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """The card, HTML."""
        card: str = opened("display").card_of(self)
        return card
