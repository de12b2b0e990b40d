"""Names that a package loads when they are first used."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module

import pytest

PACKAGES = {
    "ganglioside": ("analyze", "analysis"),
    "ganglioside.exporting": ("to_mztab", "exporting.mztab"),
    "ganglioside.history": ("History", "history.history"),
    "ganglioside_widgets": ("Workbench", "panels.workbench"),
}


@pytest.mark.parametrize("package", PACKAGES)
def test_every_public_name_can_be_had_and_is_listed(package: str) -> None:
    module = import_module(package)
    assert set(module.__all__) <= set(dir(module))
    assert "__name__" in dir(module)
    # What a user is offered for completion, also after much of the package is loaded.
    assert {name for name in dir(module) if not name.startswith("_")} <= set(module.__all__)
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("package", PACKAGES)
def test_an_unknown_name_is_missed_as_in_any_module(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nowhere'"):
        _ = import_module(package).nowhere


def test_nothing_is_loaded_before_it_is_used() -> None:
    homes = [home for _, home in PACKAGES.values()]
    code = [
        f"import sys, {', '.join(PACKAGES)}",
        "def loaded(home): return any(name.endswith('.' + home) for name in sys.modules)",
        f"assert not [home for home in {homes} if loaded(home)]",
    ]
    for package, (name, home) in PACKAGES.items():
        code += [f"{package}.{name}", f"assert loaded({home!r})"]
    subprocess.run([sys.executable, "-c", "\n".join(code)], check=True)
