"""The frame of all cards: their templates, styles and cells."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ganglioside.columns import VERDICT_KINDS
from ganglioside.support import formatting

#: Characters of a cell; a longer text ends in an ellipsis.
_LONGEST: Final = 160


def card(template: str, /, **values: Any) -> str:
    """Card from a template; the values are escaped.

    Parameters
    ----------
    template
        Name of a file in `templates/`, without its ending.
    **values
        What the template inserts.

    Returns
    -------
    str
        HTML of one element.
    """
    return _templates().get_template(f"{template}.html.j2").render(**values)


@cache
def _templates() -> Environment:
    """Templates of the cards; all values that they insert are escaped."""
    environment = Environment(
        loader=PackageLoader("ganglioside.display"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["kinds"] = {kind.name: kind for kind in VERDICT_KINDS}
    environment.globals["counted"] = formatting.counted
    environment.filters["cell"] = cell
    environment.filters["percent"] = partial(formatting.percent, missing="")
    environment.filters["minutes"] = partial(formatting.minutes, missing="", unit="")
    environment.filters["apart"] = partial(formatting.minutes, missing="", unit="", signed=True)
    environment.filters["area"] = partial(formatting.area, missing="")
    environment.globals["styles"] = Markup(
        environment.get_template("cards.css.j2").render().replace("\n", "")
    )
    return environment


def cell(value: object) -> str:
    """Text of a cell: empty where the value is missing, cut where it is long.

    Examples
    --------
    >>> cell(None), cell(float("nan")), cell("GM3"), len(cell("x" * 1000))
    ('', '', 'GM3', 160)
    """
    text = "" if value is None or value is pd.NA or value != value else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
