"""Formulas as MathML, which browsers draw themselves: nothing is loaded for them."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml


def draw_inline(writer: Any, node: Any) -> None:
    """Write a formula within a line, whole."""
    writer.body.append(tex2mathml(node.astext()))
    raise nodes.SkipNode


def draw_block(writer: Any, node: Any) -> None:
    """Write a formula on lines of its own, whole."""
    writer.body.append(f'<div class="math">{tex2mathml(node.astext(), as_block=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Any) -> None:
    """Tell Sphinx of it."""
    app.add_html_math_renderer("mathml", (draw_inline, None), (draw_block, None))
