"""Files for the browser: each in a folder of its own, and no other file is handed out."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from ganglioside.errors import ExportError
from ganglioside.history import History
from ganglioside_widgets.state.downloads import KEPT, made_by, place_for


@dataclass
class Ended:
    """What is looked at of a job."""

    result: str | None
    status: str = "completed"


@pytest.fixture
def history(opened: Callable[[], History]) -> History:
    return opened()


def job(path: object, status: str = "completed") -> Ended:
    return Ended(json.dumps({"file": path}), status)


def test_files_of_one_name_do_not_meet(history: History) -> None:
    first, second = place_for(history, "a.csv"), place_for(history, "a.csv")
    assert first != second
    assert first.name == second.name == "a.csv"
    assert first.parent.is_dir()
    assert first.parent.parent.parent == history.path.parent


def test_the_file_of_a_completed_job_is_handed_out(history: History) -> None:
    path = place_for(history, "a.csv")
    assert made_by(history, job(str(path))) is None  # type: ignore[arg-type]
    path.write_text("x")
    assert made_by(history, job(str(path))) == path  # type: ignore[arg-type]
    assert made_by(history, job(str(path), "failed")) is None  # type: ignore[arg-type]


def test_no_other_file_is_handed_out(history: History, tmp_path: Path) -> None:
    inside = place_for(history, "a.csv")
    link = inside.with_name("link.csv")
    link.symlink_to(history.path)
    nested = inside.parent / "deeper" / "a.csv"
    nested.parent.mkdir()
    nested.write_text("x")
    for path in (history.path, link, nested, inside.parent, inside.parent / ".." / "a.csv", "a\0b"):
        assert made_by(history, job(str(path))) is None  # type: ignore[arg-type]


@pytest.mark.parametrize("result", [None, "", "no JSON", "[]", '"a"', '{"file": 5}', "{}"])
def test_a_job_without_a_file_has_none(history: History, result: str | None) -> None:
    assert made_by(history, Ended(result)) is None  # type: ignore[arg-type]


def test_old_files_are_deleted_and_others_stay(
    history: History, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = place_for(history, "a.csv")
    path.write_text("x")
    made = path.parent.stat().st_mtime
    for days, is_there in ((KEPT - 0.1, True), (KEPT + 0.1, False)):
        monkeypatch.setattr("time.time", lambda days=days: made + days * 86_400)
        place_for(history, "b.csv")
        assert path.exists() is is_there


def test_a_folder_that_cannot_be_made_is_refused_with_its_path(history: History) -> None:
    blocked = history.path.with_name(history.path.name + ".downloads")
    blocked.write_text("a file in its way")
    with pytest.raises(ExportError, match=r"\.downloads cannot be written"):
        place_for(history, "a.csv")
