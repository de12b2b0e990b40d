"""The documentation: the stored document is true, complete, and works without a network."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis import checks
from served import Served

from ganglioside.server.application import documented_app
from ganglioside.server.documentation import document_of, stored_document

NIGHTLY = os.environ.get("GANGLIOSIDE_TESTS") == "nightly"

#: What no request may cause, however odd it is.
CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
)

schema = schemathesis.openapi.from_dict(stored_document())


@pytest.fixture(scope="module")
def caller() -> Iterator[requests.Session]:
    """Keeps its connection, and does not look for proxies each time."""
    with requests.Session() as session:
        session.trust_env = False
        yield session


@schema.parametrize()
@settings(
    max_examples=50 if NIGHTLY else 2,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],
)
def test_no_answer_is_undeclared(
    case: schemathesis.Case,
    running: Served,
    ann: httpx.Client,
    sid: str,
    caller: requests.Session,
) -> None:
    base = running.url.removesuffix("/api/v1")
    headers = {"Authorization": ann.headers["Authorization"]}
    case.call_and_validate(base_url=base, headers=headers, checks=CHECKS, session=caller)


def test_the_stored_document_is_that_of_the_app(ann: httpx.Client) -> None:
    document = document_of(documented_app())
    assert json.loads(json.dumps(document)) == stored_document(), (
        "python -m ganglioside.server.documentation > ganglioside/server/openapi.json"
    )
    assert ann.get("openapi.json").json() == stored_document()


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in stored_document()["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_every_operation_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert operation["tags"]
    good = [status for status in operation["responses"] if status.startswith("2")]
    assert good
    for status, answer in operation["responses"].items():
        if status.startswith(("4", "5")):
            assert list(answer["content"]) == ["application/problem+json"], (method, path, status)


def test_the_pages_load_nothing_from_elsewhere(ann: httpx.Client) -> None:
    for page in ("docs", "docs/reference"):
        text = ann.get(page).text
        assert "http://" not in text
        assert "https://" not in text
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "redoc.standalone.js", "start.js"):
        answer = ann.get(f"docs/{asset}")
        assert answer.status_code == 200
        assert len(answer.content) > 500
