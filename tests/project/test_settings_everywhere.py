"""A setting that can be moved is known wherever settings are set: a forgotten place drops it."""

from __future__ import annotations

import re
from inspect import Parameter, signature

import nbformat
from paths import ROOT

import ganglioside as gg
from ganglioside.cli.analyses import analyze
from ganglioside.reports.parameters import SETTINGS
from ganglioside.settings import setting_specs
from ganglioside_widgets.state.thresholds import FIELDS, STEPS

#: Settings without a slider, which the analysis takes as a choice.
CHOICES = {"sample_type", "polarity"}
#: Limits of reading, which the page's server sets.
LIMITS = {"max_megabytes", "max_rows"}


def test_the_command_and_the_report_take_every_setting_of_the_panel() -> None:
    moved = {*STEPS, *CHOICES, *LIMITS}
    assert set(SETTINGS) == moved
    assert moved <= set(signature(analyze).parameters)
    assert moved <= set(signature(gg.analyze).parameters)
    notebook = nbformat.read(ROOT / "reports" / "session_report.ipynb", as_version=4)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert moved <= set(re.findall(r"^(\w+)", cell.source, re.MULTILINE))


def test_an_analysis_is_decided_again_by_every_threshold_of_the_panel() -> None:
    taken = signature(gg.Analysis.redecide).parameters.values()
    assert {taken.name for taken in taken if taken.kind is Parameter.KEYWORD_ONLY} == set(STEPS)
    analysis = gg.analyze(gg.example())
    for name in STEPS:
        other = setting_specs()[name].high
        assert getattr(analysis.redecide(**{name: other}).settings, name) == other


def test_an_address_keeps_all_that_the_panel_sets() -> None:
    script = (ROOT / "widgets" / "ganglioside_widgets" / "elements" / "page.js").read_text()
    own = re.search(r"const OWN = \[(.*?)\]", script)
    assert own is not None
    assert {*FIELDS} <= set(re.findall(r'"(\w+)"', own[1]))
