"""The documentation: the stored document is true, complete, and works without a network."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import httpx
import pandas as pd
import pytest
import requests
import schemathesis
from effort import some, until
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import checks
from served import Served

import ganglioside as gg
from ganglioside.history.sharing import Person
from ganglioside.jobs import Analyze, run_here
from ganglioside.server.application import documented_app
from ganglioside.server.documentation import document_of, stored_document
from ganglioside.verdicts.review import accept

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


def operations() -> list[tuple[str, str, dict[str, Any]]]:
    return [
        (method, path, operation)
        for path, methods in stored_document()["paths"].items()
        for method, operation in methods.items()
    ]


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, _ in some(operations(), 4)])
def test_no_answer_is_undeclared(
    method: str,
    path: str,
    running: Served,
    ann: httpx.Client,
    sid: str,
    caller: requests.Session,
) -> None:
    """Parametrised here: schemathesis gives all of its cases one id, of which xdist runs one."""
    base = running.url.removesuffix("/api/v1")
    headers = {"Authorization": ann.headers["Authorization"]}

    @given(case=schema[path][method].as_strategy())
    @settings(
        max_examples=50 if NIGHTLY else 2,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    def check(case: schemathesis.Case) -> None:
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS, session=caller)

    check()


def test_the_stored_document_is_that_of_the_app(ann: httpx.Client) -> None:
    document = document_of(documented_app())
    assert json.loads(json.dumps(document)) == stored_document(), (
        "python -m ganglioside.server.documentation > ganglioside/server/openapi.json"
    )
    assert ann.get("openapi.json").json() == stored_document()


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


def example_of(schema: dict[str, Any]) -> Any:
    """Example that stands in a schema, or in what it refers to."""
    if "$ref" in schema:
        schema = stored_document()["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    assert schema.get("examples"), schema
    return schema["examples"][0]


def parameters_of(operation: dict[str, Any], where: str) -> dict[str, Any]:
    """Examples of the parameters of an operation in its path, query or headers."""
    return {
        one["name"]: example_of(one["schema"])
        for one in operation.get("parameters", [])
        if one["in"] == where
    }


def form_of(operation: dict[str, Any]) -> dict[str, Any] | None:
    """Examples of the fields of a form, without files; None where none is sent."""
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" not in content:
        return None
    name = content["multipart/form-data"]["schema"]["$ref"].rpartition("/")[2]
    fields = stored_document()["components"]["schemas"][name]["properties"]
    return {
        field: example_of(schema)
        for field, schema in fields.items()
        if field not in ("file", "files")
    }


def workbook() -> bytes:
    """The example as a workbook with the sheet and the header of the examples."""
    table = pd.read_csv(io.BytesIO(gg.example().source.content))
    content = io.BytesIO()
    with pd.ExcelWriter(content) as writer:
        named = table.rename(columns={table.columns[0]: "Lipid species"})
        named.to_excel(writer, sheet_name="Features", index=False)
    return content.getvalue()


#: When the decision was made that the example of its confirmation names.
READ_AT = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)


class Ids:
    """Real ids in the place of those of the examples."""

    def __init__(self, running: Served, ann: httpx.Client, sid: str) -> None:
        self.history = running.history
        self.ann = ann
        self.sid = sid

    def of(self, method: str, path: str) -> dict[str, str]:
        """Id of each kind, in the state in which the operation is possible."""
        place = f"{method} {path.removeprefix('/api/v1')}"
        return {
            "sid": self._session(place) if "{sid}" in path else "",
            "job": self._job(place) if "{job}" in path else "",
            "token": self._token() if "{token}" in path else "",
        }

    def _session(self, place: str) -> str:
        if place.endswith("/cancel"):
            return self.history.begin(gg.example().source, gg.Settings())
        if place.startswith("get "):
            return self.sid
        made = self.history.acting_as(Person("Ann", "admin")).save(self._analysis)
        if place.endswith("/confirm"):
            self.history.put_override(made, replace(accept(12, author="Bob"), time=READ_AT))
        return made

    @cached_property
    def _analysis(self) -> gg.Analysis:
        return self.history.load(self.sid)

    @cached_property
    def _batch(self) -> str:
        """A batch that is done."""
        tables = [("files", ("example.csv", gg.example().source.content))]
        job = str(self.ann.post("batches", files=tables).json()["job"])
        until(lambda: self.history.jobs.get(job).has_ended, "the end of the batch")
        return job

    def _job(self, place: str) -> str:
        if "/batches" in place:
            return self._batch
        if place.endswith("/cancel"):
            return self.history.jobs.add("analyze", {"source": "nowhere.csv"}, "nowhere")
        return run_here(self.history, Analyze(source="nowhere.csv")).id

    def _token(self) -> str:
        self.history.tokens.add("Ann", "read")
        return self.history.tokens.all()[-1].id


@pytest.fixture(scope="module")
def real(running: Served, ann: httpx.Client, sid: str, jobs_here: None, one_worker: None) -> Ids:
    return Ids(running, ann, sid)


@pytest.mark.parametrize(("method", "path", "operation"), operations())
def test_the_example_of_every_operation_works(
    method: str, path: str, operation: dict[str, Any], real: Ids, ann: httpx.Client
) -> None:
    given = parameters_of(operation, "path")
    ids = {name: found for name, found in real.of(method, path).items() if found}
    assert ids.keys() <= given.keys()
    sent: dict[str, Any] = {
        "params": parameters_of(operation, "query"),
        "headers": parameters_of(operation, "header"),
    }
    if (form := form_of(operation)) is not None:
        field = "file" if "unit" in form else "files"
        sent |= {"data": form, "files": {field: ("features.xlsx", workbook())}}
    elif "requestBody" in operation:
        sent["json"] = example_of(operation["requestBody"]["content"]["application/json"]["schema"])
    address = path.removeprefix("/api/v1/").format(**{**given, **ids})
    answer = ann.request(method, address, **sent)
    assert str(answer.status_code) in operation["responses"], answer.text
    assert answer.is_success, answer.text


def test_the_pages_load_nothing_from_elsewhere(ann: httpx.Client) -> None:
    for page in ("docs", "docs/reference"):
        text = ann.get(page).text
        assert "http://" not in text
        assert "https://" not in text
    for asset in ("swagger-ui.css", "swagger-ui-bundle.js", "redoc.standalone.js", "start.js"):
        answer = ann.get(f"docs/{asset}")
        assert answer.status_code == 200
        assert len(answer.content) > 500
