"""A damaged file: what can still be read of it is saved, the rest is named."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from builders import assert_analyses_equal
from effort import some
from typer.testing import CliRunner

import ganglioside as gg
from ganglioside.cli import app
from ganglioside.errors import HistoryError
from ganglioside.history import History
from ganglioside.history.care.salvage import LOG
from ganglioside.history.storage import store
from ganglioside.history.storage.store import log_beside

#: Bytes of a block of DuckDB; the first three parts of 4,096 bytes are the head.
BLOCK = 262_144
HEAD = 3 * 4_096

SESSIONS = 2


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    history = History.open(tmp_path_factory.mktemp("sound") / "history.duckdb")
    for seed in range(SESSIONS):
        history.save(gg.analyze(gg.simulate(seed=seed)), name=f"session {seed}")
    history.care.vacuum()
    return history.path


def damage(path: Path, block: int) -> None:
    content = bytearray(path.read_bytes())
    start = HEAD + block * BLOCK + 5_000
    content[start : start + 64] = random.Random(block).randbytes(64)
    path.write_bytes(content)


def test_a_sound_file_is_saved_whole(sound: Path, tmp_path: Path) -> None:
    history = History.open(sound)
    saved_history, saved = History.salvage(sound, tmp_path / "saved.duckdb")
    assert (len(saved.whole), saved.inputs_only, saved.lost, saved.damaged) == (
        SESSIONS,
        (),
        (),
        {},
    )
    for sid in saved.whole:
        assert_analyses_equal(saved_history.load(sid), history.load(sid))
    assert saved_history.care.verify(sample=1).faults == ()


def test_whatever_block_is_damaged_the_rest_is_saved(sound: Path, tmp_path: Path) -> None:
    """One bad block of results ends neither verify nor the reading of other sessions."""
    blocks = (sound.stat().st_size - HEAD) // BLOCK
    assert blocks >= 6
    partly = named = 0
    for block in some(range(blocks), one_in=3):
        path = tmp_path / f"{block}.duckdb"
        path.write_bytes(sound.read_bytes())
        damage(path, block)
        partly += is_saved_in_part(path)
        named += names_the_cure(path)
    assert partly >= 1
    assert named >= 1


def is_saved_in_part(path: Path) -> bool:
    before = path.read_bytes()
    target = path.with_name(f"saved-{path.name}")
    try:
        history, saved = History.salvage(path, target)
    except HistoryError as error:
        assert "Restore a backup" in str(error)  # noqa: PT017 - the block of the catalog
        assert not target.exists()
        return False
    finally:
        assert path.read_bytes() == before
    assert bool(saved.damaged) or len(saved.whole) == SESSIONS
    for sid in saved.whole:
        assert not history.load(sid).features.empty
    for sid in saved.inputs_only:
        assert history.session(sid)["status"] == "failed"
    for sid in saved.inputs_only[:1]:
        assert not history.load(history.rerun(sid)).features.empty
    assert [f for f in history.care.verify(sample=0).faults if "log" not in f] == []
    return bool(saved.damaged)


def names_the_cure(path: Path) -> bool:
    try:
        faults = History.open(path).care.verify(sample=0).faults
    except HistoryError as error:
        faults = (str(error),)
    return any("salvage" in fault for fault in faults)


@pytest.fixture
def with_log(sound: Path, tmp_path: Path) -> Path:
    """Copy of a history of which a process has died after it had stored one session more."""
    path = tmp_path / "died.duckdb"
    path.write_bytes(sound.read_bytes())
    with duckdb.connect(str(path)) as connection:
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        connection.execute("UPDATE sessions SET name = 'renamed'")
    assert log_beside(path).exists()
    return path


def names(history: History) -> set[str]:
    return set(history.sessions()["name"])


def test_what_a_log_holds_is_saved_with_its_file(with_log: Path, tmp_path: Path) -> None:
    history, saved = History.salvage(with_log, tmp_path / "saved.duckdb")
    assert saved.damaged == {}
    assert names(history) == {"renamed"}


def test_a_log_that_cannot_be_read_is_named(with_log: Path, tmp_path: Path) -> None:
    spoil(log_beside(with_log))
    history, saved = History.salvage(with_log, tmp_path / "saved.duckdb")
    assert list(saved.damaged) == [LOG]
    assert "WAL" in saved.damaged[LOG]
    assert len(saved.whole) == SESSIONS
    assert names(history) == {"session 0", "session 1"}
    said = CliRunner().invoke(
        app, ["history", "salvage", str(with_log), str(tmp_path / "other.duckdb")]
    )
    assert said.exit_code == 1
    assert "The write-ahead log could not be read completely: " in said.stderr


@pytest.mark.parametrize("look", range(4))
def test_an_error_that_passes_loses_nothing(
    with_log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, look: int
) -> None:
    attached = store.attached
    looks = iter(range(100))

    @contextmanager
    def once_refused(path: Path, **given: bool) -> Iterator[duckdb.DuckDBPyConnection]:
        if ".draft" in str(path) and path.name == target.name and given and next(looks) == look:
            raise duckdb.IOException("IO Error: Cannot open file: Too many open files")
        with attached(path, **given) as connection:
            yield connection

    target = tmp_path / "saved.duckdb"
    monkeypatch.setattr(store, "attached", once_refused)
    with pytest.raises(HistoryError, match=r"died\.duckdb: .*Too many open files"):
        History.salvage(with_log, target)
    assert not target.exists()
    history, saved = History.salvage(with_log, target)
    assert (len(saved.whole), saved.damaged) == (SESSIONS, {})
    assert names(history) == {"renamed"}


def spoil(log: Path) -> None:
    content = bytearray(log.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 8] = bytes(byte ^ 255 for byte in content[middle : middle + 8])
    log.write_bytes(content)


def test_what_is_no_history_is_refused(tmp_path: Path, sound: Path) -> None:
    (tmp_path / "text").write_text("text")
    with pytest.raises(HistoryError, match="Nothing can be read"):
        History.salvage(tmp_path / "text", tmp_path / "saved.duckdb")
    with pytest.raises(HistoryError, match="no file"):
        History.salvage(tmp_path / "absent", tmp_path / "saved.duckdb")
    with pytest.raises(HistoryError, match="is there already"):
        History.salvage(sound, sound)
