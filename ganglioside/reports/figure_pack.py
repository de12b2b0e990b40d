"""Figures for a paper in one zip, with captions, the methods paragraph and the citation."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from typing import Final

from ganglioside.analysis import Analysis
from ganglioside.charts.files import pictures, still
from ganglioside.reports import citation
from ganglioside.reports.figures import PLANNED, Figure, planned
from ganglioside.reports.methods_text import methods_text
from ganglioside.support.undated_zip import undated

#: Resolution of the PNG files, dots per inch.
DPI: Final = 300


def figure_pack(analysis: Analysis) -> bytes:
    """Zip of the figures as SVG, PDF and PNG (300 dpi), and texts.

    It holds `figure_1_profile.svg` and so on, `captions.txt`, `methods.txt`, `citation.bib` and
    `citation.ris`.

    Parameters
    ----------
    analysis
        The results.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import ganglioside as gg
    >>> content = figure_pack(gg.analyze(gg.example()))
    >>> zipfile.ZipFile(io.BytesIO(content)).namelist()[:3]
    ['figure_1_profile.svg', 'figure_1_profile.pdf', 'figure_1_profile.png']
    """
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in _files(analysis):
            pack.writestr(undated(name), content)
    return sink.getvalue()


def _files(analysis: Analysis) -> Iterator[tuple[str, bytes]]:
    """Name and content of each file."""
    figures = [planned(plan.name, analysis) for plan in PLANNED]
    for number, figure in enumerate(figures, 1):
        yield from _drawn(f"figure_{number}_{figure.name}", figure)
    yield "captions.txt", _captions(figures).encode()
    yield "methods.txt", f"{methods_text(analysis)}\n".encode()
    yield "citation.bib", citation.bibtex(analysis.version).encode()
    yield "citation.ris", citation.ris(analysis.version).encode()


def _drawn(stem: str, figure: Figure) -> Iterator[tuple[str, bytes]]:
    """A figure in each format."""
    for kind, content in pictures(still(figure.document), DPI).items():
        yield f"{stem}.{kind}", content


def _captions(figures: list[Figure]) -> str:
    """The captions, one a paragraph."""
    numbered = enumerate(figures, 1)
    return "\n\n".join(f"Figure {k}. {f.title}. {f.caption}" for k, f in numbered) + "\n"
