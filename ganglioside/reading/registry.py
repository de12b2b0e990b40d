"""Registry of the tools whose exports are read; packages can add to it by an entry point."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Final

from ganglioside.reading import formats as own
from ganglioside.reading.formats.format import Format

#: Group of entry points; each names a `Format` or a sequence of them.
GROUP: Final = "ganglioside.readers"


@cache
def formats() -> tuple[Format, ...]:
    """Formats of all tools: those of other packages first, then our own.

    Raises
    ------
    TypeError
        If an entry point gives something else.

    Examples
    --------
    >>> "MS-DIAL" in {form.tool for form in formats()}
    True
    """
    added = [form for point in entry_points(group=GROUP) for form in _formats_of(point.load())]
    return (*added, *_own_formats())


def _own_formats() -> tuple[Format, ...]:
    """Formats of this package's modules, in the order of their names."""
    names = sorted(module.name for module in iter_modules(own.__path__) if module.name != "format")
    modules = [import_module(f"{own.__name__}.{name}") for name in names]
    return tuple(form for module in modules for form in module.FORMATS)


def _formats_of(value: object) -> tuple[Format, ...]:
    """Formats that an entry point gives."""
    found = (value,) if isinstance(value, Format) else tuple(value)  # type: ignore[arg-type]
    wrong = [form for form in found if not isinstance(form, Format)]
    if wrong:
        raise TypeError(
            f"An entry point of the group {GROUP} gives {wrong[0]!r}. It must give a Format of "
            "ganglioside.reading.formats.format, or several."
        )
    return found
