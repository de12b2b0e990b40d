"""The names that `History` had for what `History.care` does."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from builders import build_analysis

from ganglioside.history import History
from ganglioside.history.care.aliases import CareAliases
from ganglioside.history.care.operations import Care


@pytest.mark.file_only("its backup is a history")
def test_the_names_of_before_do_what_care_does(history: History, tmp_path: Path) -> None:
    sid = history.save(build_analysis())
    steps: list[tuple[int, int]] = []
    checked = history.verify(sample=0, tell=lambda done, total: steps.append((done, total)))
    assert checked == history.care.verify(sample=0)
    assert steps == [(1, 1)]
    assert history.head() == history.care.head()
    assert history.log(sid).equals(history.care.log(sid))

    history.set_schedule(timedelta(days=30))
    assert history.schedule() == history.care.schedule()
    assert history.cleanup(timedelta(days=1)).equals(history.care.cleanup(timedelta(days=1)))
    before, after = history.vacuum()
    assert min(before, after) > 0

    history.export_all(tmp_path / "out")
    other = History.open(history.backup(tmp_path / "copy.duckdb"))
    other.delete(sid)
    assert other.import_all(tmp_path / "out").sessions == 1


def test_each_alias_names_a_method_of_care() -> None:
    renamed = {"export_all": "export", "import_all": "import_"}
    for name in vars(CareAliases):
        if not name.startswith("_"):
            assert callable(getattr(Care, renamed.get(name, name)))
