"""A history goes out as Parquet and comes in again without any difference."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import stores
from builders import HandMadeModel, assert_analyses_equal, build_analysis
from history_transfer import carry, differences

from ganglioside.errors import HistoryError
from ganglioside.history import History, record
from ganglioside.progress import Progress, ProgressEvent
from ganglioside.reading.raw_table import Source
from ganglioside.settings import Settings
from ganglioside.verdicts.overrides import Override, Overrides
from ganglioside.verdicts.review import confirm, rename

pytestmark = [
    pytest.mark.either_store("about what is exported"),
    pytest.mark.usefixtures("stays_open"),
]

SAID = Overrides((Override(feature_id=1, verdict="valid", note="MS/MS", author="Ada"),))


def fill(history: History) -> list[str]:
    """Store something of everything."""
    carried = pd.DataFrame({"x": ["=1", None, "β", "", "d"], "y": [1, None, 2.5, "a", True]})
    first = history.save(build_analysis(extra=carried).with_overrides(SAID), name="first")
    second = history.save(build_analysis(0))
    failed = history.begin(Source.from_bytes("x.csv", b"\x00\xff"), Settings())
    events: list[ProgressEvent] = []
    Progress(events.append, failed).done("loading", "β")
    history.fail(failed, "lamp", events)
    job = history.jobs.add("export", {"a": [1, None]}, "n")
    history.jobs.start(job)
    history.jobs.end(job, "completed", events=events)
    history.delete(history.save(build_analysis(3)))
    return [first, second, failed]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history with something of everything, its export, and a history without anything."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record, "FittedModel", HandMadeModel)
        history = History.open(folder / "filled.duckdb")
        fill(history)
        history.care.export(folder / "out")
        History.open(folder / "empty.duckdb")
    return folder


@pytest.fixture
def filled(made: Path, history: History) -> History:
    """A history of one's own with something of everything."""
    stores.pour(made / "filled.duckdb", history.address)
    return history


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    """Its export, of one's own."""
    return Path(shutil.copytree(made / "out", tmp_path / "out"))


@pytest.mark.file_only("compares files")
def test_a_history_is_carried_without_difference(history: History, tmp_path: Path) -> None:
    sids = fill(history)
    out = history.care.export(tmp_path / "out")
    fresh = History.open(tmp_path / "fresh.duckdb")
    came = fresh.care.import_(tmp_path / "out")
    assert differences(history.path, fresh.path) == []
    assert came.rows == out.rows
    assert (out.sessions, came.present) == (3, 0)
    for sid in sids[:2]:
        assert_analyses_equal(fresh.load(sid), history.load(sid))
        assert fresh.load(sid).overrides == history.load(sid).overrides
    assert fresh.source(sids[2]).content == b"\x00\xff"
    assert fresh.events(sids[2]) == history.events(sids[2])
    assert fresh.care.verify(sample=0).is_whole
    assert list(fresh.care.log()["action"])[-1] == "imported"


@pytest.mark.lets_go("the file itself is asked")
@pytest.mark.file_only("compares files")
def test_the_comparison_sees_a_difference(filled: History, tmp_path: Path) -> None:
    filled.care.backup(tmp_path / "copy.duckdb")
    assert differences(filled.path, tmp_path / "copy.duckdb") == ["log"]  # which has the backup
    with filled._store.write() as connection:
        connection.execute("UPDATE features SET rt = rt + 1e-9 WHERE position = 0")
    assert differences(filled.path, tmp_path / "copy.duckdb") == ["features", "log"]


