"""Patterns of texts that callers send: nobody is told a regular expression."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from ganglioside.server.documentation import stored_document
from ganglioside.server.patterns import WORDS


def patterns_in(node: Any) -> set[str]:
    """All patterns of a document."""
    inner = [*node.values()] if isinstance(node, dict) else node if isinstance(node, list) else []
    own = {node["pattern"]} if isinstance(node, dict) and "pattern" in node else set()
    return own.union(*map(patterns_in, inner))


def test_each_pattern_of_the_document_has_its_words() -> None:
    assert patterns_in(stored_document()["paths"]) <= {*WORDS}


@pytest.mark.parametrize(
    ("method", "place", "body", "said"),
    [
        ("GET", "sessions/x", None, "14 signs"),
        ("GET", "sessions/1A21EAC954C0D6/features", None, "api/v1/sessions"),
        ("GET", "jobs/1", None, "api/v1/jobs"),
        ("DELETE", "tokens/1", None, "api/v1/tokens"),
        ("POST", "tokens", {"person": " "}, "can be seen"),
        ("POST", "tokens", {"person": "Ann", "label": "a\tb"}, "tabs"),
        ("PUT", "sessions/{sid}/overrides/1", {"note": "\0"}, "NUL"),
        ("PATCH", "sessions/{sid}", {"name": "a\nb"}, "one line"),
    ],
)
def test_what_does_not_fit_is_told_in_words(
    ann: httpx.Client, sid: str, method: str, place: str, body: Any, said: str
) -> None:
    answer = ann.request(method, place.format(sid=sid), json=body)
    assert answer.status_code == 422
    told = answer.json()
    assert said in told["detail"]
    assert "pattern" not in answer.text
    assert [fault["message"] in WORDS.values() for fault in told["faults"]] == [True]
