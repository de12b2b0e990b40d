"""Tests lie where what they test lies: each module has a test file of its name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import PurePosixPath

from paths import ROOT, TESTS

#: Sources, and where their tests are.
SOURCES = {"ganglioside": "", "widgets/ganglioside_widgets": "widgets"}

#: Modules without code of their own to test.
EXEMPT = {"__init__", "__main__"}

#: Folders of tests that mirror no package, and what they hold.
OTHERS = {
    "project": "guards of the whole project",
    "browser": "pages in a real browser",
    "notebooks": "notebooks as a reader runs them",
    "benchmarks": "measurements",
    "corpus": "hostile and wrong inputs",
    "deploy": "the server as it is installed, behind proxies and in containers",
}


def expected(modules: Iterable[PurePosixPath], below: str) -> set[str]:
    """Test files that some modules should have, as paths below `tests/`."""
    kept = [module for module in modules if module.stem not in EXEMPT]
    names = [f"test_{module.stem.strip('_')}.py" for module in kept]
    return {
        str(PurePosixPath(below) / module.parent / name)
        for module, name in zip(kept, names, strict=True)
    }


def modules_below(source: str) -> list[PurePosixPath]:
    folder = ROOT / source
    return [PurePosixPath(path.relative_to(folder).as_posix()) for path in folder.rglob("*.py")]


def wanted() -> set[str]:
    return set().union(*(expected(modules_below(s), below) for s, below in SOURCES.items()))


def present() -> set[str]:
    paths = [PurePosixPath(p.relative_to(TESTS).as_posix()) for p in TESTS.rglob("test_*.py")]
    return {str(path) for path in paths if path.parts[0] not in OTHERS}


def test_each_module_has_a_test_file_of_its_name() -> None:
    assert len(wanted()) > 150
    assert sorted(wanted() - present()) == []


#: Tests of several modules together, and of which.
TOGETHER = {
    "test_init.py": "the public surface",
    "test_main.py": "the program, as `ganglioside` and as `python -m ganglioside`",
}


def test_each_test_file_has_a_module_of_its_name() -> None:
    assert sorted(present() - wanted() - set(TOGETHER)) == []


def test_a_module_without_tests_is_found() -> None:
    planted = [PurePosixPath("lipids/nowhere.py"), PurePosixPath("lipids/__init__.py")]
    assert expected(planted, "") - present() == {"lipids/test_nowhere.py"}
    assert expected(planted, "widgets") - present() == {"widgets/lipids/test_nowhere.py"}
