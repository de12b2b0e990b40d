"""Benchmarks run as they are named in the documents: as scripts, from anywhere."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from paths import ROOT

TESTS = ROOT / "tests"
SCRIPTS = [
    path
    for path in sorted((TESTS / "benchmarks").glob("*.py"))
    if 'if __name__ == "__main__":' in path.read_text(encoding="utf-8")
]


def imported(tree: ast.Module) -> set[str]:
    """Modules that are imported anywhere in a script, by their first name."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.split(".")[0])
    return found


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_finds_what_it_takes_from_the_tests(script: Path) -> None:
    """Python looks for modules in the folder of a script, not in the one above."""
    text = script.read_text(encoding="utf-8")
    above = {path.stem for path in TESTS.glob("*.py")} | {
        path.name for path in TESTS.iterdir() if path.is_dir()
    }
    taken = (imported(ast.parse(text)) & above) - {"benchmarks"}
    assert not taken or "sys.path.insert(0, str(Path(__file__)" in text, taken
