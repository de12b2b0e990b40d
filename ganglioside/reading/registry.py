"""Registry of the tools whose exports are read; packages can add to it by an entry point."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from importlib import import_module
from importlib.metadata import entry_points
from pkgutil import iter_modules
from typing import Final

from ganglioside.reading import formats as own
from ganglioside.reading.formats.format import Format, Marks, groups

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


def format_of(keys: AbstractSet[str]) -> Format | None:
    """First format that a header with these keys is of, None if none is known.

    Examples
    --------
    >>> form = format_of({"averagertmin", "averagemz", "metabolitename"})
    >>> form.tool if form else None
    'MS-DIAL'
    """
    marks_by_key = _marks_by_key()
    told = [key for key in marks_by_key.keys() & keys if key]
    beginnings, ends = _parts_without_key()
    if any(key.startswith(beginnings) or key.endswith(ends) for key in keys):
        told.append("")
    found = [place for key in told for place, marks in marks_by_key[key] if marks.is_in(keys)]
    return formats()[min(found)] if found else None


@cache
def _marks_by_key() -> Mapping[str, Sequence[tuple[int, Marks]]]:
    """Marks of all formats, each with the format's place, by their telling keys.

    Any of hundreds of records may be a header; of most, no cell is such a key.
    """
    found: dict[str, list[tuple[int, Marks]]] = {}
    for place, form in enumerate(formats()):
        for marks in groups(form.marks):
            found.setdefault(marks.telling, []).append((place, marks))
    return found


@cache
def _parts_without_key() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Beginnings and ends of keys; a header with marks that have no telling key has one of them."""
    marks = [marks for _, marks in _marks_by_key().get("", ())]
    return (
        tuple({max(each.beginnings, key=len) for each in marks if each.beginnings}),
        tuple({max(each.ends, key=len, default="") for each in marks if not each.beginnings}),
    )


def forget() -> None:
    """Look anew for formats when they are next needed."""
    formats.cache_clear()
    _marks_by_key.cache_clear()
    _parts_without_key.cache_clear()


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


def tools() -> tuple[tuple[str, str, str], ...]:
    """Tools whose files are read, by name, each with its files and with what is taken from them.

    Examples
    --------
    >>> [name for name, _, _ in tools()][:2]
    ['ALEX123', 'Analyst']
    """
    described: dict[str, list[Format]] = {}
    for form in formats():
        described.setdefault(form.tool, []).append(form)
    return tuple(
        (tool, _joined(form.files for form in same), _joined(form.taken for form in same))
        for tool, same in sorted(described.items(), key=lambda item: item[0].casefold())
    )


def _joined(texts: Iterable[str]) -> str:
    """Distinct texts in one, without the empty ones."""
    return "; ".join(dict.fromkeys(filter(None, texts)))


def file_list() -> str:
    """Text of `FILES.md`: each tool with its files and with what is taken from them.

    Examples
    --------
    >>> file_list().splitlines()[0]
    '# Which files are read'
    """
    rows = ["| " + " | ".join(row) + " |" for row in tools()]
    return "\n".join(
        [_INTRODUCTION, "| tool | files | what is taken |", "|---|---|---|", *rows, ""]
    )


_INTRODUCTION: Final = """\
# Which files are read

Give the file as your tool wrote it. It is known by what it holds, not by its name, and no option is
needed: text with any separator and in any usual encoding, XLSX with its sheets, Parquet,
DataFrames.

**Of any tool**, listed or not, a table is read that has a name and a retention time in each row:
long (a row for each feature and sample) or wide (columns for each sample). Areas are taken where
there are any, else heights or intensities; m/z, ion, Log P and anchors where the table has them.

**Samples.** Blanks take no part. Quality controls and standards take none in a wide table with one
RT for all files, where they would repeat what the samples show. Internal standards are kept and not
judged.

**What was taken** from which column, and what was left out, is in the reading report:
`table.report` in Python, the first lines of `ganglioside analyze`, *What was taken* in the
workbench. Lines of other things than features are counted there; what a tool writes about the file
itself (metadata, marks of sections, lists of its files) and blank lines are not. A column that was
taken wrongly is corrected there: `columns={"Name": "my column"}`,
`--column Name="my column"`, the mark over the column in the workbench.

**Not read** are tables without names of lipids, such as plain peak lists: annotate them first, in
the tool that made them. Raw data and spectra are no tables.

This list is made from the readers: `python -m ganglioside.reading.registry > FILES.md`.
"""


if __name__ == "__main__":
    print(file_list(), end="")
