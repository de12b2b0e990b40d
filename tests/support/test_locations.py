"""The folders are found in a checkout and in a built wheel."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from paths import ROOT

from ganglioside.support import locations


def test_a_checkout_uses_its_own_folders() -> None:
    assert locations.in_checkout()
    assert locations.notebooks() == ROOT / "notebooks"
    assert locations.reports() == ROOT / "reports"


def test_the_documentation_is_there_once_it_is_built(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locations, "_CHECKOUT", tmp_path)
    for folder in ("notebooks", "build/docs/html"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").touch()
    assert locations.documentation() is None
    (tmp_path / "build" / "docs" / "html" / "index.html").touch()
    assert locations.documentation() == tmp_path / "build" / "docs" / "html"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contents of the wheel, as an installation lays them out."""
    pytest.importorskip("hatchling", reason="building the wheel needs hatchling")
    built, site = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (wheel,) = built.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(site)
    return site


def ask(site: Path, expression: str) -> str:
    module = "ganglioside.support.locations"
    code = f"import sys; sys.path.insert(0, {str(site)!r}); import {module} as p"
    return subprocess.run(
        [sys.executable, "-P", "-c", f"{code}; print({expression})"],
        cwd=site,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_the_wheel_finds_its_own_folders(installed: Path) -> None:
    assert ask(installed, "p.in_checkout()") == "False"
    assert Path(ask(installed, "p.notebooks()")) == installed / "ganglioside" / "_notebooks"
    assert Path(ask(installed, "p.reports()")) == installed / "ganglioside" / "_reports"
    built = locations.documentation() is not None
    inside = str(installed / "ganglioside" / "_docs")
    assert ask(installed, "p.documentation()") == (inside if built else "None")


@pytest.mark.parametrize(("folder", "kept"), [("notebooks", "_notebooks"), ("reports", "_reports")])
def test_the_wheel_holds_every_notebook(installed: Path, folder: str, kept: str) -> None:
    ours = {p.name for p in (ROOT / folder).glob("*.ipynb")}
    assert ours
    assert {p.name for p in (installed / "ganglioside" / kept).glob("*.ipynb")} == ours


@pytest.mark.parametrize("package", ["ganglioside", "widgets/ganglioside_widgets"])
def test_the_wheel_holds_every_file_of_both_packages(installed: Path, package: str) -> None:
    folder = ROOT / package
    ours = {p for p in folder.rglob("*") if p.is_file() and "__pycache__" not in p.parts}
    assert any(p.suffix not in {".py", ".typed"} for p in ours)
    inside = installed / folder.name
    names = {p.relative_to(folder) for p in ours}
    assert {str(name) for name in names if not (inside / name).is_file()} == set()


def test_the_wheel_holds_no_output_and_no_tests(installed: Path) -> None:
    assert not list(installed.rglob("output"))
    assert not list(installed.rglob("test_*.py"))


def test_a_working_copy_keeps_what_the_user_changed(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_text("mine")
    first = next(p.name for p in locations.notebooks().rglob("*") if p.is_file())
    (tmp_path / first).write_text("changed")
    assert locations.working_copy(tmp_path) == tmp_path
    assert (tmp_path / first).read_text() == "changed"
    assert (tmp_path / "mine.ipynb").read_text() == "mine"
    ours = {p.name for p in locations.notebooks().glob("*.ipynb")}
    assert ours <= {p.name for p in tmp_path.iterdir()}
