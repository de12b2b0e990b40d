"""Each word that the pages write has its meaning in one place."""

from __future__ import annotations

from collections import Counter

import pytest

from ganglioside.columns import VERDICT_KINDS
from ganglioside.settings import setting_specs
from ganglioside.support.glossary import GROUPS, KEYS, TERMS, term_of


def test_each_word_stands_once_in_a_group_and_has_a_meaning() -> None:
    words = [word for term in TERMS for word in {term.term, *term.labels}]
    assert [word for word, times in Counter(words).items() if times > 1] == []
    assert {term.group for term in TERMS} == set(GROUPS)
    for term in TERMS:
        assert term.meaning.endswith("."), term
        assert not term.more or term.more.endswith("."), term


def test_a_word_is_found_as_a_column_writes_it() -> None:
    assert term_of("Conf.") == term_of("Confidence") is not None
    assert term_of("no such word") is None
    area = term_of("Peak area")
    assert area is not None
    assert area.group == "table"


@pytest.mark.parametrize("kind", VERDICT_KINDS)
def test_each_verdict_has_its_own_help_and_is_explained_nowhere_else(kind: object) -> None:
    assert kind.help  # type: ignore[attr-defined]
    assert term_of(kind.name) is None  # type: ignore[attr-defined]


def test_each_threshold_says_what_it_does() -> None:
    assert all(spec.help for spec in setting_specs().values())


def test_each_key_stands_once() -> None:
    assert len({key.key for key in KEYS}) == len(KEYS) > 10
    assert all(key.does for key in KEYS)
