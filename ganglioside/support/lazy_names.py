"""Public names of a package that are loaded when they are first used."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import Any


def lazy_names(
    package: str, homes: Mapping[str, str], modules: Collection[str] = ()
) -> tuple[Callable[[str], Any], Callable[[], list[str]]]:
    """`__getattr__` and `__dir__` of a package that loads its names when they are first used.

    Parameters
    ----------
    package
        `__name__` of the package.
    homes
        Module that holds each name, as a path below the package.
    modules
        Modules of the package that are public names themselves.

    Returns
    -------
    getattr : callable
        Gives the value of a public name; raises `AttributeError` for any other.
    dir : callable
        Lists the public names of the package, those not loaded yet included.

    Examples
    --------
    >>> load, names = lazy_names("ganglioside.support", {"share": "formatting"})
    >>> load("share")(1, 4), "share" in names()
    ('25 %', True)
    """

    def load(name: str) -> Any:
        if name in modules:
            return import_module(f"{package}.{name}")
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{homes[name]}"), name)

    def names() -> list[str]:
        # Not what the package itself imports: that would be offered for completion beside them.
        special = (name for name in vars(sys.modules[package]) if name.startswith("__"))
        return sorted({*special, *homes, *modules})

    return load, names
