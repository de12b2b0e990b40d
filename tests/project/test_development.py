"""`DEVELOPMENT.md`: the index names every task, and what a task names exists."""

from __future__ import annotations

import re

from paths import ROOT

TEXT = (ROOT / "DEVELOPMENT.md").read_text(encoding="utf-8")
TASKS = TEXT.split("## Tasks")[1].split("## Words")[0]


def test_the_index_names_each_task_once() -> None:
    told = re.findall(r"^\*\*(.+?)[.,]?\*\*", TASKS, re.MULTILINE)
    rows = re.findall(r"^\| [A-Z][^|]+ \| (.+) \|$", TASKS, re.MULTILINE)
    named = [task for row in rows for task in row.split("; ")]
    assert len(told) > 40
    assert sorted(named) == sorted(told)


def test_the_tests_that_tasks_name_exist() -> None:
    named = {path for path in re.findall(r"`(tests/[\w/.]+)`", TASKS) if "<" not in path}
    assert len(named) > 40
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []
