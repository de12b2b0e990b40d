"""Formulas as MathML, which browsers draw themselves: nothing is loaded for them."""

from __future__ import annotations

from typing import Any

from docutils.utils.math.latex2mathml import tex2mathml


def draw_inline(writer: Any, node: Any) -> None:
    """Write a formula within a line."""
    writer.body.append(tex2mathml(node.astext()))


def draw_block(writer: Any, node: Any) -> None:
    """Write a formula on lines of its own."""
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>\n')


def skip(writer: Any, node: Any) -> None:
    """Write nothing: a formula is written whole as it begins."""


def setup(app: Any) -> None:
    """Tell Sphinx of it."""
    app.add_html_math_renderer("mathml", (draw_inline, skip), (draw_block, skip))
