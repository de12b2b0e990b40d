"""The client: what it gives is what the history itself gives."""

from __future__ import annotations

import inspect
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from served import Served

import ganglioside as gg
from ganglioside.client import Client
from ganglioside.errors import GangliosideError, ServerError
from ganglioside.history import History
from ganglioside.progress import ProgressEvent

pytestmark = pytest.mark.usefixtures("jobs_here")


@pytest.fixture
def history(running: Served) -> History:
    return running.history


def test_sessions_are_those_of_the_history(client: Client, history: History, sid: str) -> None:
    client.run(gg.example(), name="second")
    pd.testing.assert_frame_equal(client.sessions(), history.sessions(), check_dtype=False)
    assert client.sessions(1)["name"].tolist() == ["second"]
    assert client.sessions(text="brain")["id"].tolist() == [sid]
    assert client.session(sid)["name"] == "mouse brain"


def required(function: Callable[..., Any]) -> list[str]:
    parameters = inspect.signature(function).parameters.values()
    return [one.name for one in parameters
            if one.default is one.empty and one.kind is not one.VAR_KEYWORD]  # fmt: skip


VERBS = sorted({*vars(Client)} & {name for name in dir(History) if not name.startswith("_")})


def test_the_client_has_verbs_of_the_history() -> None:
    assert len(VERBS) > 12
    assert {"run", "rerun", "load", "rename", "share", "override", "cancel"} <= {*VERBS}


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_of_both_takes_the_same(verb: str) -> None:
    assert required(getattr(Client, verb)) == required(getattr(History, verb))


def test_overriding_and_cancelling_do_the_same_in_both(client: Client, history: History) -> None:
    for one in (client, history):
        made = client.run(gg.example())
        one.override(made, 3, "outlier", note="tailing")
        said = one.override(made, 4, anchor=True)
        assert [each.feature_id for each in said] == [3, 4]
        assert said == history.load(made).overrides
        begun = history.begin(gg.example().source, gg.Settings())
        one.cancel(begun)
        assert history.session(begun)["status"] == "processing"
        assert history.runs.get(begun).cancel_requested
        history.record_cancelled(begun)
        with pytest.raises(GangliosideError, match="ended already"):
            one.cancel(begun)


