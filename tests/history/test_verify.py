"""A history that was changed behind its back says so, whatever was changed."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from ganglioside.analysis import Analysis, analyze
from ganglioside.example import example
from ganglioside.history import History
from ganglioside.overrides import Override, Overrides
from ganglioside.settings import Settings
from ganglioside.tables import Source


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A history of real sessions: two completed, one failed."""
    path = tmp_path_factory.mktemp("verify") / "history.duckdb"
    history = History.open(path)
    analysis: Analysis = analyze(example())
    said = Overrides((Override(feature_id=2, verdict="valid", note="MS/MS", author="Ada"),))
    sid = history.save(analysis.with_overrides(said), name="first")
    history.save(analyze(example(), Settings(outlier_threshold=2.0)), name="second")
    failed = history.begin(Source.from_bytes("x.csv", b"x"), Settings())
    history.fail(failed, "lamp")
    return path, sid


@pytest.fixture
def opened(filled: tuple[Path, str], tmp_path: Path) -> tuple[History, str]:
    shutil.copy(filled[0], tmp_path / "history.duckdb")
    return History.open(tmp_path / "history.duckdb"), filled[1]


def tamper(history: History, sql: str) -> None:
    with history._store.write() as connection:
        connection.execute(sql)


def test_a_sound_history_is_whole_and_gives_the_same_again(opened: tuple[History, str]) -> None:
    history, _ = opened
    steps: list[tuple[int, int]] = []
    found = history.verify(sample=2, tell=lambda done, total: steps.append((done, total)))
    assert found.faults == ()
    assert found.is_whole
    assert (found.sessions, found.inputs, found.unsealed) == (3, 2, 0)
    assert found.entries == len(history.log())
    assert len(found.reruns) == 2
    assert steps[-1] == (3, 3)
    assert found.notes == ()


def test_an_empty_history_is_whole(tmp_path: Path) -> None:
    found = History.open(tmp_path / "h.duckdb").verify()
    assert (found.is_whole, found.sessions, found.reruns) == (True, 0, ())


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE features SET rt = rt + 1e-12 WHERE position = 7 AND session = '{}'", "result was"),
        ("UPDATE features SET verdict = 'valid' WHERE session = '{}'", "result was changed"),
        ("UPDATE features SET position = 323 - position WHERE session = '{}'", "result was"),
        ("DELETE FROM features WHERE position = 3 AND session = '{}'", "result was changed"),
        ("UPDATE findings SET message = 'none' WHERE session = '{}'", "result was changed"),
        ("UPDATE models SET n = 1 WHERE session = '{}'", "result was changed"),
        ("UPDATE results SET model = model || ' ' WHERE session = '{}'", "result was changed"),
        ("UPDATE sessions SET summary = '{{}}' WHERE id = '{}'", "result was changed"),
        ("UPDATE sessions SET result_sha256 = 'x' WHERE id = '{}'", "log tells of another result"),
        ("UPDATE sessions SET sha256 = 'x' WHERE id = '{}'", "input is gone"),
        ("UPDATE inputs SET content = content || 'x'::BLOB", "input .* is not what was received"),
        ("DELETE FROM inputs", "input is gone"),
        ("UPDATE overrides SET verdict = 'outlier' WHERE session = '{}'", "other overrides"),
        ("DELETE FROM overrides WHERE session = '{}'", "other overrides"),
        ("DELETE FROM sessions WHERE id = '{}'", "not there"),
        ("UPDATE log SET author = 'Eve' WHERE number = 0", "log .* was changed"),
    ],
)
def test_what_was_changed_is_found(opened: tuple[History, str], sql: str, said: str) -> None:
    history, sid = opened
    tamper(history, sql.format(sid))
    faults = history.verify(sample=0).faults
    assert any(re.search(said, fault) for fault in faults), faults


def test_a_result_that_cannot_be_had_again_is_found(
    opened: tuple[History, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a change of the method: all hashes are right, the outcome is another."""
    from ganglioside.history import verify

    history, _ = opened
    monkeypatch.setattr(
        verify, "analyze", lambda table, settings: analyze(table, Settings(rt_tolerance=0.02))
    )
    faults = history.verify(sample=1).faults
    assert len(faults) == 1
    assert "gives another result when it is run again: features" in faults[0]


def test_other_versions_are_told(opened: tuple[History, str]) -> None:
    history, _ = opened
    tamper(history, 'UPDATE sessions SET environment = \'{"numpy": "1.0"}\'')
    found = history.verify(sample=2)
    assert found.is_whole
    assert len(found.notes) == 2
    assert "numpy 1.0 instead of" in found.notes[0]


def test_sessions_of_older_versions_have_no_seal(opened: tuple[History, str]) -> None:
    history, _ = opened
    tamper(history, "UPDATE sessions SET result_sha256 = NULL; DELETE FROM log")
    found = history.verify()
    assert (found.unsealed, found.reruns) == (2, ())
