"""`DEVELOPMENT.md`: the index names every task, and what a task names exists."""

from __future__ import annotations

import re

from paths import ROOT
from tracked import tracked_files

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


def test_the_names_that_tasks_name_are_written_in_the_code() -> None:
    """Constants, functions and classes are renamed without a thought of the text."""
    kinds = {".py", ".js", ".html", ".csv", ".j2", ".toml", ".ipynb"}
    code = " ".join(p.read_text("utf-8") for p in tracked_files() if p.suffix in kinds)
    words = set(re.findall(r"\w+", code))
    named = {word for word in re.findall(r"`(\w{4,})`", TASKS) if not word.isdigit()}
    assert len(named) > 150
    words.add("QUALIFY")  # of SQL, which is not used
    assert sorted(named - words) == []
