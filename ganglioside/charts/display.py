"""How notebooks draw charts."""

from __future__ import annotations

import base64
from html import escape
from typing import Any, Final

from ganglioside.charts.files import svg

#: Name of the renderer among those of Altair.
_RENDERER: Final = "ganglioside"


def draw_as_svg() -> None:
    """Let a notebook draw its charts as SVG, without a network.

    A picture wider than its cell is drawn smaller. Unlike with Altair's own renderer, texts keep
    the widths with which the chart was laid out, also where the browser has other fonts: labels
    are neither cut nor drawn over each other.

    Examples
    --------
    >>> import altair
    >>> import ganglioside as gg
    >>> gg.charts.draw_as_svg()
    >>> altair.renderers.active
    'ganglioside'
    >>> _ = altair.renderers.enable("default")
    """
    import altair as alt

    alt.renderers.register(_RENDERER, _mime_bundle)
    alt.renderers.enable(_RENDERER)


def _mime_bundle(document: dict[str, Any], **_: Any) -> dict[str, str]:
    """Pictures of a chart by their media type."""
    drawn = svg(document)
    return {"image/svg+xml": drawn, "text/html": _fitting(drawn, _title(document))}


def _fitting(drawn: str, title: str) -> str:
    """A picture that is no wider than its cell, with its title for screen readers, as HTML."""
    picture = base64.b64encode(drawn.encode()).decode()
    return (
        f'<img alt="{escape(title)}" style="max-width: 100%; height: auto" '
        f'src="data:image/svg+xml;base64,{picture}">'
    )


def _title(document: dict[str, Any]) -> str:
    """Title of a chart; empty without one."""
    title = document.get("title") or ""
    return str(title["text"] if isinstance(title, dict) else title)
