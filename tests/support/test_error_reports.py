"""Error reports: what is really sent tells where the program failed, and nothing of the data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import error_stub
import pytest
from error_stub import Reports

from ganglioside.errors import ServerError
from ganglioside.support import error_reports

TESTS = Path(__file__).parents[1]

#: What is in the data, the names and the words of the faults below.
SECRETS = ("GM1(36:1", "secret", "liver", "Franklin", "Rosalind", "1234.5678")

#: Where the program below fails, in this order.
PLACES = ("job", "worker", "api", "page")

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

def in_job():
    job = history.jobs.add("failing", parameters_of(Failing()), "secret liver")
    try:
        runner.carry_out(history, job)
    except KeyError:
        pass

def in_worker():
    history.jobs.add("failing", parameters_of(Failing()), "secret liver")
    JobWorker(history).run(until_empty=True)

def in_api():
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

def in_page():
    from IPython.testing.globalipapp import start_ipython
    from ganglioside_widgets.elements.fault_reports import report_faults
    shell = start_ipython()
    report_faults(shell)
    report_faults(shell)
    shell.user_ns["secret"] = SECRET
    shell.run_cell("liver = secret\\nraise RuntimeError(liver)")

kinds._KINDS["failing"] = Failing
history = History.open(Path(sys.argv[1]) / "secret-liver.duckdb")
for place in sys.argv[2:]:
    globals()[f"in_{place}"]()
"""


@pytest.fixture
def reports() -> Iterator[Reports]:
    with error_stub.running() as stub:
        yield stub


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("failing")


@pytest.fixture(scope="module")
def sent(folder: Path) -> tuple[list[dict[str, Any]], str]:
    """Reports of a program that failed in each place, in order; all that was sent, as text."""
    code = folder / "secret-liver.py"
    code.write_text(textwrap.dedent(FAILING))
    with error_stub.running() as stub:
        subprocess.run(
            [sys.executable, str(code), str(folder), *PLACES],
            env={**os.environ, "SENTRY_DSN": stub.address,
                 "GANGLIOSIDE_AUTHOR": "Rosalind Franklin", "XDG_DATA_HOME": str(folder),
                 "PYTHONPATH": str(TESTS)},
            check=True, capture_output=True, cwd=folder,
        )  # fmt: skip
        return stub.events(len(PLACES)), "\n".join(stub.bodies)


def test_a_fault_is_reported_once_and_nothing_of_the_data(
    sent: tuple[list[dict[str, Any]], str], folder: Path
) -> None:
    events, text = sent
    assert len(events) == len(PLACES)
    assert not [secret for secret in SECRETS if secret.casefold() in text.casefold()]
    assert str(folder) not in text


@pytest.mark.parametrize("place", PLACES)
def test_a_report_tells_where_it_failed(sent: tuple[list[dict[str, Any]], str], place: str) -> None:
    event = sent[0][PLACES.index(place)]
    assert event["tags"]["place"] == ("job" if place == "worker" else place)
    (error, *_) = event["exception"]["values"][::-1]
    assert error["type"] == {"api": "ValueError", "page": "RuntimeError"}.get(place, "KeyError")
    assert all(set(frame) <= {"function", "module", "lineno", "in_app"}
               for frame in error["stacktrace"]["frames"])  # fmt: skip
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
