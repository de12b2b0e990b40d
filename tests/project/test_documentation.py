"""The documentation: its parts come from the tables of the package, and its check finds faults."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from paths import ROOT
from project.test_hygiene import load_script

import ganglioside as gg
from ganglioside.support import locations

docs = load_script(ROOT / ".ci" / "docs.py")

PAGE = """<html><head><link rel="stylesheet" href="site.css"></head>
<body><h1 id="top">A</h1><a href="other.html#part">B</a> <a href="https://example.org">C</a>
<img src="a.png"> <a href="#top">D</a> <img src="data:image/png;base64,AA"></body></html>"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "other.html").write_text('<h2 id="part">B</h2><a href="./">A</a>')
    (tmp_path / "site.css").write_text("a { background: url(a.png) }")
    (tmp_path / "a.png").touch()
    return tmp_path


def test_a_site_without_faults_has_none(site: Path) -> None:
    assert list(docs.faults(site)) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("other.html", "gone.html", "index.html leads to gone.html#part, which is not there"),
        ("#part", "#gone", "index.html leads to other.html#gone, which is not there"),
        ("#top", "#gone", "index.html leads to #gone, which is not there"),
        ('"a.png"', '"b.png"', "index.html leads to b.png, which is not there"),
        ('"site.css"', '"//example.org/s.css"', "index.html loads //example.org/s.css"),
        ('"a.png"', '"http://example.org/b.png"', "index.html loads http://example.org/b.png"),
        ("<h1", "<script>1</script><h1", "index.html has a script within it"),
        ("<h1", '<script src="//a.b/c.js"></script><h1', "index.html loads //a.b/c.js"),
        ("<h1", "<style>@import '//a.b/c.css'</style><h1", "index.html loads //a.b/c.css"),
        ("<h1", '<p style="background: url(//a.b/c.png)"></p><h1', "index.html loads //a.b/c.png"),
    ],
)
def test_a_planted_fault_is_found(site: Path, old: str, new: str, fault: str) -> None:
    assert old in PAGE
    (site / "index.html").write_text(PAGE.replace(old, new))
    assert list(docs.faults(site)) == [fault]


def test_a_style_sheet_that_loads_a_font_from_elsewhere_is_found(site: Path) -> None:
    (site / "site.css").write_text('@font-face { src: url("https://example.org/f.woff2") }')
    assert list(docs.faults(site)) == ["site.css loads https://example.org/f.woff2"]


def test_a_site_without_pages_is_a_fault(tmp_path: Path) -> None:
    assert list(docs.faults(tmp_path)) == ["there is no index.html"]


def test_scripts_are_moved_out_of_pages_of_any_depth(site: Path) -> None:
    (site / "_static").mkdir()
    (site / "deep").mkdir()
    (site / "deep" / "page.html").write_text('<script data-x="1">let a = "<b>";</script>')
    docs.move_scripts(site)
    assert list(docs.faults(site)) == []
    text = (site / "deep" / "page.html").read_text()
    (moved,) = re.findall(r'<script src="\.\./_static/moved/(\w+\.js)"></script>', text)
    assert (site / "_static" / "moved" / moved).read_text() == 'let a = "<b>";'


def test_the_site_that_was_built_has_no_faults() -> None:
    built = locations.documentation()
    if built is None:
        pytest.skip("The documentation was not built: `make docs`.")
    assert list(docs.faults(built)) == []


def test_the_reference_lists_all_public_names() -> None:
    text = (ROOT / "docs" / "api.rst").read_text(encoding="utf-8")
    listed = set(re.findall(r"^   ganglioside\.(\w+)$", text, flags=re.MULTILINE))
    assert set(gg.__all__) - {"__version__"} <= listed


def test_all_pages_are_put_together(tmp_path: Path) -> None:
    pytest.importorskip("typer.cli")
    docs.assemble(tmp_path / "source")
    source = tmp_path / "source"
    assert (source / "files.md").read_text() == (ROOT / "FILES.md").read_text()
    assert "`ganglioside history verify`" in (source / "cli.md").read_text()
    assert ": Retention time of the feature, in minutes." in (source / "words.md").read_text()
    lessons = sorted((source / "notebooks").glob("*.ipynb"))
    assert [path.name for path in lessons] == [
        path.name for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    ]
    assert not any(docs.MARK in path.read_text() for path in lessons)