def test_sessions_come_page_by_page(
    client: Client, sid: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.run(gg.example())
    whole = client.sessions()
    monkeypatch.setattr("ganglioside.client.client._PAGE", 1)
    pd.testing.assert_frame_equal(client.sessions(), whole)
    assert len(client.sessions(2)) == 2


def test_a_server_that_names_one_more_page_for_ever_is_not_asked_for_ever(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = {"sessions": [], "total": 1, "next": "more"}
    monkeypatch.setattr(client._transport, "json", lambda *_, **__: page)
    assert len(client.sessions()) == 0


def test_no_sessions_are_an_empty_frame(client: Client, sid: str) -> None:
    empty = client.sessions(text="no such words")
    assert len(empty) == 0
    assert list(empty) == list(client.sessions())


def test_results_are_those_of_the_history(client: Client, history: History, sid: str) -> None:
    analysis = history.load(sid)
    pd.testing.assert_frame_equal(client.features(sid), analysis.features)
    pd.testing.assert_frame_equal(client.models(sid), analysis.models)
    pd.testing.assert_frame_equal(client.findings(sid), analysis.findings)
    assert client.load(sid).summary == analysis.summary
    assert set(client.features(sid, "fragment")["verdict"]) == {"fragment"}
    assert client.settings(sid) == history.settings(sid)
    assert client.source(sid) == history.source(sid).content
    assert client.events(sid) == history.events(sid)
    assert client.events(sid, 3) == history.events(sid, 3)
    assert list(client.follow(sid)) == history.events(sid)
    assert client.consensus(sid).empty


@pytest.fixture(scope="module")
def study() -> gg.Analysis:
    """Analysis of some samples, with many outliers and a feature of which nothing can be told."""
    return gg.analyze(gg.simulate(2, n_samples=4))


@pytest.mark.parametrize("most", [7, 100_000])
def test_tables_are_asked_for_by_themselves_and_are_those_of_the_export(
    client: Client,
    history: History,
    study: gg.Analysis,
    monkeypatch: pytest.MonkeyPatch,
    most: int,
) -> None:
    sid = history.save(study)
    client.override(sid, 3, "outlier", note="tailing")
    document = client.load(sid)
    monkeypatch.setattr(client, "load", None)
    monkeypatch.setattr("ganglioside.client.client._MOST_ROWS", most)
    pd.testing.assert_frame_equal(client.models(sid), document.models)
    pd.testing.assert_frame_equal(client.findings(sid), document.findings)
    if most > 7:
        pd.testing.assert_frame_equal(client.features(sid), document.features)
    for verdict, least in (("outlier", 7), ("undetermined", 0)):
        wanted = document.features[document.features["verdict"] == verdict]
        found = client.features(sid, verdict)
        pd.testing.assert_frame_equal(found, wanted.reset_index(drop=True))
        assert len(found) > least


def test_questions_are_answered_as_by_the_package(
    client: Client, history: History, sid: str
) -> None:
    here = history.load(sid)
    assert client.explain(sid, 12).text == here.explain(12).text
    pd.testing.assert_frame_equal(client.suggest(sid, 12), here.suggest(12), check_dtype=False)
    names = ["GM3(36:1;O2)"]
    pd.testing.assert_frame_equal(
        client.predict(sid, names), here.predict(names), check_dtype=False
    )


@pytest.mark.parametrize("kind", ["path", "frame", "source"])
def test_a_table_is_sent_in_any_form(client: Client, tmp_path: Path, kind: str) -> None:
    table = gg.example()
    path = tmp_path / "liver.csv"
    path.write_bytes(table.source.content)
    sent = {"path": path, "frame": table.data, "source": table.source}[kind]
    made = client.run(sent)
    assert len(client.features(made)) == len(table)


def test_a_table_is_read_as_the_caller_says(client: Client) -> None:
    frame = gg.example().data[["name", "rt"]].rename(columns={"name": "Mine", "rt": "t"})
    made = client.run(frame, columns={"Name": "Mine", "RT": "t"}, unit="min")
    assert len(client.features(made)) == len(frame)


def test_a_table_that_was_read_is_judged_as_it_was_read(
    client: Client, history: History, tmp_path: Path
) -> None:
    """How it was read stayed here: the server judged all sheets of a workbook as samples."""
    book = tmp_path / "book.xlsx"
    with pd.ExcelWriter(book) as writer:
        for number in range(2):
            frame = gg.example().data[["name", "rt"]].iloc[: 40 + number]
            frame.rename(columns={"name": "Mine"}).to_excel(writer, sheet_name=f"s{number}")
    table = gg.read_features(book, sheet="s1", columns={"Name": "Mine"})
    assert len(table) == 41
    for sent in (table, table.source):
        made = client.run(sent)
        assert len(client.features(made)) == 41
        assert history.load(made).source.options == table.source.options
    with pytest.raises(GangliosideError, match="read before"):
        client.run(table, sheet="s0")


def test_a_list_is_a_study_as_for_the_history(client: Client, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.csv" for name in "ab"]
    for path in paths:
        path.write_bytes(gg.example().source.content)
    made = client.run(paths)
    assert len(client.features(made)) == 2 * len(gg.example())
    assert client.features(made)["sample"].nunique() == 2
    for path in paths:
        path.write_bytes(gg.example().source.content.replace(b"Name", b"Mine", 1))
    assert len(client.features(client.run(paths, columns={"Name": "Mine"}))) == 2 * len(
        gg.example()
    )


@pytest.mark.parametrize("wrong", [None, b"Name,RT", 3])
def test_what_is_no_table_is_refused_in_words(client: Client, wrong: Any) -> None:
    with pytest.raises(ServerError, match="is no table"):
        client.run(wrong)


@pytest.mark.parametrize("wrong", ["", "..", "../version", "a?b", "a#b"])
def test_an_id_that_leads_elsewhere_is_refused(client: Client, wrong: str) -> None:
    """`session("../version")` was an error of pandas, and `session("")` a redirection."""
    for verb in (client.session, client.delete, client.load):
        with pytest.raises(ServerError, match="holds an id that is none"):
            verb(wrong)


def test_progress_is_told_while_the_analysis_goes_on(client: Client, history: History) -> None:
    events: list[ProgressEvent] = []
    made = client.run(gg.example(), gg.Settings(rt_tolerance=0.05), progress=events.append)
    assert [event["type"] for event in events][-1] == "complete"
    assert events == history.events(made)
    assert client.settings(made).rt_tolerance == 0.05


def test_a_job_that_fails_is_an_error(client: Client) -> None:
    with pytest.raises(ServerError, match="failed"):
        client.run(pd.DataFrame({"a": ["b"]}), progress=lambda _: None)


def test_a_session_is_changed_and_deleted(client: Client, history: History) -> None:
    made = client.run(gg.example())
    client.rename(made, "new")
    client.keep(made)
    assert history.session(made)[["name", "keep"]].tolist() == ["new", True]
    again = client.rerun(made, gg.Settings(outlier_threshold=2.0))
    assert history.session(again)["rerun_of"] == made
    client.delete(made)
    with pytest.raises(ServerError) as refused:
        client.session(made)
    assert (refused.value.status, refused.value.code) == (404, "no-session")


def test_overrides_are_made_and_undone(client: Client, history: History) -> None:
    made = client.run(gg.example())
    client.override(made, 3, "outlier", note="tailing")
    assert client.override(made, 4, anchor=True).of(3) is not None
    assert client.overrides(made) == history.load(made).overrides
    assert [one.feature_id for one in client.undo_override(made, 3)] == [4]


def test_a_name_is_changed_and_confirmed(client: Client, history: History, running: Served) -> None:
    made = client.run(gg.example())
    renamed = client.override(made, 3, "valid", note="MS/MS", name="GM3(36:1;O2)")
    assert client.override(made, 4, later=True) == history.load(made).overrides
    with gg.connect(running.url, history.tokens.add("Bob", "admin")) as bob:
        read = renamed.of(3)
        assert read is not None
        with pytest.raises(ServerError, match="changed meanwhile"):
            bob.confirm_override(made, 3, time=read.time - timedelta(microseconds=1))
        confirmed = bob.confirm_override(made, 3, time=read.time)
    assert confirmed == client.overrides(made) == history.load(made).overrides
    assert [one.decision for one in confirmed] == ["renamed", "later"]
    first = confirmed.of(3)
    assert first is not None
    assert (first.author, first.confirmed_by) == ("Ann", "Bob")
    assert replace(first, confirmed_by="", confirmed_at=None) == renamed.of(3)
    with pytest.raises(ServerError, match="no decision to confirm"):
        client.confirm_override(made, 4)


def test_an_export_is_written(client: Client, history: History, sid: str, tmp_path: Path) -> None:
    written = client.export(sid, tmp_path / "out.csv")
    assert written.read_bytes() == gg.export(history.load(sid), tmp_path / "own.csv").read_bytes()
    assert client.export(sid, tmp_path / "mine.txt", "your-file").stat().st_size > 0
    with pytest.raises(ServerError, match=r"name it list\.xlsx"):  # a workbook was called .csv
        client.export(sid, tmp_path / "list.csv", "species")
    for name in ("out.exe", "xlsx"):
        with pytest.raises(ServerError, match=r"name the file \.csv"):
            client.export(sid, tmp_path / name)
        assert not (tmp_path / name).exists()


def test_jobs_are_listed_followed_retried_and_cancelled(client: Client, history: History) -> None:
    session, job = client.start(gg.example(), name="later")
    assert list(client.jobs.follow(job))[-1]["type"] == "complete"
    done = client.jobs.get(job)
    assert (done.status, done.session) == ("completed", session)
    assert done in client.jobs.all()
    again = client.jobs.retry(job)
    list(client.jobs.follow(again))
    assert client.jobs.get(again).retry_of == job
    waiting = history.jobs.add("analyze", {}, "waits")
    assert client.jobs.cancel(waiting).status == "cancelled"
    queued = history.queue(gg.example().source, gg.Settings())
    client.cancel(queued)
    assert history.session(queued)["status"] == "cancelled"


@pytest.mark.usefixtures("one_worker")
def test_a_batch_is_judged(client: Client, tmp_path: Path) -> None:
    paths = [tmp_path / f"table {i}.csv" for i in range(2)]
    for path in paths:
        path.write_bytes(gg.example().source.content)
    job = client.batch(paths)
    list(client.jobs.follow(job))
    one = client.batch(str(paths[0]))
    assert client.jobs.get(one).name == "table 0.csv"
    list(client.jobs.follow(one))
    written = client.batch_results(job, tmp_path / "results.zip")
    assert any("table 1" in name for name in zipfile.ZipFile(written).namelist())


def test_a_batch_of_no_file_is_refused_in_words(client: Client, tmp_path: Path) -> None:
    with pytest.raises(ServerError, match=r"nowhere\.csv cannot be read"):
        client.batch([tmp_path / "nowhere.csv"])
    with pytest.raises(ServerError, match="needs tables"):
        client.batch([])


def test_tokens_are_managed(client: Client, running: Served) -> None:
    secret = client.tokens.add("Bob", "read", label="R", days=None)
    token = client.tokens.all().iloc[-1]
    assert (token["person"], token["scope"]) == ("Bob", "read")
    with gg.connect(running.url, secret) as bob:
        assert bob.version().person == "Bob"
        with pytest.raises(ServerError, match="scope admin"):
            bob.tokens.all()
    new = client.tokens.rotate(token["id"])
    client.tokens.revoke(client.tokens.all().iloc[-1]["id"])
    for old in (secret, new):
        with pytest.raises(ServerError, match="revoked"):
            gg.connect(running.url, old)


def test_the_token_is_not_shown(client: Client) -> None:
    assert "gs_" not in repr(client)
