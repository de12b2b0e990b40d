"""How notebooks draw charts."""

from __future__ import annotations

from typing import Any, Final

from ganglioside.charts.files import svg

#: Name of the renderer among those of Altair.
_RENDERER: Final = "ganglioside"


def draw_as_svg() -> None:
    """Let a notebook draw its charts as SVG, without a network.

    Unlike with Altair's own renderer, texts keep the widths with which the chart was laid out, also
    where the browser has other fonts: labels are neither cut nor drawn over each other.

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
    return {"image/svg+xml": svg(document)}
