"""The registry of tools, and the list that people read."""

from __future__ import annotations

from importlib.metadata import EntryPoint

import pytest
from paths import ROOT

import ganglioside as gg
from ganglioside.reading import registry
from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import header_keys

MINE = Format(
    "My tool", marks=(("Mine A", "Mine B"),), columns={"name": ("Mine A",), "rt": ("Mine B",)}
)
WRONG = "no format"


@pytest.fixture
def added(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    value = f"{__name__}:{request.param}"
    point = EntryPoint("mine", value, registry.GROUP)
    monkeypatch.setattr(EntryPoint, "load", lambda _: globals()[request.param])
    monkeypatch.setattr(
        registry, "entry_points", lambda group: [point] if group == registry.GROUP else []
    )
    registry.forget()
    yield
    registry.forget()


@pytest.mark.parametrize("added", ["MINE"], indirect=True)
def test_another_package_adds_a_tool(added: None) -> None:
    read = gg.read_features(b"Mine A,Mine B\nGM1(36:1;O2),9.9\n")
    assert read.tables[0].tool == "My tool"
    assert read.data["rt"].tolist() == [9.9]


@pytest.mark.parametrize("added", ["WRONG"], indirect=True)
def test_what_is_no_format_is_refused_with_the_cure(added: None) -> None:
    with pytest.raises(TypeError, match="must give a Format"):
        registry.formats()


@pytest.mark.parametrize("form", registry.formats(), ids=lambda form: form.tool)
def test_each_group_of_marks_finds_the_first_format_that_has_it(form: Format) -> None:
    for group in form.marks:
        texts = [mark.replace("*", "x") for mark in group]
        first = next(each for each in registry.formats() if each.recognises(texts))
        for others in ([], ["GM3(36:1;O2)", "", "9.5"]):
            assert registry.format_of(header_keys([*others, *texts])) is first
    assert registry.format_of(header_keys(["GM3(36:1;O2)", "", "9.5"])) is None


def test_the_list_of_files_is_that_of_the_readers() -> None:
    written = (ROOT / "FILES.md").read_text(encoding="utf-8")
    assert written == registry.file_list()
    assert all(form.taken and form.files for form in registry.formats())


def test_the_list_has_each_tool_once_with_its_files_in_the_order_of_names() -> None:
    listed = registry.tools()
    names = [tool for tool, _, _ in listed]
    assert names == sorted({form.tool for form in registry.formats()}, key=str.casefold)
    named = {"MS-DIAL", "mzmine", "Skyline", "LipidSearch", "Lipid Data Analyzer", "MassHunter",
             "MultiQuant or SCIEX OS", "TraceFinder", "MRMkit", "El-MAVEN", "LIQUID",
             "MetaboScape", "Progenesis QI", "Compound Discoverer", "XCMS", "MetaboLights MAF",
             "mwTab", "mzTab-M"}  # fmt: skip
    assert named <= set(names)
    assert not any("|" in text for row in listed for text in row)


@pytest.mark.parametrize("added", ["MINE"], indirect=True)
def test_a_tool_that_was_added_is_listed(added: None) -> None:
    assert ("My tool", "", "") in registry.tools()
