"""The help explains every word that the pages write."""

from __future__ import annotations

from html import unescape

import pytest
from widgets.serving.templates import drawn

from ganglioside.columns import VERDICT_KINDS
from ganglioside.settings import Settings, setting_specs
from ganglioside.support.glossary import KEYS, TERMS, term_of
from ganglioside_widgets.panels import feature, history, jobs, results, species
from ganglioside_widgets.serving.help_page import grouped_terms
from ganglioside_widgets.serving.start_page import CARDS
from ganglioside_widgets.state.thresholds import STEPS

#: Columns of the pages that say themselves what they are.
PLAIN = {"File", "Created", "Duration (s)", "Features", "%", "Kind", "Last message", "Started",
         "Time", "Process"}  # fmt: skip

COLUMNS = {
    "results": results.COLUMNS,
    "family": feature._FAMILY_COLUMNS,
    "history": history._COLUMNS,
    "jobs": jobs._COLUMNS,
    "species": species._NEAR_COLUMNS,
}


@pytest.mark.parametrize("page", COLUMNS)
def test_every_column_of_the_pages_has_its_word(page: str) -> None:
    verdicts = {kind.name.capitalize() for kind in VERDICT_KINDS}
    labels = {column.label for column in COLUMNS[page]}
    known = PLAIN if page != "results" else set()
    assert {label for label in labels - verdicts - known if term_of(label) is None} == set()


def test_the_page_holds_all_words_verdicts_keys_and_thresholds() -> None:
    specs = [(setting_specs()[name], Settings().values()[name]) for name in STEPS]
    html = unescape(
        drawn(
            "help.html", pages=CARDS, verdicts=VERDICT_KINDS, version="1.2.3",
            glossary=grouped_terms(), keys=KEYS, thresholds=specs,
        )
    )  # fmt: skip
    for words in (
        *(term.meaning for term in TERMS),
        *(kind.help for kind in VERDICT_KINDS),
        *(key.does for key in KEYS),
        *(spec.help for spec, _ in specs),
        "First steps",
    ):
        assert words in html


def test_each_term_stands_in_one_group() -> None:
    assert sum(map(len, grouped_terms().values())) == len(TERMS)
