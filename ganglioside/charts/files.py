"""Charts as files: PNG, SVG, PDF, and HTML that opens without a network."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from functools import cache
from html import escape
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import Any, Final

import vl_convert
from platformdirs import user_cache_path

from ganglioside.charts.text_widths import with_fixed_widths
from ganglioside.errors import ExportError
from ganglioside.support.whole_files import made_folder, write_whole

#: Version of Vega-Lite for which the charts are written and with which they are rendered.
VEGA_LITE: Final = "6.4"

FORMATS: Final = ("html", "pdf", "png", "svg")

#: Ids in an SVG, which Vega numbers on through the life of a process.
_COUNTED: Final = re.compile(r'(id="|url\(#)(clip|gradient_)(\d+)')


def spec(chart: Any) -> dict[str, Any]:
    """Vega-Lite specification of a chart, ready for JSON; a specification is returned unchanged."""
    # Altair validates each part as it is built; validating again would cost half of the time.
    return chart if isinstance(chart, dict) else dict(chart.to_dict(validate=False))


def svg(chart: Any) -> str:
    """Chart as SVG text, identical for identical charts.

    Parameters
    ----------
    chart
        Altair chart, or Vega-Lite specification.

    Returns
    -------
    str

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.verdicts_by_category(gg.analyze(gg.example()))
    >>> gg.charts.svg(chart)[:4]
    '<svg'
    """
    return _tidy(_drawn(chart))


def pictures(chart: Any, dpi: float = 72.0) -> dict[str, bytes]:
    r"""Chart as SVG, PDF and PNG, by format; it is drawn once for all of them.

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.verdicts_by_category(gg.analyze(gg.example()))
    >>> {kind: content[:4] for kind, content in pictures(chart).items()}
    {'svg': b'<svg', 'pdf': b'%PDF', 'png': b'\x89PNG'}
    """
    drawn = _drawn(chart)
    return {
        "svg": _tidy(drawn).encode(),
        "pdf": bytes(vl_convert.svg_to_pdf(drawn)),
        "png": bytes(vl_convert.svg_to_png(drawn, scale=1, ppi=dpi)),
    }


def _drawn(chart: Any) -> str:
    """Chart as SVG, as Vega draws it."""
    return str(vl_convert.vegalite_to_svg(spec(chart), vl_version=VEGA_LITE))


def _tidy(drawn: str) -> str:
    """SVG that is identical for identical charts, its texts as wide in every browser."""
    numbers: dict[str, int] = {}

    def renumbered(found: re.Match[str]) -> str:
        before, kind, number = found.groups()
        return f"{before}{kind}{numbers.setdefault(number, len(numbers))}"

    return with_fixed_widths(_COUNTED.sub(renumbered, drawn))


def still(document: dict[str, Any]) -> dict[str, Any]:
    """Chart without what only a live one needs: tooltips, and texts for screen readers.

    This halves the size of a picture. Give it an alternative text.
    """
    plain: dict[str, Any] = _without_tooltips(document)
    return {**plain, "config": {**document["config"], "aria": False}}


def _without_tooltips(part: Any) -> Any:
    if isinstance(part, list):
        return [_without_tooltips(each) for each in part]
    if isinstance(part, dict):
        return {k: _without_tooltips(v) for k, v in part.items() if k != "tooltip"}
    return part


def png(chart: Any, scale: float = 2.0, dpi: float = 72.0) -> bytes:
    """Chart as PNG, `scale` device pixels per pixel of 1/72 inch, and as many more as dpi asks."""
    return bytes(
        vl_convert.vegalite_to_png(spec(chart), vl_version=VEGA_LITE, scale=scale, ppi=dpi)
    )


def pdf(chart: Any) -> bytes:
    """Chart as PDF."""
    return bytes(vl_convert.vegalite_to_pdf(spec(chart), vl_version=VEGA_LITE))


def save(chart: Any, path: str | PathLike[str], *, scale: float = 2.0) -> Path:
    """Write a chart to a file; its suffix is the format: .png, .svg, .pdf or .html.

    Works without a network; an HTML file contains its libraries.

    Parameters
    ----------
    chart
        Altair chart, or Vega-Lite specification.
    path
    scale
        Device pixels per pixel of a PNG.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ExportError
        If the suffix is not one of these, or the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import ganglioside as gg
    >>> chart = gg.charts.verdicts_by_category(gg.analyze(gg.example()))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     gg.charts.save(chart, f"{folder}/verdicts.svg").name
    'verdicts.svg'
    """
    target = Path(path)
    kind = target.suffix.lower().lstrip(".")
    if kind not in FORMATS:
        raise ExportError(
            f"{target.name}: a chart is written as .{', .'.join(FORMATS)}; choose one of them."
        )
    return write_whole(target, _render(chart, kind, scale))


def _render(chart: Any, kind: str, scale: float) -> bytes:
    if kind == "png":
        return png(chart, scale)
    if kind == "svg":
        return svg(chart).encode()
    if kind == "pdf":
        return pdf(chart)
    return page({"": chart}).encode()


@cache
def javascript() -> str:
    """JavaScript that draws charts in a page, 0.9 MB: embed it once per page.

    Defines `vegaEmbed`; safe inside a script element. Built once for each version, which takes a
    second, and kept in the user's cache folder.

    Returns
    -------
    str

    Examples
    --------
    >>> import ganglioside as gg
    >>> "vegaEmbed" in gg.charts.javascript()
    True
    """
    folder = user_cache_path("ganglioside", appauthor=False)
    kept = folder / f"vega-embed-{VEGA_LITE}-{version('vl-convert-python')}.js"
    try:
        return kept.read_text(encoding="utf-8")
    except OSError:
        pass  # not built yet, or there is no such folder
    bundle = str(vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", VEGA_LITE))
    safe = bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")
    with suppress(OSError, ExportError):  # where it cannot be kept, it is built each time
        made_folder(folder)
        write_whole(kept, safe.encode())
    return safe


def json_for_html(value: Any) -> str:
    """JSON that is safe inside a script element, whatever text it holds."""
    text = json.dumps(value, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def page(charts: Mapping[str, Any], title: str = "Ganglioside") -> str:
    """HTML page with several charts by their heading; it opens without a network.

    Parameters
    ----------
    charts
        Charts by heading; an empty heading is left out.
    title
        Title of the page.

    Returns
    -------
    str

    Examples
    --------
    >>> import ganglioside as gg
    >>> chart = gg.charts.verdicts_by_category(gg.analyze(gg.example()))
    >>> "<h2>Example</h2>" in gg.charts.page({"Example": chart})
    True
    """
    figures = "\n".join(_figure(heading, chart) for heading, chart in charts.items())
    return _PAGE.format(title=escape(title), bundle=javascript(), figures=figures, draw=_DRAW)


def _figure(heading: str, chart: Any) -> str:
    """One chart with its heading, as HTML."""
    caption = f"<h2>{escape(heading)}</h2>" if heading else ""
    document = json_for_html(spec(chart))
    script = f'<script type="application/json">{document}</script>'
    return f"<figure>{caption}<div></div>{script}</figure>"


_DRAW: Final = """
for (const figure of document.querySelectorAll("figure")) {
  vegaEmbed(figure.querySelector("div"), JSON.parse(figure.querySelector("script").textContent),
            {actions: {export: true, source: false, compiled: false, editor: false}});
}
"""

_PAGE: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body {{ font-family: sans-serif; margin: 24px }} figure {{ margin: 0 0 32px }}</style>
<script>{bundle}</script></head>
<body>
{figures}
<script>{draw}</script>
</body></html>
"""
