"""How this software is cited: as a sentence, BibTeX, RIS, and CITATION.cff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ganglioside.support.fact_tables import read_facts
from ganglioside.version import __version__


@dataclass(frozen=True, slots=True)
class Citation:
    """The row of `data/citation.csv`; `doi_note` says so while the DOI is a placeholder."""

    title: str
    authors: str
    year: int
    license: str
    doi: str
    doi_note: str


(CITATION,) = read_facts("citation.csv", Citation)

#: Key of the entry of BibTeX.
_KEY: Final = "ganglioside"


def sentence(version: str = __version__) -> str:
    """The citation as a list of references has it.

    >>> sentence("0.1.0")[:42]
    'The Ganglioside developers (2026). Ganglio'
    """
    c = CITATION
    note = f" [{c.doi_note}]" if c.doi_note else ""
    return (
        f"{c.authors} ({c.year}). {c.title} (version {version}) [software]. "
        f"https://doi.org/{c.doi}{note}"
    )


def bibtex(version: str = __version__) -> str:
    """The citation as an entry of BibTeX.

    >>> bibtex("0.1.0").splitlines()[0]
    '@software{ganglioside,'
    """
    c = CITATION
    fields = {
        "author": f"{{{c.authors}}}",  # doubled braces: a group has no first name
        "title": c.title,
        "year": c.year,
        "version": version,
        "license": c.license,
        "doi": c.doi,
        "note": c.doi_note,
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@software{{{_KEY},", *lines, "}", ""])


def ris(version: str = __version__) -> str:
    r"""The citation as a record of RIS, for EndNote, Zotero and others.

    >>> ris("0.1.0").splitlines()[0]
    'TY  - COMP'
    """
    c = CITATION
    fields = [
        ("TY", "COMP"),
        ("AU", f"{c.authors},"),  # with a comma, a group is not split into first and last name
        ("TI", c.title),
        ("PY", c.year),
        ("ET", version),
        ("DO", c.doi),
        ("N1", c.doi_note),
        ("ER", ""),
    ]
    lines = [f"{tag}  - {value}" for tag, value in fields if value or tag == "ER"]
    return "\r\n".join([*lines, ""])


def citation_file(version: str = __version__) -> str:
    """CITATION.cff, as code hosts and reference managers read it.

    >>> citation_file("0.1.0").splitlines()[0]
    'cff-version: 1.2.0'
    """
    c = CITATION
    lines = [
        "cff-version: 1.2.0",
        "message: If you use this software, please cite it as below.",
        "type: software",
        f'title: "{c.title}"',
        "authors:",
        f"  - name: {c.authors}",
        f"version: {version}",
        f"license: {c.license}",
        *([f"# {c.doi_note}"] if c.doi_note else []),
        f"doi: {c.doi}",
    ]
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    print(citation_file(), end="")
