"""The fingerprint of what judges a table: it holds all that takes part, and is the same again."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from paths import ROOT

from ganglioside.history import judging_code as judging
from ganglioside.history.judging_code import JUDGING, SHOWING, judging_code

#: All that an analysis loads of the package, and the tables that it opens.
LOADED = """
import json, sys
opened = set()
def hear(event, values):
    if event == "open" and isinstance(values[0], str):
        opened.add(values[0].replace("\\\\", "/"))
sys.addaudithook(hear)
import ganglioside as gg
gg.analyze(gg.read_features(sys.argv[1]))
modules = [name.split(".")[1] for name in sys.modules if name.startswith("ganglioside.")]
tables = [name.rpartition("/")[2] for name in opened if "ganglioside/data/" in name]
print(json.dumps([sorted(set(modules)), sorted(tables)]))
"""

#: What an analysis loads to say how far it is, why it cannot go on, and to add up areas.
REPORTING = {"amounts", "errors", "progress"}


def test_all_that_an_analysis_loads_takes_part(tmp_path: Path) -> None:
    table = tmp_path / "mine.csv"
    table.write_bytes((ROOT / "ganglioside/data/example.csv").read_bytes())
    command = [sys.executable, "-c", LOADED, str(table)]
    said = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout
    modules, tables = json.loads(said)
    assert set(modules) - REPORTING <= {name.removesuffix(".py") for name in JUDGING}
    assert len(tables) > 10
    assert set(tables) & SHOWING == set()


def test_each_part_exists_and_no_table_is_named_in_vain() -> None:
    package = files("ganglioside")
    assert all((package / name).is_dir() or (package / name).is_file() for name in JUDGING)
    assert all((package / "data" / name).is_file() for name in SHOWING)
    named = [name for name, _ in judging._files()]
    assert "retention/curve.py" in named
    assert "data/priors.csv" in named
    assert len(named) == len(set(named)) > 100


@pytest.mark.parametrize(
    ("file", "counts"),
    [
        ("verdicts/decisions.py", True),
        ("data/priors.csv", True),
        ("data/glossary.csv", False),
        ("charts/views.py", False),
    ],
)
def test_it_changes_with_what_judges_alone(
    file: str, counts: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "ganglioside"
    for name in (*JUDGING, "data", "charts"):
        _copy(ROOT / "ganglioside" / name, copy / name)
    monkeypatch.setattr(judging, "files", lambda _: copy)
    before = judging_code.__wrapped__()
    assert before == judging_code()
    changed = copy / file
    original = changed.read_bytes()
    changed.write_bytes(original.replace(b"\n", b"\r\n"))
    assert judging_code.__wrapped__() == before
    changed.write_bytes(original + b"#\n")
    assert (judging_code.__wrapped__() != before) == counts


def _copy(source: Path, target: Path) -> None:
    """Copy a module, or the modules and tables of a package."""
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(source.read_bytes())
        return
    for file in source.rglob("*"):
        if file.suffix in {".py", ".csv"}:
            _copy(file, target / file.relative_to(source))
