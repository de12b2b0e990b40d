"""Build the documentation into build/docs/html, and check what it links to and loads.

Usage: python .ci/docs.py

Pages lie in docs/; notebooks, reports and changelog are taken from where they are, and pages about
files and commands are made from the package. Nothing is loaded from elsewhere.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "docs"

#: Files beside the pages in docs/: where they are, and where the pages name them.
TAKEN = {
    "README.md": "README.md",
    "CHANGELOG.md": "CHANGELOG.md",
    "reports/images/example.svg": "example.svg",
    "reports/benchmarks/*.md": "reports/",
    "notebooks/[0-9][0-9]_*.ipynb": "notebooks/",
}

#: Attributes that name something else, and elements that load it; the others lead to it.
NAMING = {"href", "src", "data", "poster"}
LOADING = {"script", "img", "iframe", "source", "video", "audio", "object", "embed"}
#: What a `<link>` says of a page that it does not load.
RELATIONS = {"next", "prev", "search", "index", "author", "canonical", "copyright"}
#: A script within a page.
WITHIN = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.+?)</script>", re.DOTALL)
#: A chart in a page of a lesson, and how many of its dots are one of the page.
PICTURE = re.compile(r'<img [^>]*?src="([^"]+\.png)"')
SCALE = 2
#: What a style sheet loads.
STYLED = re.compile(r"""(?:@import\s+(?:url\()?|url\()\s*["']?([^"')\s]+)""")


def assemble(source: Path) -> None:
    """Put all pages together in `source`."""
    sys.path.insert(0, str(ROOT / "docs"))
    import facts

    from ganglioside.reading.registry import file_list

    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT / "docs", source, ignore=shutil.ignore_patterns("__pycache__"))
    for pattern, target in TAKEN.items():
        for path in ROOT.glob(pattern):
            placed = source / target / path.name if target.endswith("/") else source / target
            placed.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, placed)
    (source / "files.md").write_text(file_list(), encoding="utf-8")
    (source / "words.md").write_text(f"# Words\n\n{facts.glossary()}", encoding="utf-8")
    (source / "cli.md").write_text(f"# Commands\n\n{facts.commands()}", encoding="utf-8")


class Page(HTMLParser):
    """What one page holds.

    Attributes
    ----------
    links, loads : list of str
        Addresses to which it leads, and those that it loads.
    names : set of str
        Names of its parts, to which links may lead.
    styles : list of str
        Text of its own styles.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.names: set[str] = set()
        self.styles: list[str] = []
        self._in_style = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what an element names."""
        given = {name: value or "" for name, value in attrs}
        self.names |= {given[name] for name in ("id", "name") if given.get(name)}
        self._in_style = tag == "style"
        if "style" in given:
            self.styles.append(given["style"])
        loads = tag in LOADING or (tag == "link" and given.get("rel", "") not in RELATIONS)
        addresses = [given[name] for name in NAMING & given.keys()]
        (self.loads if loads else self.links).extend(addresses)

    def handle_data(self, data: str) -> None:
        """Note the text of a style."""
        if self._in_style:
            self.styles.append(data)

    def handle_endtag(self, tag: str) -> None:
        """End a style."""
        self._in_style = self._in_style and tag != "style"


def loaded_by_styles(text: str) -> list[str]:
    """Addresses that a style sheet loads."""
    return [address for address in STYLED.findall(text) if not address.startswith("#")]


def is_outside(address: str) -> bool:
    """Whether an address is of another server."""
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data", "mailto")


def move_scripts(site: Path) -> None:
    """Move scripts within pages into files of their own: `ganglioside app` lets no other run."""
    folder = site / "_static" / "moved"
    folder.mkdir()
    for page in site.rglob("*.html"):
        root = "../" * (len(page.relative_to(site).parts) - 1)

        def moved(script: re.Match[str], root: str = root) -> str:
            name = f"{hashlib.sha256(script[1].encode()).hexdigest()[:16]}.js"
            (folder / name).write_text(script[1], encoding="utf-8")
            return f'<script src="{root}_static/moved/{name}"></script>'

        page.write_text(WITHIN.sub(moved, page.read_text(encoding="utf-8")), encoding="utf-8")


def halve_pictures(site: Path) -> None:
    """Show charts of lessons, which are drawn for dense screens, in their own size."""
    for page in (site / "notebooks").glob("*.html"):

        def sized(picture: re.Match[str], folder: Path = page.parent) -> str:
            header = (folder / picture[1]).read_bytes()[:24]
            width = int.from_bytes(header[16:20])  # of a PNG: after its signature and first chunk
            return f'{picture[0]} width="{width // SCALE}"'

        page.write_text(PICTURE.sub(sized, page.read_text(encoding="utf-8")), encoding="utf-8")


def faults(site: Path) -> Iterator[str]:
    """What a built site loads from elsewhere, and its links that lead nowhere."""
    texts = {path: path.read_text(encoding="utf-8") for path in sorted(site.rglob("*.html"))}
    pages = {path: Page(text) for path, text in texts.items() if "_static" not in path.parts}
    if site / "index.html" not in pages:
        yield "there is no index.html"
    for path, page in pages.items():
        if WITHIN.search(texts[path]):
            yield f"{path.relative_to(site).as_posix()} has a script within it"
        where = path.relative_to(site).as_posix()
        loads = [*page.loads, *(a for style in page.styles for a in loaded_by_styles(style))]
        yield from (f"{where} loads {address}" for address in loads if is_outside(address))
        for address in [*loads, *page.links]:
            if not is_outside(address) and not _is_there(address, path, pages):
                yield f"{where} leads to {address}, which is not there"
    for path in sorted(site.rglob("*.css")):
        for address in loaded_by_styles(path.read_text(encoding="utf-8")):
            if is_outside(address):
                yield f"{path.relative_to(site).as_posix()} loads {address}"


def _is_there(address: str, page: Path, pages: dict[Path, Page]) -> bool:
    """Whether what a page names is in the site, and has the part that is named."""
    parts = urlsplit(address)
    if parts.scheme:  # data: and mailto: lead to no file
        return True
    target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if target.is_dir():
        target /= "index.html"
    if target not in pages:
        return target.is_file()
    return not parts.fragment or unquote(parts.fragment) in pages[target].names


def digest_of_package() -> str:
    """Hash of what notebooks run: when it changes, they are run again."""
    digest = hashlib.sha256()
    for folder in ("ganglioside", "widgets"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in {".py", ".csv", ".j2"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def build() -> int:
    """Build the site, with every warning an error; the exit code of Sphinx."""
    from sphinx.cmd.build import build_main

    assemble(BUILD / "source")
    shutil.rmtree(BUILD / "html", ignore_errors=True)
    code = build_main(
        ["-b", "html", "-W", "--keep-going", "-q", "-j", "auto", "-d", str(BUILD / "trees"),
         "-D", f"nb_execution_cache_path={BUILD / 'runs' / digest_of_package()}",
         str(BUILD / "source"), str(BUILD / "html")]
    )  # fmt: skip
    if (BUILD / "html" / "_static").is_dir():
        move_scripts(BUILD / "html")
        halve_pictures(BUILD / "html")
    return code


def main() -> int:
    """Build and check, and return the exit code."""
    code = build()
    found = list(faults(BUILD / "html"))
    print(*found, sep="\n", file=sys.stderr)
    if not code and not found:
        print(f"The documentation is in {BUILD / 'html'}")
    return code or bool(found)


if __name__ == "__main__":
    sys.exit(main())
