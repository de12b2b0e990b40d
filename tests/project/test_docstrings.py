"""What people call says what it returns, with columns and an example that runs."""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

import ganglioside as gg
from ganglioside import columns
from ganglioside.amounts.species_table import BY_SAMPLE, SPECIES
from ganglioside.history.listing import LISTED
from ganglioside.inference.fitted_model import PREDICTION_COLUMNS
from ganglioside.questions.expected_library import LIBRARY
from ganglioside.questions.family import FAMILY
from ganglioside.questions.review_queue import QUEUE
from ganglioside.questions.suggested_names import SUGGESTED
from ganglioside.questions.suggestions import SUGGESTIONS
from ganglioside.verdicts.consensus import CONSENSUS, DIFFERENCES, DRIFT

#: Tables that people get, and their columns.
TABLES = {
    "Analysis": {*columns.FEATURES, *columns.OPTIONAL, *columns.MODELS, *columns.FINDINGS,
                 *columns.PROBLEMS},
    "Analysis.overridden": set(columns.OVERRIDE_COLUMNS.values()),
    "Analysis.consensus": set(CONSENSUS),
    "Analysis.differences": set(DIFFERENCES),
    "Analysis.drift": set(DRIFT),
    "Analysis.family": set(FAMILY),
    "Analysis.species": set(SPECIES),
    "Analysis.species_by_sample": set(BY_SAMPLE),
    "Analysis.suggest": set(SUGGESTIONS),
    "Analysis.suggested_names": set(SUGGESTED),
    "Analysis.review_queue": set(QUEUE),
    "Analysis.expected_library": set(LIBRARY),
    "Analysis.predict": set(PREDICTION_COLUMNS),
    "RetentionModel.predict_lines": set(PREDICTION_COLUMNS),
    "Overrides.beside": set(columns.OVERRIDE_COLUMNS.values()),
    "Overrides.to_frame": set(columns.OVERRIDES),
    "History.override_trail": set(columns.OVERRIDES),
    "History.sessions": set(LISTED),
    "FeatureTable": {*columns.FEATURE_TABLE, *columns.PROBLEMS},
}  # fmt: skip


def behind(member: object) -> Any:
    """Function of a method, property or cached property; None of anything else."""
    if isinstance(member, classmethod | staticmethod):
        return member.__func__
    if isinstance(member, property):
        return member.fget
    if isinstance(member, functools.cached_property):
        return member.func
    return member if inspect.isfunction(member) else None


def public() -> Iterator[tuple[str, Any, bool]]:
    """Name, object, and whether it is called, of what `gg` offers and of all public methods."""
    for name in gg.__all__:
        value = getattr(gg, name)
        if inspect.isfunction(value):
            yield name, value, True
        elif inspect.isclass(value):
            yield name, value, False
            for part, member in vars(value).items():
                function = behind(member)
                if not part.startswith("_") and function is not None:
                    called = not isinstance(member, property | functools.cached_property)
                    yield f"{name}.{part}", function, called


PUBLIC = {name: (value, called) for name, value, called in public()}
CALLED = [name for name, (_, called) in PUBLIC.items() if called]


def text_of(name: str) -> str:
    return inspect.getdoc(PUBLIC[name][0]) or ""


@pytest.mark.parametrize("name", PUBLIC)
def test_everything_public_is_described(name: str) -> None:
    assert len(text_of(name)) > 20


@pytest.mark.parametrize("name", CALLED)
def test_every_call_says_what_it_returns_and_shows_an_example(name: str) -> None:
    text = text_of(name)
    assert ">>> " in text
    returned = inspect.signature(PUBLIC[name][0]).return_annotation
    if returned not in (None, "None"):
        assert re.search(r"^(Returns|Yields)\n-+\n\w", text, re.MULTILINE)


@pytest.mark.parametrize("name", TABLES)
def test_tables_list_their_columns(name: str) -> None:
    words = set(re.findall(r"\w+", text_of(name)))
    assert TABLES[name] - words == set()


def test_no_docstring_sends_its_reader_to_a_constant() -> None:
    assert len(PUBLIC) > 80
    told = {n for n in PUBLIC if re.search(r"[Cc]olumns `\w+\.[A-Z_]+`", text_of(n))}
    assert told == set()
