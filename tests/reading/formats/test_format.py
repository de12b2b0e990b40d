"""The form in which formats are described."""

from __future__ import annotations

import random

import effort
import pytest
from effort import examples, not_endless
from hypothesis import given
from hypothesis import strategies as st
from reading.formats.content import assert_content, read
from reading.formats.test_elmaven import group_report
from reading.formats.test_liquid import results
from reading.formats.test_msdial import VERSION_5, alignment
from reading.formats.test_mzmine import legacy, modular
from reading.formats.test_sieve import frames
from reading.formats.test_xcms import DEFINITIONS, peaks

from ganglioside.reading.formats.format import Format, PerSample
from ganglioside.reading.registry import formats

TOOL = Format(
    "Example",
    marks=(("Peak ID", "Lipid*"), ("*_Area",)),
    others=("Group CV*", "*_Mean", "MaxIntensity"),
)


@pytest.mark.parametrize(
    ("texts", "known"),
    [
        (["peak_id", "LIPID name"], True),
        (["Peak ID"], False),
        (["Peak ID", "my Lipid"], False),
        (["S_1_area"], True),
        (["area of S_1"], False),
        ([], False),
    ],
)
def test_a_tool_is_recognised_by_a_group_of_headers(texts: list[str], known: bool) -> None:
    assert TOOL.recognises(texts) is known


@pytest.mark.parametrize("header", ["Group CV [%]: ctx", "ctx_Mean", "maxintensity"])
def test_other_headers(header: str) -> None:
    assert TOOL.is_other(header)
    assert not TOOL.is_other(f"x{header}x")


def test_a_pattern_names_its_sample() -> None:
    area = PerSample("volume", r"(?P<sample>.+) Peak area")
    assert area.sample(" S 1.mzML peak AREA ") == "S 1.mzML"
    assert area.sample("Peak area") is None


@given(st.text(max_size=60))
def test_any_header_can_be_looked_up_in_all_formats(header: str) -> None:
    for form in formats():
        form.recognises([header])
        form.is_other(header)
        assert all(each.sample(header) != "" for each in form.per_sample)


@pytest.mark.parametrize("form", formats(), ids=lambda form: form.tool)
def test_each_format_says_what_is_taken(form: Format) -> None:
    assert form.taken
    assert form.marks or form.unfold


@pytest.mark.parametrize("form", formats(), ids=lambda form: form.tool)
def test_a_long_header_is_looked_up_at_once(form: Format) -> None:
    header = "a:_ area (" * 1000
    with not_endless():
        samples = [each.sample(header) for each in form.per_sample]
        assert not form.is_other(header)
    assert all(sample is None or sample in header for sample in samples)


def test_a_pattern_that_never_ends_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(effort, "PATIENCE", 0.2)
    endless = PerSample("volume", r"(?P<sample>(a|aa)+) area")
    with pytest.raises(TimeoutError, match="processor"), not_endless():
        endless.sample("a" * 1000)


#: Tables with one header row, and what they do not carry.
ONE_HEADER = {
    "MS-DIAL": (alignment(VERSION_5, title_rows=False), "\t", {}),
    "mzmine": (modular(), ",", {"own_rt": True}),
    "mzmine 2": (legacy(own=False), ",", {"ions": False}),
    "XCMS": (peaks(DEFINITIONS), "\t", {"ions": False}),
    "El-MAVEN": (group_report(), ",", {}),
    "LIQUID": (results(), "\t", {"own_rt": True}),
    "SIEVE": (frames(), ",", {"ions": False}),
}


def moved(text: str, separator: str, draw: random.Random) -> str:
    """A table whose columns were brought into another order, in another text format."""
    rows = [line.split(separator) for line in text.splitlines()]
    order = list(range(len(rows[0])))
    draw.shuffle(order)
    between = draw.choice([",", ";", "\t"])
    lines = [between.join(row[i].replace(between, " ") for i in order) for row in rows]
    return draw.choice(["\n", "\r\n"]).join(lines)


@pytest.mark.parametrize("tool", ONE_HEADER)
@given(seed=st.integers(0, 10**6))
@examples(12)
def test_columns_may_stand_in_any_order(tool: str, seed: int) -> None:
    text, separator, lacks = ONE_HEADER[tool]
    assert_content(read(moved(text, separator, random.Random(seed))), **lacks)


def test_areas_of_samples_are_not_carried_along_again() -> None:
    table = read(modular())
    (found,) = table.tables
    read_columns = {found.header.texts[p] for s in found.samples for p in s.positions.values()}
    assert not read_columns & set(table.carried)
    assert "datafile:S_1.mzML:fwhm" in table.carried  # other columns of a sample are evidence
    assert "datafile:Blank_1.mzML:area" in table.carried  # and so are those of samples left out
