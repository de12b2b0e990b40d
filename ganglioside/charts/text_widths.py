"""Texts of an SVG keep the widths with which it was laid out, whatever font a reader has.

A picture is laid out in the font that comes with what renders it. Where a reader's browser has
another, wider font, long labels would leave the picture and neighbours overlap.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from typing import Final

from ganglioside.support.fact_tables import read_facts

#: A text that holds something: an empty one closes itself.
_TEXT: Final = re.compile(r"<text ([^>]*)(?<!/)>(.*?)</text>", re.DOTALL)
_LINE: Final = re.compile(r"<tspan([^>]*)>([^<]*)</tspan>")
_SIZE: Final = re.compile(r'font-size="([\d.]+)px"')
_BOLD: Final = 'font-weight="bold"'
_PER_SIZE: Final = 1000


@dataclass(frozen=True)
class _Width:
    """Width of one character, in thousandths of the size of the font."""

    code: str
    regular: int
    bold: int


@cache
def _widths(*, bold: bool) -> dict[str, int]:
    """Widths by character."""
    facts = read_facts("font_widths.csv", _Width)
    return {chr(int(row.code, 16)): row.bold if bold else row.regular for row in facts}


def text_width(text: str, size: float, *, bold: bool = False) -> float | None:
    """Width of a text in px in the font in which pictures are laid out; None if it is unknown.

    >>> text_width("GM1", 10), text_width("語", 10)
    (21.69, None)
    """
    widths = [_widths(bold=bold).get(character) for character in text]
    known = [width for width in widths if width is not None]
    return round(sum(known) * size / _PER_SIZE, 2) if len(known) == len(widths) else None


def with_fixed_widths(svg: str) -> str:
    """SVG whose texts are drawn as wide as they were measured.

    >>> with_fixed_widths('<text font-size="10px">GM1</text>')
    '<text font-size="10px" textLength="21.69" lengthAdjust="spacingAndGlyphs">GM1</text>'
    """
    return _TEXT.sub(_fixed, svg)


def _fixed(found: re.Match[str]) -> str:
    """Text element whose lines have their widths."""
    attributes, content = found.groups()
    size = _SIZE.search(attributes)
    if size is None:
        return found[0]

    def length(text: str) -> str:
        width = text_width(unescape(text), float(size[1]), bold=_BOLD in attributes)
        return f' textLength="{width:g}" lengthAdjust="spacingAndGlyphs"' if width else ""

    def line(part: re.Match[str]) -> str:
        return f"<tspan{part[1]}{length(part[2])}>{part[2]}</tspan>"

    if content.startswith("<tspan"):
        return f"<text {attributes}>{_LINE.sub(line, content)}</text>"
    return f"<text {attributes}{length(content)}>{content}</text>"
