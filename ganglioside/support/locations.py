"""Folders of notebooks, reports and documentation: of a checkout, or of the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from ganglioside.support.whole_files import write_whole

_PACKAGE: Final = Path(__file__).resolve().parents[1]
_CHECKOUT: Final = _PACKAGE.parent


def in_checkout() -> bool:
    """Whether the package runs from a checkout of the project."""
    return (_CHECKOUT / "pyproject.toml").is_file() and (_CHECKOUT / "notebooks").is_dir()


def notebooks() -> Path:
    """Folder of the notebooks."""
    return _folder("notebooks")


def reports() -> Path:
    """Folder of the report templates."""
    return _folder("reports")


def documentation() -> Path | None:
    """Folder of the documentation site; None where it was not built (`make docs`)."""
    folder = _CHECKOUT / "build" / "docs" / "html" if in_checkout() else _PACKAGE / "_docs"
    return folder if (folder / "index.html").is_file() else None


def is_installed(path: Path) -> bool:
    """Whether a file belongs to the installed package, as the bundled example does."""
    return path.resolve().is_relative_to(_PACKAGE)


def working_copy(target: Path) -> Path:
    """Copy the notebooks that `target` lacks into it, and return `target`.

    A file that exists is not overwritten: it may hold the user's work.
    """
    for source in sorted(notebooks().rglob("*")):
        copy = target / source.relative_to(notebooks())
        if source.is_file() and ".ipynb_checkpoints" not in source.parts and not copy.exists():
            copy.parent.mkdir(parents=True, exist_ok=True)
            write_whole(copy, source.read_bytes())
    return target


def _folder(name: str) -> Path:
    """Folder of the project in a checkout, or of the same name inside the package."""
    return _CHECKOUT / name if in_checkout() else _PACKAGE / f"_{name}"
