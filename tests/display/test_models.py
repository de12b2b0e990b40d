"""Cards of the retention model, fitted or not."""

from __future__ import annotations

import re

import pandas as pd

import ganglioside as gg


def test_a_fitted_model_shows_its_largest_lines() -> None:
    model = gg.analyze(gg.example()).model
    html = model._repr_html_()
    largest = model.lines.sort_values("n", ascending=False)["isomer"].iloc[0]
    assert f">{largest}<" in html
    assert f"{model.sigma:.3f} min" in html
    assert repr(model).startswith(f"FittedModel({len(model.lines)} lines")


def test_the_estimator_shows_the_same_in_a_notebook() -> None:
    model = gg.RetentionModel()
    assert "not fitted" in model._repr_html_()
    model.fit(gg.example())
    shown = model._repr_mimebundle_()
    assert shown["text/html"] == model._repr_html_()
    assert "model.lines_" in shown["text/html"]
    assert shown["text/plain"] == "RetentionModel()"


def test_no_model_says_why() -> None:
    table = pd.DataFrame({"Name": ["GM1(36:1;O2)"], "RT": [9.0]})
    model = gg.analyze(table).model
    assert model.reason in model._repr_html_().replace("&#39;", "'")
    assert model.reason in repr(model)


def test_lines_are_counted_as_in_the_summary() -> None:
    """The card counted lines without features: 26, where the report counts 24."""
    analysis = gg.analyze(gg.example())
    html = analysis.model._repr_html_()
    bare = int((analysis.models["n"] == 0).sum())
    assert bare > 0
    assert re.search(rf"<td>{analysis.summary.lines} of \d+ series, and {bare} without", html)
