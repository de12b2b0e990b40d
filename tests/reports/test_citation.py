"""One citation, in every form in which it is asked for."""

from __future__ import annotations

import re

from paths import ROOT

import ganglioside as gg
from ganglioside.reports import citation


def test_the_file_of_the_project_is_made_from_it() -> None:
    assert (ROOT / "CITATION.cff").read_text(encoding="utf-8") == citation.citation_file()


def test_every_form_has_title_version_and_doi() -> None:
    forms = (citation.sentence(), citation.bibtex(), citation.ris(), citation.citation_file())
    for text in forms:
        assert citation.CITATION.title in text
        assert gg.__version__ in text
        assert citation.CITATION.doi in text


def test_a_placeholder_says_that_it_is_one() -> None:
    assert re.fullmatch(r"10\.\d{4,9}/\S+", citation.CITATION.doi)
    if "0000000" in citation.CITATION.doi:
        forms = (citation.sentence(), citation.bibtex(), citation.ris(), citation.citation_file())
        assert all("placeholder" in text for text in forms)


def test_bibtex_and_ris_are_well_formed() -> None:
    text = citation.bibtex()
    assert text.count("{") == text.count("}")
    lines = citation.ris().split("\r\n")
    assert lines[0] == "TY  - COMP"
    assert lines[-2:] == ["ER  - ", ""]
    assert all(re.match(r"[A-Z][A-Z0-9]  - ", line) for line in lines[:-1])
