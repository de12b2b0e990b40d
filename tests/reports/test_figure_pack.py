"""The figure pack: every figure in three formats, and what a paper says beside them."""

from __future__ import annotations

import struct
import zipfile
from pathlib import Path

import pytest

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.reports import citation
from ganglioside.reports.figures import PLANNED
from ganglioside.reports.methods_text import methods_text


@pytest.fixture(scope="module")
def analysis() -> Analysis:
    return gg.analyze(gg.example())


@pytest.fixture(scope="module")
def pack(analysis: Analysis, tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("figures")
    return zipfile.ZipFile(gg.export(analysis, folder / "liver.zip", "figures"))


def test_every_figure_is_there_in_three_formats(pack: zipfile.ZipFile) -> None:
    starts = {"svg": b"<svg", "pdf": b"%PDF", "png": b"\x89PNG"}
    for number, plan in enumerate(PLANNED, 1):
        for ending, start in starts.items():
            content = pack.read(f"figure_{number}_{plan.name}.{ending}")
            assert content.startswith(start)
            assert len(content) > 2_000
    assert len(pack.namelist()) == 3 * len(PLANNED) + 4


def test_pictures_have_300_dots_per_inch(pack: zipfile.ZipFile) -> None:
    picture = pack.read("figure_1_profile.png")
    at = picture.index(b"pHYs") + 4
    per_metre, _, unit = struct.unpack(">IIB", picture[at : at + 9])
    assert unit == 1
    assert per_metre * 0.0254 == pytest.approx(300, abs=0.1)
    width, _ = struct.unpack(">II", picture[16:24])
    assert width > 300 * 17 / 2.54  # the full width of a page, 17 cm


def test_captions_methods_and_citation_are_beside_them(
    pack: zipfile.ZipFile, analysis: Analysis
) -> None:
    captions = pack.read("captions.txt").decode()
    assert captions.startswith("Figure 1. Profile by series. ")
    assert captions.count("Figure ") == len(PLANNED)
    assert pack.read("methods.txt").decode() == methods_text(analysis) + "\n"
    assert pack.read("citation.bib").decode() == citation.bibtex(analysis.version)
    assert pack.read("citation.ris").decode() == citation.ris(analysis.version)


@pytest.mark.usefixtures("one_figure")
def test_the_pack_is_what_a_plot_saves(
    analysis: Analysis, pack: zipfile.ZipFile, tmp_path: Path
) -> None:
    written = zipfile.ZipFile(analysis.plot.save_all(tmp_path / "liver.zip"))
    assert written.testzip() is None
    names = written.namelist()
    assert set(names) <= set(pack.namelist())
    assert all(written.read(name) == pack.read(name) for name in names if name.endswith("g"))