def test_the_manifest_tells_rows_and_hashes(filled: History, tmp_path: Path) -> None:
    filled.care.export(tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert {"features", "sessions", "log", "jobs", "overrides"} <= set(manifest["tables"])
    for table, about in manifest["tables"].items():
        assert about["rows"] == len(pd.read_parquet(tmp_path / "out" / about["file"])), table
    assert {p.name for p in (tmp_path / "out").iterdir()} == {
        "manifest.json", *(about["file"] for about in manifest["tables"].values()),
    }  # fmt: skip
    with pytest.raises(HistoryError, match="is there already"):
        filled.care.export(tmp_path / "out")
    with pytest.raises(HistoryError, match="cannot be written"):
        filled.care.export(tmp_path / "absent" / "out")


def test_two_histories_become_one(filled: History, out: Path, tmp_path: Path) -> None:
    other = History.open(tmp_path / "other.duckdb")
    own = other.save(build_analysis(11))
    other.care.import_(out)
    assert set(other.sessions()["id"]) == {own, *filled.sessions()["id"]}
    assert other.care.verify(sample=0).is_whole
    again = other.care.import_(out)
    assert (again.sessions, again.present, again.rows["features"]) == (0, 3, 0)
    assert set(again.rows.values()) == {0}
    assert other.care.verify(sample=0).is_whole


@pytest.mark.file_only("its backup is a history")
def test_what_was_said_later_comes_along(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis().with_overrides(SAID))
    copy = History.open(history.care.backup(tmp_path / "copy.duckdb"))
    history.replace_overrides(sid, Overrides())
    history.care.export(tmp_path / "out")
    copy.care.import_(tmp_path / "out")
    assert copy.load(sid).overrides == Overrides()
    assert copy.care.verify(sample=0).is_whole


@pytest.mark.file_only("its backup is a history")
def test_a_session_that_is_something_else_here_is_refused(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis())
    copy = History.open(history.care.backup(tmp_path / "copy.duckdb"))
    history.save(build_analysis(2))
    history.replace_overrides(sid, SAID)
    copy.replace_overrides(sid, Overrides((Override(feature_id=2, anchor=True),)))
    history.care.export(tmp_path / "out")
    with pytest.raises(HistoryError, match=r"1 session .* holds something else"):
        copy.care.import_(tmp_path / "out")
    assert list(copy.sessions()["id"]) == [sid]


@pytest.mark.file_only("its backup is a history")
@pytest.mark.parametrize(
    "other",
    [
        rename(1, "GM3(36:1;O2)", author="Ada", note="MS/MS"),
        confirm(SAID.entries[0], "Bob"),
    ],
)
def test_another_decision_on_the_same_feature_is_something_else(
    history: History, tmp_path: Path, other: Override
) -> None:
    sid = history.save(build_analysis())
    copy = History.open(history.care.backup(tmp_path / "copy.duckdb"))
    history.replace_overrides(sid, SAID)
    copy.replace_overrides(sid, Overrides((replace(other, time=SAID.entries[0].time),)))
    history.care.export(tmp_path / "out")
    with pytest.raises(HistoryError, match=r"1 session .* holds something else"):
        copy.care.import_(tmp_path / "out")


def cut(folder: Path) -> None:
    (folder / "features.parquet").write_bytes((folder / "features.parquet").read_bytes()[:-1])


def rewrite(**changes: object) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        manifest = json.loads((folder / "manifest.json").read_text())
        (folder / "manifest.json").write_text(json.dumps(manifest | changes))

    return change


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (cut, "hash is not that of the manifest"),
        (lambda f: (f / "models.parquet").unlink(), "models.parquet is missing"),
        (lambda f: (f / "manifest.json").write_text("{"), "cannot be read"),
        (lambda f: (f / "manifest.json").unlink(), "cannot be read"),
        (rewrite(format="other"), "no export"),
        (rewrite(schema_version=99), "newer version"),
        (rewrite(format_version=99), "newer version"),
        (rewrite(tables={}), "lacks"),
        (lambda f: shutil.rmtree(f), "cannot be read"),
    ],
)
def test_a_damaged_export_adds_nothing(
    made: Path, out: Path, spoil: Callable[[Path], None], expected: str
) -> None:
    spoil(out)
    empty = History.open(made / "empty.duckdb")
    with pytest.raises(HistoryError, match=expected):
        empty.care.import_(out)
    assert empty.sessions().empty
    assert empty.care.log().empty


def test_an_export_that_counts_otherwise_adds_nothing(made: Path, out: Path) -> None:
    manifest = json.loads((out / "manifest.json").read_text())
    manifest["tables"]["features"]["rows"] += 1
    (out / "manifest.json").write_text(json.dumps(manifest))
    empty = History.open(made / "empty.duckdb")
    with pytest.raises(HistoryError, match="Of 6 rows of features, 5 arrived"):
        empty.care.import_(out)
    assert empty.sessions().empty


def test_analysed_sessions_are_carried_without_difference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    carry(tmp_path, 2)
    assert "2 sessions" in capsys.readouterr().out
