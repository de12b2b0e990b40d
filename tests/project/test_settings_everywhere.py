"""A setting that can be moved is known wherever settings are set: a forgotten place drops it."""

from __future__ import annotations

import re
from inspect import signature

import nbformat
from paths import ROOT

from ganglioside.cli.analyses import analyze
from ganglioside.reports.parameters import SETTINGS
from ganglioside_widgets.state.thresholds import STEPS

#: Settings without a slider, which the analysis takes as a choice.
CHOICES = {"sample_type", "polarity"}
#: Limits of reading, which the page's server sets.
LIMITS = {"max_megabytes", "max_rows"}


def test_the_command_and_the_report_take_every_setting_of_the_panel() -> None:
    moved = {*STEPS, *CHOICES, *LIMITS}
    assert set(SETTINGS) == moved
    assert moved <= set(signature(analyze).parameters)
    notebook = nbformat.read(ROOT / "reports" / "session_report.ipynb", as_version=4)
    (cell,) = [c for c in notebook.cells if "parameters" in c.metadata.get("tags", [])]
    assert moved <= set(re.findall(r"^(\w+)", cell.source, re.MULTILINE))


def test_an_address_keeps_every_slider() -> None:
    script = (ROOT / "widgets" / "ganglioside_widgets" / "elements" / "page.js").read_text()
    own = re.search(r"const OWN = \[(.*?)\]", script)
    assert own is not None
    assert {*STEPS, "sample_type"} <= set(re.findall(r'"(\w+)"', own[1]))
