"""Error reports: what is really sent tells where the program failed, and nothing of the data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import error_stub
import pytest
from error_stub import Reports

from ganglioside.errors import ServerError
from ganglioside.support import error_reports

TESTS = Path(__file__).parents[1]

#: What is in the data, the names and the words of the faults below.
SECRETS = ("GM1(36:1", "secret", "liver", "Franklin", "Rosalind", "1234.5678")

#: A program that fails amid all of it, in four places.
FAILING = """
import os, sys
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar
from ganglioside.history import History
from ganglioside.jobs import kinds, runner
from ganglioside.jobs.kinds import Done, parameters_of
from ganglioside.jobs.worker import JobWorker

SECRET = "GM1(36:1;O2) 1234.5678 of Rosalind Franklin"

@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    kind: ClassVar[str] = "failing"
    source: str = "secret-liver.csv"
    name: str = "secret liver"
    def run(self, history, progress):
        row = {"Name": SECRET, "file": self.source}
        raise KeyError(row)

kinds._KINDS["failing"] = Failing
history = History.open(Path(sys.argv[1]) / "secret-liver.duckdb")
place = sys.argv[2]
if place in ("job", "worker"):
    history.jobs.add("failing", parameters_of(Failing()), "secret liver")
if place == "job":
    try:
        runner.carry_out(history, history.jobs.all()[0].id)
    except KeyError:
        pass
if place == "worker":
    JobWorker(history).run(until_empty=True)
if place == "api":
    from served import Running
    from ganglioside.history.jobs import Jobs
    job = history.jobs.add("analyze", {}, "secret liver")
    def fail(*_):
        row = [SECRET]
        raise ValueError(row)
    Jobs.get = fail
    with Running(history) as served, served.caller(person="Rosalind Franklin") as ann:
        answer = ann.get(f"jobs/{job}?secret=liver")
        assert answer.status_code == 500, answer.text
if place == "page":
    from IPython.testing.globalipapp import start_ipython
    from ganglioside_widgets.elements.fault_reports import report_faults
    shell = start_ipython()
    report_faults(shell)
    report_faults(shell)
    shell.user_ns["secret"] = SECRET
    shell.run_cell("liver = secret\\nraise RuntimeError(liver)")
"""


@pytest.fixture
def reports() -> Iterator[Reports]:
    with error_stub.running() as stub:
        yield stub


@pytest.mark.parametrize("place", ["api", "job", "worker", "page"])
def test_a_report_tells_where_it_failed_and_nothing_of_the_data(
    reports: Reports, place: str, tmp_path: Path
) -> None:
    code = tmp_path / "secret-liver.py"
    code.write_text(textwrap.dedent(FAILING))
    subprocess.run(
        [sys.executable, str(code), str(tmp_path), place],
        env={**os.environ, "SENTRY_DSN": reports.address, "GANGLIOSIDE_AUTHOR": "Rosalind Franklin",
             "XDG_DATA_HOME": str(tmp_path), "PYTHONPATH": str(TESTS)},
        check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    events = reports.events(1)
    assert len(events) == 1
    (event,) = events
    assert event["tags"]["place"] == ("job" if place == "worker" else place)
    (error, *_) = event["exception"]["values"][::-1]
    assert error["type"] in ("KeyError", "ValueError", "RuntimeError")
    assert all(set(frame) <= {"function", "module", "lineno", "in_app"}
               for frame in error["stacktrace"]["frames"])  # fmt: skip
    sent = "\n".join(reports.bodies)
    assert not [secret for secret in SECRETS if secret.casefold() in sent.casefold()]
    assert str(tmp_path) not in sent
    assert os.uname().nodename not in json.dumps({**event, "tags": None})


def test_nothing_is_sent_without_an_address(
    reports: Reports, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    assert not error_reports.report_errors()
    error_reports.capture(KeyError("secret"), "api")
    assert reports.bodies == []


@pytest.mark.parametrize("address", ["nonsense", "ftp://a@b/1", "https://host/1"])
def test_a_wrong_address_is_refused(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("SENTRY_DSN", address)
    with pytest.raises(ServerError, match="SENTRY_DSN"):
        error_reports.report_errors()


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SENTRY_DSN", "http://key@127.0.0.1:9/1")
    monkeypatch.setitem(sys.modules, "sentry_sdk", None)
    with pytest.raises(ServerError, match=r"ganglioside\[sentry\]"):
        error_reports.report_errors()
