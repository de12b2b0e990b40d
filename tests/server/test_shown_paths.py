"""Paths in answers: names of files, no folders of the server."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

import ganglioside as gg
from ganglioside.errors import ReadError, UnknownSessionError
from ganglioside.history.jobs import Job
from ganglioside.server.answers import JobAnswer, SessionAnswer
from ganglioside.server.problems import problem_of
from ganglioside.server.shown_paths import ShownPaths
from ganglioside.support.folders import without_folders


@pytest.fixture
def job(tmp_path: Path) -> Job:
    history = gg.History.open(tmp_path / "history.duckdb")
    given = {"sources": ["/srv/lab/a1/tables"], "out": "/srv/lab/a1/results", "title": "mice"}
    return history.jobs.get(history.jobs.add("batch", given, "mice"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("3 tables done: /srv/lab/a1/results/overview.html", "3 tables done: overview.html"),
        ({"/srv/lab/a1/tables/x.csv": "no table"}, {"x.csv": "no table"}),
        (["/srv/lab/a1/results", 3, None], ["results", 3, None]),
        ("/srv/lab/a1/batch.jsonl cannot be read", "batch.jsonl cannot be read"),
        ("mass/charge, 1/2", "mass/charge, 1/2"),
    ],
)
def test_what_a_job_was_given_is_shown_by_name(job: Job, value: Any, shown: Any) -> None:
    assert ShownPaths(job)(value) == shown


def test_a_file_in_the_root_does_not_take_all_slashes(job: Job) -> None:
    in_root = dataclasses.replace(job, parameters='{"source": "/table.csv"}')
    assert ShownPaths(in_root)("a/b of /table.csv") == "a/b of table.csv"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("The history /srv/lab/h.duckdb is in use: its lock /srv/lab/h.duckdb.lock",
         "The history h.duckdb is in use: its lock h.duckdb.lock"),
        ("postgresql:///lab?host=/var/run/postgresql is away",
         "postgresql:///lab?host=postgresql is away"),
        ("see https://example.org/a/b/c and GM3(d18:1/16:0/x/y)",
         "see https://example.org/a/b/c and GM3(d18:1/16:0/x/y)"),
        ("1/2/3 /or/ not, //a/b/c", "1/2/3 /or/ not, //a/b/c"),
    ],
)  # fmt: skip
def test_folders_that_a_job_was_not_given_are_not_shown_either(
    job: Job, text: str, shown: str
) -> None:
    assert ShownPaths(job)(text) == shown
    assert without_folders(text) == shown


def test_an_answer_about_a_session_has_no_folder(tmp_path: Path) -> None:
    history = gg.History.open(tmp_path / "history.duckdb")
    sid = history.begin(gg.example().source, gg.Settings())
    history.fail(sid, "HistoryError: /srv/lab/a1/h.duckdb is in use")
    answer = SessionAnswer.of(history.listed(sid))
    assert answer.error == "HistoryError: h.duckdb is in use"


@pytest.mark.parametrize("parameters", ["", "[", "3", '"/"', "[" * 100_000])
def test_parameters_that_others_wrote_change_nothing(job: Job, parameters: str) -> None:
    foreign = dataclasses.replace(job, parameters=parameters)
    assert ShownPaths(foreign)("a/b of /srv") == "a/b of /srv"
    assert ShownPaths(foreign)("/srv/x") == "x"


def test_an_answer_about_a_job_has_no_folder(job: Job) -> None:
    result = {"overview": "/srv/lab/a1/results/overview.html", "failed": {}}
    ended = dataclasses.replace(job, result=json.dumps(result), error="/srv/lab/a1/tables/x: no")
    answer = JobAnswer.of(ended)
    assert answer.result == {"overview": "overview.html", "failed": {}}
    assert answer.error == "x: no"


@pytest.mark.parametrize("folder", ['/tmp/O\'Neil "x"', "relative/mice", "/St. Gallen: 3, a"])
def test_a_folder_that_was_given_is_shown_in_no_way_of_writing(job: Job, folder: str) -> None:
    given = {"sources": [f"{folder}/x.csv"], "out": f"{folder}/a/out", "title": "m/z"}
    shown = ShownPaths(dataclasses.replace(job, parameters=json.dumps(given)))
    for name in ("x.csv", "a/out"):
        path = f"{folder}/{name}"
        written = [path, repr(path), f"A failed: B failed ({path}): {path!r}"]
        for text in written:
            assert folder not in shown(text)
            assert repr(folder)[1:-1] not in shown(text)
    assert shown("m/z and a/b") == "m/z and a/b"


def test_the_words_of_a_refusal_have_no_folder() -> None:
    try:
        try:
            raise FileNotFoundError(2, "No such file", "/srv/My lab/x.csv")
        except FileNotFoundError as cause:
            raise ReadError(f"The table cannot be read: {cause}") from cause
    except ReadError as error:
        told = problem_of(error)
    assert told.detail == "The table cannot be read: [Errno 2] No such file: 'x.csv'"
    missing = problem_of(UnknownSessionError("There is no session 'x' in this history."))
    assert missing.detail.endswith("GET /api/v1/sessions lists them.")
