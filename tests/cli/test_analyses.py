"""The command line on the real path: files in, tables, JSON, sessions and exit codes out."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import mztab_rules
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

import ganglioside as gg
from ganglioside.cli import app, options, output
from ganglioside.errors import Cancelled
from ganglioside.exporting import FORMATS
from ganglioside_widgets.serving.options import PageOptions, ServerOptions

EXAMPLE = Path(gg.__file__).parent / "data" / "example.csv"
ROWS = len(pd.read_csv(EXAMPLE))


@pytest.fixture(autouse=True)
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test has a history of its own and its own working folder."""
    path = tmp_path / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(path))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return path


def run(*arguments: object, code: int = 0, answer: str | None = None) -> Result:
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=answer)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def run_json(*arguments: object, code: int = 0) -> Any:
    return json.loads(run(*arguments, "--json", code=code).stdout)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    path = tmp_path / "bad.csv"
    path.write_text("")
    return path


@pytest.fixture
def sid() -> str:
    return str(run_json("analyze", EXAMPLE, "--name", "liver 3")[0]["session_id"])


# analyze


def test_analyze_prints_the_verdicts_and_keeps_a_session() -> None:
    result = run("analyze", EXAMPLE)
    for verdict in output.VERDICT_STYLES:
        assert verdict in result.stdout
    assert "Saved as session" in result.stderr
    assert gg.History.open().sessions()["status"].tolist() == ["completed"]


def test_analyze_json_is_one_document_and_nothing_else() -> None:
    (document,) = run_json("analyze", EXAMPLE)
    assert document["file"] == str(EXAMPLE)
    assert [row["feature_id"] for row in document["features"]] == list(range(ROWS))
    assert all(row["reason"] for row in document["features"])
    assert document["summary"]["features"] == ROWS
    loaded = gg.History.open().load(document["session_id"])
    assert loaded.summary.valid == document["summary"]["valid"]


def test_analyze_can_leave_no_trace(history: Path) -> None:
    assert run_json("analyze", EXAMPLE, "--no-save")[0]["session_id"] is None
    assert not history.exists()


def test_the_settings_reach_the_analysis() -> None:
    thresholds = ("--r2-threshold", 0.9, "--outlier-threshold", 3, "--rt-tolerance", 0.05)
    (document,) = run_json("analyze", EXAMPLE, *thresholds, "--sample-type", "porcine")
    used = document["settings"]
    assert (used["r2_threshold"], used["outlier_threshold"]) == (0.9, 3)
    assert (used["rt_tolerance"], used["sample_type"]) == (0.05, "porcine")


@pytest.mark.parametrize(
    "wrong",
    [
        ("--r2-threshold", 0.2),
        ("--outlier-threshold", "many"),
        ("--sample-type", "dragon"),
        ("--no-such-option",),
        (),
    ],
)
def test_wrong_usage_exits_with_2(wrong: tuple[object, ...]) -> None:
    files = (EXAMPLE,) if wrong else ()
    assert run("analyze", *files, *wrong, code=2).stdout == ""


def test_refused_input_exits_with_1_and_a_message_on_stderr(bad: Path) -> None:
    result = run("analyze", bad, code=1)
    assert result.stdout == ""
    assert result.stderr.startswith("error ")
    assert "bad.csv" in result.stderr


def test_unreadable_rows_and_wrong_anchors_are_named() -> None:
    table = pd.read_csv(EXAMPLE, dtype=str)
    table.loc[4, "RT"] = "N/A"
    table.to_csv("one_bad_row.csv", index=False)
    shown = run("analyze", "one_bad_row.csv", "--no-save").stdout
    assert "row 6, RT: " in shown
    wrong = [f for f in gg.analyze(EXAMPLE).findings["message"] if f.startswith("Anchor ")]
    assert wrong
    assert all(message.split(" contradicts")[0] in shown for message in wrong)


def test_a_missing_file_is_refused_by_name() -> None:
    assert "nowhere.csv" in run("analyze", "nowhere.csv", code=1).stderr


def test_one_bad_file_fails_alone(bad: Path) -> None:
    first, second, third = run_json("analyze", EXAMPLE, bad, EXAMPLE, code=1)
    assert first["summary"] == third["summary"]
    assert set(second) == {"file", "error"}
    assert len(gg.History.open().sessions()) == 2


@pytest.mark.parametrize("suffix", FORMATS)
def test_out_writes_the_verdicts(tmp_path: Path, suffix: str) -> None:
    target = tmp_path / "new folder" / f"verdicts.{suffix}"
    result = run("analyze", EXAMPLE, "--no-save", "--out", target)
    assert target.stat().st_size > 1000
    assert str(target) in result.stderr


