"""The documentation: its parts come from the tables of the package, and its check finds faults."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from types import SimpleNamespace

import pytest
from paths import ROOT
from project.test_hygiene import load_script

import ganglioside as gg
from ganglioside.support import locations

docs = load_script(ROOT / ".ci" / "docs.py")
facts = load_script(ROOT / "docs" / "facts.py")

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


@pytest.mark.parametrize("name", facts.PARTS)
def test_each_part_is_on_a_page(name: str) -> None:
    pages = [path.read_text(encoding="utf-8") for path in (ROOT / "docs").glob("*.md")]
    assert any(f"{{{{ {name} }}}}" in page for page in pages)
    heads, line, *rows = facts.PARTS[name]().splitlines()
    assert set(line) <= set("|- ")
    assert len({len(re.split(r"(?<!\\)\|", row)) for row in [heads, line, *rows]}) == 1
    assert rows


def test_the_figures_are_those_of_the_report() -> None:
    report = (ROOT / "reports" / "benchmarks" / "accuracy.md").read_text(encoding="utf-8")
    row = re.search(r"^\| hard +\| ganglioside +\| 100 +\| \d+ +\| (\S+)", report, re.MULTILINE)
    assert row
    assert f"| hard | ganglioside | {row[1]} |" in facts.accuracy()


def test_what_would_end_a_cell_is_escaped() -> None:
    assert facts.table(["a"], [["x|y\nz"]]).splitlines()[-1] == r"| x\|y z |"


def test_a_formula_is_drawn_by_the_browser_itself() -> None:
    pytest.importorskip("docutils")
    from docutils import nodes

    maths = load_script(ROOT / "docs" / "maths.py")
    writer = SimpleNamespace(body=[])
    for draw in (maths.draw_inline, maths.draw_block):
        with pytest.raises(nodes.SkipNode):
            draw(writer, nodes.math("", r"\sqrt{s^2}"))
    assert all("<math" in text and "<msqrt>" in text for text in writer.body)


def test_charts_of_lessons_have_their_own_size(site: Path) -> None:
    (site / "notebooks").mkdir()
    (site / "notebooks" / "a.html").write_text('<img alt="" src="../a.png" />')
    picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (1300).to_bytes(4) + (900).to_bytes(4)
    (site / "a.png").write_bytes(picture)
    docs.halve_pictures(site)
    assert 'src="../a.png" width="650"' in (site / "notebooks" / "a.html").read_text()


def test_all_pages_are_put_together(tmp_path: Path) -> None:
    docs.assemble(tmp_path / "source")
    source = tmp_path / "source"
    assert (source / "files.md").read_text() == (ROOT / "FILES.md").read_text()
    assert "`ganglioside history verify`" in (source / "cli.md").read_text()
    assert ": Retention time of the feature, in minutes." in (source / "words.md").read_text()
    lessons = sorted((source / "notebooks").glob("*.ipynb"))
    assert [path.name for path in lessons] == [
        path.name for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    ]


def test_an_image_holds_the_site_where_it_was_built() -> None:
    """It was left out of what the image is made of, so `/documentation/` was not there."""
    assert "!build/docs/html" in (ROOT / ".dockerignore").read_text().splitlines()
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    assert "build/docs/html" in wheel["targets"]["wheel"]["artifacts"]
    assert "COPY . .\n" in (ROOT / "deploy" / "Containerfile").read_text()
