"""Commands on stored sessions: listed, shown, deleted and exported."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import mztab_rules
import pandas as pd
import pytest
import stores
from command_line import EXAMPLE, ROWS, run, run_json

import ganglioside as gg
from ganglioside.errors import Cancelled
from ganglioside.exporting import FORMATS, file_name
from ganglioside.exporting.formats import format_of
from ganglioside.history.sharing import VARIABLE, Person
from ganglioside.support.local_time import SECONDS, local_text, zone_name

pytestmark = pytest.mark.either_store("about what is printed")


@pytest.fixture(autouse=True)
def history(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A new history, once in a file and once in PostgreSQL; see `stores`."""
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    with stores.address(store, tmp_path, monkeypatch) as address:
        monkeypatch.setenv("GANGLIOSIDE_HISTORY", address)
        yield address


@pytest.fixture
def sid(stored: tuple[Path, str], history: str) -> str:
    """Id of a session of the example in the test's own history."""
    stores.pour(stored[0], history)
    return stored[1]


def feature_ids(stream: io.BytesIO) -> list[str]:
    molecules = mztab_rules.read(stream.read().decode())
    cells = molecules.of("SML", "opt_global_feature_ids")
    return [number for cell in cells for number in cell.split("|")]


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.usefixtures("one_figure")
def test_export_writes_a_session(sid: str, form: str) -> None:
    run("export", sid, "--format", form)
    content = Path(file_name(sid, form, gg.example().source)).read_bytes()
    if format_of(form).content != "verdicts":
        assert content  # what they hold: tests of exporting and reports
        return
    readers = {
        "csv": pd.read_csv,
        "xlsx": pd.read_excel,
        "parquet": pd.read_parquet,
        "json": lambda stream: json.load(stream)["features"],
        "mztab": feature_ids,
        "your-file": pd.read_csv,
    }
    if form.startswith("species"):
        read = pd.read_excel if form == "species" else pd.read_csv
        assert read(io.BytesIO(content))["share"].sum() == pytest.approx(100)
    elif form != "xlsx":
        assert len(readers[form](io.BytesIO(content))) == ROWS
    assert content


def test_export_writes_what_the_ending_of_its_file_names(sid: str) -> None:
    """`export ID --out results.xlsx` wrote CSV into a file that no spreadsheet opened."""
    run("export", sid, "--out", "a.xlsx")
    assert len(pd.read_excel("a.xlsx")) > 0
    run("history", "export", sid, "--out", "a.PARQUET")
    assert len(pd.read_parquet("a.PARQUET")) == ROWS
    run("export", sid, "--out", "plain")
    assert len(pd.read_csv("plain")) == ROWS
    run("export", sid, "--out", "species.txt", "--format", "species-csv")
    refused = run("export", sid, "--out", "a.xls", code=1)
    assert "name the file .csv, .xlsx" in refused.stderr
    assert "Parquet" in run("export", "--all", "--format", "xlsx", code=2).stderr


def test_history_lists_the_newest_first(sid: str) -> None:
    run("analyze", EXAMPLE, "--name", "brain 1")
    assert [row["name"] for row in run_json("history", "list")] == ["brain 1", "liver 3"]
    assert len(run_json("history", "list", "--limit", 1)) == 1
    listed = run("history", "list").stdout
    assert sid in listed
    assert listed.index("brain 1") < listed.index("liver 3")


def test_history_alone_lists_as_jobs_alone_does(sid: str) -> None:
    assert run("history").stdout == run("history", "list").stdout


def test_a_long_history_is_cut_for_people_and_whole_for_programs(sid: str) -> None:
    history = gg.History.open()
    analysis = history.load(sid)
    history.save_all([(analysis, f"n{number}") for number in range(21)])
    listed = run("history", "list")
    assert listed.stdout.count("completed") == 20
    assert "--limit shows more" in listed.stderr
    assert len(run_json("history", "list")) == 22
    assert run("history", "list", "--limit", 21).stdout.count("completed") == 21


def test_a_session_that_is_named_twice_is_deleted_once(sid: str) -> None:
    told = run("history", "delete", sid, sid[:-1], "--yes").stderr
    assert told.count("Deleted") == 1
    assert run_json("history", "list") == []


def test_a_rename_is_confirmed_by_the_full_id(sid: str) -> None:
    assert f"Renamed {sid}: liver 4" in run("history", "rename", sid[:-1], "liver 4").stderr
    assert run_json("history", "list")[0]["name"] == "liver 4"


def test_a_session_is_shown_in_words_with_times_in_seconds(sid: str) -> None:
    shown = run("history", "show", sid).stdout
    created = gg.History.open().session(sid)["created"]
    assert f"{local_text(created, SECONDS)} {zone_name()}" in shown
    for words in ("made by", "SHA-256 of the file", "Outlier threshold", "everybody"):
        assert words in shown
    for raw in ("file_name", "+00:00", "rt_tolerance", "False"):
        assert raw not in shown


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

    monkeypatch.setattr("ganglioside.history.running.analyze", cancel)
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


def test_a_session_is_shared_otherwise() -> None:
    history = gg.History.open()
    sid = history.save(gg.analyze(gg.example()))
    eve = history.acting_as(Person("Eve"))
    for words, seen in ((["own"], 0), (["group", "--group", "lipids"], 0), (["everybody"], 1)):
        run("history", "share", sid, *words)
        assert len(eve.sessions()) == seen
    assert "Name the group" in run("history", "share", sid, "group", code=1).output
    run("history", "share", sid, "world", code=2)


def test_commands_keep_to_the_person_of_their_process(monkeypatch: pytest.MonkeyPatch) -> None:
    history = gg.History.open()
    sid = history.acting_as(Person("Ann", shares="own")).save(gg.analyze(gg.example()))
    monkeypatch.setenv(VARIABLE, Person("Eve").to_json())
    assert run_json("history", "list") == []
    for command in (("history", "show"), ("history", "rename"), ("export",), ("history", "delete")):
        more = ["mine"] if "rename" in command else []
        more += ["--yes"] if "delete" in command else []
        assert "There is no session" in run(*command, sid, *more, code=1).output
    assert "administrators" in run("history", "query", "SELECT 1", code=1).output
    assert history.session(sid)["status"] == "completed"


def test_a_session_is_run_again_with_the_settings_that_are_given(sid: str) -> None:
    """Those that are not given stay as they were, also where they are not the usual ones."""
    run("history", "rerun", sid, "--outlier-threshold", 2, "--sample-type", "mouse")
    first = run_json("history", "list", "--json")[0]["id"]
    run("history", "rerun", first, "--rt-tolerance", "0.05")
    run("history", "rerun", sid)
    history = gg.History.open()
    newest = [row["id"] for row in run_json("history", "list", "--json")[:3]]
    as_before, last, other = map(history.settings, newest)
    usual = history.settings(sid)
    assert other == usual.changed(outlier_threshold=2.0, sample_type="mouse")
    assert last == other.changed(rt_tolerance=0.05)
    assert as_before == usual
    assert "--rt-tolerance" in run("history", "rerun", sid, "--rt-tolerance", 9, code=2).stderr