def test_out_of_several_files_is_a_folder(tmp_path: Path) -> None:
    other = shutil.copy(EXAMPLE, tmp_path / "other.csv")
    run("analyze", EXAMPLE, other, "--no-save", "--out", tmp_path / "out")
    written = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert written == ["example.verdicts.csv", "other.verdicts.csv"]
    assert len(pd.read_csv(tmp_path / "out" / written[0])) == ROWS


def test_out_never_lets_one_table_overwrite_another(tmp_path: Path) -> None:
    run("analyze", EXAMPLE, EXAMPLE, "--out", tmp_path / "out", code=2)
    run("analyze", EXAMPLE, EXAMPLE, "--out", tmp_path / "out.csv", code=2)
    run("analyze", EXAMPLE, EXAMPLE, "--report", tmp_path / "out", code=2)
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    target = tmp_path / "file" / "verdicts.csv"
    assert str(tmp_path / "file") in run("simulate", "--out", target, code=1).stderr
    assert "file" in run("analyze", EXAMPLE, "--no-save", "--out", target, code=1).stderr


# predict


def test_predict_gives_the_same_as_python() -> None:
    names = ["GM1(38:1;O2)", "GD1(40:1;O2)"]
    rows = run_json("predict", EXAMPLE, *names)
    expected = gg.analyze(EXAMPLE).predict(names)
    assert [row["name"] for row in rows] == expected["name"].tolist()
    assert [row["predicted_rt"] for row in rows] == pytest.approx(
        expected["predicted_rt"].tolist(), nan_ok=True
    )
    assert "GM1(38:1;O2)" in run("predict", EXAMPLE, *names).stdout


# report and export


def test_report_of_a_file_and_of_a_session(tmp_path: Path, sid: str) -> None:
    for source, target in ((EXAMPLE, "of_file.html"), (sid, "of_session.html")):
        result = run("report", source, "--out", tmp_path / target, "--title", "Liver & brain")
        assert target in result.stderr
        assert "Liver &amp; brain" in (tmp_path / target).read_text()


def test_a_stored_session_keeps_its_settings(sid: str) -> None:
    assert "session" in run("report", sid, "--rt-tolerance", 0.2, code=1).stderr


def test_report_of_nothing_is_refused() -> None:
    assert "zzz" in run("report", "zzz", code=1).stderr


def feature_ids(stream: io.BytesIO) -> list[str]:
    molecules = mztab_rules.read(stream.read().decode())
    cells = molecules.of("SML", "opt_global_feature_ids")
    return [number for cell in cells for number in cell.split("|")]


@pytest.mark.parametrize("form", FORMATS)
def test_export_writes_a_session(sid: str, form: str) -> None:
    run("export", sid, "--format", form)
    content = Path(f"{sid}.{form}").read_bytes()
    readers = {
        "csv": pd.read_csv,
        "xlsx": pd.read_excel,
        "parquet": pd.read_parquet,
        "json": lambda stream: json.load(stream)["features"],
        "mztab": feature_ids,
    }
    if form != "xlsx":
        assert len(readers[form](io.BytesIO(content))) == ROWS
    assert content


def test_the_formats_are_those_of_the_export(sid: str) -> None:
    assert options.FORMATS == FORMATS
    run("export", sid, "--format", "doc", code=2)


# history


def test_history_lists_the_newest_first(sid: str) -> None:
    run("analyze", EXAMPLE, "--name", "brain 1")
    assert [row["name"] for row in run_json("history", "list")] == ["brain 1", "liver 3"]
    assert len(run_json("history", "list", "--limit", 1)) == 1
    listed = run("history", "list").stdout
    assert sid in listed
    assert listed.index("brain 1") < listed.index("liver 3")


def test_an_empty_history_is_said_to_be_empty() -> None:
    assert run_json("history", "list") == []
    assert "No session yet" in run("history", "list").stderr


def test_history_shows_one_session_by_the_beginning_of_its_id(sid: str) -> None:
    document = run_json("history", "show", sid[:-2])
    assert document["session"]["name"] == "liver 3"
    assert document["summary"]["features"] == ROWS
    assert "liver 3" in run("history", "show", sid).stdout


def test_history_shows_a_session_that_came_to_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def cancel(*_: object, **__: object) -> None:
        raise Cancelled

    monkeypatch.setattr("ganglioside.history.history.analyze", cancel)
    run("analyze", EXAMPLE, code=130)
    (session,) = run_json("history", "list")
    assert session["status"] == "cancelled"
    assert "cancelled" in run("history", "list").stdout
    assert run_json("history", "show", session["id"])["session"]["status"] == "cancelled"
    assert "cancelled" in run("history", "show", session["id"]).stdout


