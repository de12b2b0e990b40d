"""Results over the API: the same as those of the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest
from served import Running, Served
from simulated_study import study_analysis

import ganglioside as gg
from ganglioside.analysis import Analysis
from ganglioside.exporting import content_of, file_name
from ganglioside.exporting.document import document_of, read_json
from ganglioside.exporting.formats import FORMATS, Format, format_of
from ganglioside.exporting.schema import json_schema
from ganglioside.history import History
from ganglioside.server.routes import results
from ganglioside.server.service_limits import ServiceLimits


@pytest.fixture(scope="module")
def analysis(running: Served, sid: str) -> Analysis:
    return running.history.load(sid)


@pytest.fixture(scope="module")
def document(analysis: Analysis) -> dict[str, Any]:
    return document_of(analysis)


def test_features_are_those_of_the_document(
    ann: httpx.Client, sid: str, document: dict[str, Any]
) -> None:
    answer = ann.get(f"sessions/{sid}/features").json()
    assert answer == {"total": 332, "features": document["features"]}
    jsonschema.validate(answer["features"], json_schema()["properties"]["features"])


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({"verdict": "fragment"}, lambda row: row["verdict"] == "fragment"),
        ({"series": "GM1"}, lambda row: row["series"] == "GM1"),
        ({"least_confidence": 0.99}, lambda row: (row["confidence"] or 0) >= 0.99),
        ({"sample": "x"}, lambda row: False),
        (
            {"series": "GM1", "verdict": "valid"},
            lambda row: (row["series"], row["verdict"]) == ("GM1", "valid"),
        ),
    ],
)
def test_features_are_chosen(
    ann: httpx.Client, sid: str, document: dict[str, Any], query: dict[str, Any], condition: Any
) -> None:
    answer = ann.get(f"sessions/{sid}/features", params=query).json()
    expected = [row for row in document["features"] if condition(row)]
    assert answer == {"total": len(expected), "features": expected}


def test_features_come_in_parts(ann: httpx.Client, sid: str, document: dict[str, Any]) -> None:
    query = {"offset": 330, "limit": 10}
    answer = ann.get(f"sessions/{sid}/features", params=query).json()
    assert answer == {"total": 332, "features": document["features"][330:]}


@pytest.mark.parametrize("name", ["models", "findings", "problems"])
def test_tables_are_those_of_the_document(
    ann: httpx.Client, sid: str, document: dict[str, Any], name: str
) -> None:
    assert ann.get(f"sessions/{sid}/{name}").json() == {name: document[name]}


def test_the_summary_is_that_of_the_document(
    ann: httpx.Client, sid: str, document: dict[str, Any]
) -> None:
    assert ann.get(f"sessions/{sid}/summary").json() == document["summary"]


@pytest.mark.usefixtures("one_figure")
@pytest.mark.parametrize("form", FORMATS)
def test_exports_are_those_of_the_package(
    ann: httpx.Client, sid: str, analysis: Analysis, form: Format
) -> None:
    answer = ann.get(f"sessions/{sid}/exports/{form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == format_of(form).media_type
    name = file_name("example", form, analysis.source)
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''{name}"
    if form in ("species-csv", "csv", "json", "mztab", "your-file"):
        assert answer.content == content_of(analysis, form)
    else:
        assert answer.content[:2] in (b"PK", b"PA")
    if form == "json":
        assert read_json(answer.content).summary == analysis.summary


@pytest.mark.parametrize("table", ["features", "models", "findings", "problems"])
def test_types_of_columns_are_named_where_they_are_wanted(
    ann: httpx.Client, sid: str, document: dict[str, Any], table: str
) -> None:
    answer = ann.get(f"sessions/{sid}/{table}?types=true").json()
    assert answer["types"] == document["types"][table]
    assert "types" not in ann.get(f"sessions/{sid}/{table}").json()


def test_an_export_is_made_once_and_counts_as_what_it_costs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def content(_: Analysis, form: str) -> bytes:
        made.append(form)
        return form.encode()

    monkeypatch.setattr(results, "content_of", content)
    history = History.open(tmp_path / "history.duckdb")
    sids = [history.save(gg.analyze(gg.example())) for _ in range(7)]
    limits = ServiceLimits(requests_per_second=1000)
    with Running(history, limits) as served, served.caller("read") as reader:
        for _ in range(20):
            assert reader.get(f"sessions/{sids[0]}/exports/figures").content == b"figures"
        assert made == ["figures"]
        answers = [reader.get(f"sessions/{sid}/exports/figures") for sid in sids[1:]]
        assert [answer.status_code for answer in answers] == [200] * 5 + [429]
        assert int(answers[-1].headers["Retry-After"]) > 0
        names = {"names": ["GM3(36:1;O2)"] * 10_000}
        assert reader.post(f"sessions/{sids[0]}/predictions", json=names).status_code == 429
        assert reader.get("version").status_code == 200


def test_an_unknown_format_is_refused(ann: httpx.Client, sid: str) -> None:
    assert ann.get(f"sessions/{sid}/exports/exe").status_code == 422


def test_overrides_stand_beside_the_verdicts(ann: httpx.Client, running: Served) -> None:
    sid = running.history.save(study_analysis(), "study")
    ann.put(f"sessions/{sid}/overrides/0", json={"verdict": "outlier", "note": "tailing"})
    first = ann.get(f"sessions/{sid}/features", params={"limit": 1}).json()["features"][0]
    assert "outlier" in [value for name, value in first.items() if name != "verdict"]
    assert "tailing" in first.values()


def test_a_study_has_its_consensus(ann: httpx.Client, running: Served) -> None:
    analysis = study_analysis()
    sid = running.history.save(analysis, "study")
    for name in ("consensus", "differences", "drift"):
        rows = ann.get(f"sessions/{sid}/{name}").json()[name]
        assert len(rows) == len(getattr(analysis, name))
    assert rows
