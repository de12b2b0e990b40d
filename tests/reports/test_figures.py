"""Figures: captions in place of titles."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.reports.figures import PLANNED, Figure, planned, series_in_order
from ganglioside.reports.methods_text import methods_text


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return gg.analyze(gg.example())


@pytest.mark.parametrize("name", [plan.name for plan in PLANNED])
def test_a_figure_has_its_title_in_its_caption_alone(name: str, analysis: Analysis) -> None:
    figure = planned(name, analysis)
    assert figure.title
    assert figure.caption.endswith(".")
    assert "title" not in figure.document
    assert figure.document["$schema"]


def test_series_are_in_the_figure_or_in_the_appendix(analysis: Analysis) -> None:
    shown, rest = series_in_order(analysis)
    valid = analysis.features[analysis.features["verdict"] == "valid"]
    assert sorted([*shown, *rest]) == sorted(valid["series"].unique())
    caption = planned("retention", analysis).caption
    assert f"{len(rest)} smaller series" in caption
    counted = [int(number) for number in re.findall(r"(\d+) (?:more )?anchors", caption)]
    assert sum(counted) == analysis.summary.anchors  # as the headline has it
    assert "dashed: none; dotted: more" in caption  # small panels have no legend of their curves


def test_titles_of_every_shape_are_read() -> None:
    assert Figure.of({"title": "One"}).title == "One"
    assert Figure.of({"title": {"text": ["One", "two"], "subtitle": "Note."}}).caption == "Note."
    assert Figure.of({}, words="Alone.").caption == "Alone."


def test_without_a_valid_feature_the_series_that_were_read_are_shown() -> None:
    rows = b"Name,RT,Volume\nGM3(33:1;O2),7.770,153841\nGM3(34:1;O2),8.953,122319\n"
    analysis = gg.analyze(gg.read_features(rows + b"GM3(34:1;O2),8.446,1781022\n"))
    assert analysis.summary.valid == 0
    assert series_in_order(analysis) == (["GM3"], [])
    assert "readable name" not in str(planned("retention", analysis).document)


def test_without_a_model_no_curve_is_explained() -> None:
    names = [f"{head}({n}:1;O2)" for head in ("GM3", "GM1") for n in (36, 40)]
    analysis = gg.analyze(pd.DataFrame({"Name": names, "RT": [9.0, 8.0, 7.0, 6.0]}))
    caption = planned("retention", analysis).caption
    assert "curve" not in caption.lower()
    assert "RT (min) by carbons" in caption
    assert planned("normalised", analysis).caption == ""


def test_figures_of_one_gradient_say_what_they_leave_out() -> None:
    """Of three gradients they showed one without a word, and counted the anchors of all."""
    analysis = gg.analyze(gg.simulate(4, level="easy", n_samples=3, sample_bend=0.5))
    on_model = analysis.features[analysis.is_on_model]
    others = len(analysis.features) - len(on_model)
    assert others > 0
    for name in ("retention", "normalised"):
        caption = planned(name, analysis).caption
        assert f"{others} features of samples on other gradients are not shown." in caption
    caption = planned("retention", analysis).caption
    counted = [int(number) for number in re.findall(r"(\d+) (?:more )?anchors", caption)]
    assert sum(counted) == on_model["anchor"].sum()
    assert "other gradients" not in planned("predicted", analysis).caption
    text = methods_text(analysis)
    assert "2 samples on other gradients were judged apart" in text
    assert "of the model of the remaining sample." in text
    assert f"{others} features of samples on other gradients" in analysis._repr_html_()