def test_an_unknown_session_is_refused(sid: str) -> None:
    for command in (("history", "show"), ("export",), ("history", "delete", "--yes")):
        assert "zzz" in run(*command, "zzz", code=1).stderr


def test_history_deletes_after_asking(sid: str) -> None:
    run("history", "delete", sid, answer="n\n", code=1)
    assert len(run_json("history", "list")) == 1
    run("history", "delete", sid, answer="y\n")
    assert run_json("history", "list") == []


def test_history_deletes_nothing_when_one_id_is_wrong(sid: str) -> None:
    run("history", "delete", "--yes", sid, "zzz", code=1)
    assert len(run_json("history", "list")) == 1


# simulate


def test_simulate_is_reproducible_and_can_be_analysed(tmp_path: Path) -> None:
    shown = run("simulate", "--seed", 3).stdout
    run("simulate", "--seed", 3, "--out", "s.csv", "--truth", "truth.csv")
    assert Path("s.csv").read_text() == shown
    assert run("simulate", "--seed", 4).stdout != shown
    (document,) = run_json("analyze", "s.csv")
    assert len(document["features"]) == len(pd.read_csv("truth.csv"))


# the program


def test_version_and_help() -> None:
    assert run("--version").stdout == f"ganglioside {gg.__version__}\n"
    commands = ("analyze", "predict", "report", "history", "export", "simulate", "lab", "app")
    for command in commands:
        assert command in run("--help").stdout
        assert run(command, "--help").stdout


def start(*arguments: object) -> subprocess.Popen[str]:
    code = "from ganglioside.cli import app; app()"
    command = [sys.executable, "-c", code, *map(str, arguments)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True, env=os.environ.copy())


def test_piped_output_holds_no_control_characters() -> None:
    with start("analyze", EXAMPLE) as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 0
    assert "valid" in out
    assert "\x1b" not in out + err
    assert "\r" not in out + err
    assert len(err.splitlines()) == 1


def test_a_program_that_stops_reading_ends_quietly() -> None:
    with start("simulate") as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        err = process.stderr.read()
    assert "Traceback" not in err


SLOW = """
import signal
import time
signal.signal(signal.SIGINT, signal.default_int_handler)  # also where it was ignored
import ganglioside.history.history as sessions
judge = sessions.analyze
def slowly(*args):
    open("started", "w").close()
    time.sleep(60)
    return judge(*args)
sessions.analyze = slowly
from ganglioside.cli import app
app(["analyze", {file!r}])
"""


def test_too_little_memory_is_told_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    def analyze(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("ganglioside.history.history.analyze", analyze)
    assert "memory of this machine is not enough" in run("analyze", EXAMPLE, code=1).stderr
    assert gg.History.open().sessions()["status"].tolist() == ["failed"]


def test_an_interruption_exits_with_130_and_marks_the_session(tmp_path: Path) -> None:
    code = SLOW.format(file=str(EXAMPLE))
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stderr=pipe, text=True) as process:
        deadline = time.monotonic() + 60
        while not (tmp_path / "started").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert err == "error Interrupted.\n"
    assert gg.History.open().sessions()["status"].tolist() == ["cancelled"]


def test_lab_and_app_pass_on_what_they_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[tuple[bool, ServerOptions]] = []

    def record(folder: Path, asked: ServerOptions) -> None:
        served.append((folder.is_dir(), asked))

    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", record)
    monkeypatch.setattr("ganglioside_widgets.app.serve_pages", record)
    run("lab", "--port", 8123, "--no-browser", "--", "--ServerApp.token=x")
    run("app", "--host", "0.0.0.0")
    run(
        "app", "--certfile", "c.pem", "--keyfile", "k.pem", "--allow-host", "lab", "--allow-host",
        "lab.example.org", "--trust-proxy", "10.0.0.1", "--max-kernels", 9,
        "--visitors-may-change",
    )  # fmt: skip
    assert served == [
        (True, ServerOptions(port=8123, open_browser=False, extra=("--ServerApp.token=x",))),
        (True, PageOptions(port=8866, host="0.0.0.0")),
        (
            True,
            PageOptions(
                port=8866,
                certificate=Path("c.pem"),
                key=Path("k.pem"),
                allow_hosts=("lab", "lab.example.org"),
                trusted_proxies=("10.0.0.1",),
                max_kernels=9,
                visitors_may_change=True,
            ),
        ),
    ]


def test_lab_elsewhere_copies_the_notebooks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", lambda *_, **__: None)
    result = run("lab", "--notebooks", tmp_path / "mine")
    assert (tmp_path / "mine").is_dir()
    assert str(tmp_path / "mine") in result.stderr
