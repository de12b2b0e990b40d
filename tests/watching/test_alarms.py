"""Rounds of a server: alarms are told once, what was killed is marked, what waits is started."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from effort import until
from ports import free_port

from ganglioside import jobs
from ganglioside.history import History
from ganglioside.history.sharing import Person
from ganglioside.jobs import launcher
from ganglioside.watching import alarms
from ganglioside.watching.alarms import TROUBLES, Rounds, sound, watch

pytestmark = [
    pytest.mark.either_store("about messages"),
    pytest.mark.usefixtures("stays_open"),
]


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """What a webhook was told."""
    heard: list[dict[str, Any]] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings = tmp_path / "notify.toml"
    settings.write_text(f'[webhook]\nurl = "http://127.0.0.1:{server.server_address[1]}/"\n')
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(settings))
    yield heard
    server.shutdown()
    server.server_close()


def finished(rounds: Rounds) -> None:
    """End rounds, so that none is still made in the next test."""
    rounds.end()
    rounds.join()


def test_a_trouble_is_told_once_and_so_is_its_end(
    history: History, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sound(history) == []
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    assert sound(history) == ["no worker"]
    assert sound(history) == []
    assert sound(History.open(history.address)) == []
    assert history.alarms.all() == ["no worker"]
    worker = history.workers.register()
    assert sound(history) == ["no worker"]
    assert [one["event"] for one in told] == ["alarm", "alarm.over"]
    assert "ganglioside worker" in told[0]["text"]
    assert worker.id not in json.dumps(told)


def test_what_could_not_be_sent_is_sent_at_the_next_look(
    history: History, told: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was taken for told: a mail server that was away for a moment hid a full disk."""
    works, broken = tmp_path / "notify.toml", tmp_path / "broken.toml"
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    for settings in (f'[webhook]\nurl = "http://127.0.0.1:{free_port()}/"\n', "after = ["):
        broken.write_text(settings)
        monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(broken))
        assert sound(history) == sound(history) == history.alarms.all() == []
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(works))
    assert sound(history) == ["no worker"]
    assert sound(history) == []
    history.workers.register()
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(broken))
    assert sound(history) == []  # nobody was told that it is over
    assert history.alarms.all() == ["no worker"]
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(works))
    assert sound(history) == ["no worker"]
    assert sound(history) == []
    assert [one["event"] for one in told] == ["alarm", "alarm.over"]


def test_an_alarm_that_one_channel_took_is_not_sent_again(
    history: History, told: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "notify.toml").open("a") as settings:
        settings.write(f'[email]\nhost = "127.0.0.1"\nport = {free_port()}\n'
                       'sender = "lab@example.org"\nto = ["ann@example.org"]\n')  # fmt: skip
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    assert sound(history) == ["no worker"]
    assert sound(history) == []
    assert len(told) == 1


def test_all_troubles_have_words(history: History) -> None:
    from ganglioside.watching.state import look

    state = look(history)
    assert len({trouble.name for trouble in TROUBLES}) == 5
    assert all(len(trouble.words(state)) > 20 for trouble in TROUBLES)


def test_a_server_looks_by_itself(
    history: History, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    rounds = watch(lambda: history, pause=0.05)
    until(lambda: told, "the alarm")
    finished(rounds)


def test_a_server_marks_what_was_killed_and_starts_what_waits(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launcher, "most_at_once", lambda: 1)
    monkeypatch.setattr(launcher, "_TAKEN_WITHIN", launcher.timedelta(0))
    launched: list[str] = []
    monkeypatch.setattr(launcher, "_launch", lambda history, job: launched.append(job.id))
    killed, waits = (history.jobs.add("slow", {}, "slow") for _ in range(2))
    history.jobs.start(killed)
    jobs.resume_waiting(history)
    assert launched == []  # there is room for one
    with history._store.write() as connection:
        connection.execute("UPDATE jobs SET pid = 2147483646 WHERE id = ?", [killed])
    rounds = watch(lambda: history, pause=0.05)
    until(lambda: history.jobs.get(killed).has_ended, "its end")
    until(lambda: launched, "the next job")
    finished(rounds)
    assert "has ended" in str(history.jobs.get(killed).error)
    assert {*launched} == {waits}


def test_who_does_not_keep_the_history_is_told_of_no_alarm(
    history: History, told: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server of one person looks after that person's jobs, and fails at nothing."""
    monkeypatch.setenv("GANGLIOSIDE_JOBS", "0")
    monkeypatch.setattr(alarms, "_ROUNDS", 1)
    refused: list[str] = []
    monkeypatch.setattr(alarms.log, "warning", lambda words, *_: refused.append(words))
    made: list[int] = []
    monkeypatch.setattr(alarms, "resume_waiting", lambda _: made.append(1))
    rounds = watch(lambda: history.acting_as(Person("Ann")), pause=0.01)
    until(lambda: len(made) > 2, "three rounds")
    finished(rounds)
    assert refused == told == []
