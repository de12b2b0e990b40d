"""Tables of a batch, each with a name and settings of its own."""

from __future__ import annotations

import csv
import dataclasses
import glob
import hashlib
import io
import logging
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from os import PathLike
from pathlib import Path
from typing import Any, Final, Unpack

from ganglioside.batch.result_files import VERDICTS, is_result
from ganglioside.errors import BatchError, ReadError, SettingsError
from ganglioside.reading.compressed import (
    TABLE_ENDINGS,
    TEXT_ENDINGS,
    is_table_file,
    without_gz,
)
from ganglioside.reading.limits import most
from ganglioside.reading.options import ReadingKeywords, ReadingOptions
from ganglioside.reading.source import MEGABYTE
from ganglioside.reading.text_files import SEPARATORS, decode
from ganglioside.settings import Settings, setting_specs
from ganglioside.support.folders import without_folders
from ganglioside.support.formatting import counted
from ganglioside.support.printed import UNPRINTED, printable
from ganglioside.support.whole_files import path_fault

log: Final = logging.getLogger(__name__)

_SETTINGS: Final = tuple(field.name for field in dataclasses.fields(Settings))
#: Columns of a manifest that say how a table is read.
_READING: Final = ("column", "sample", "sheet", "unit", "header")
#: Columns of a manifest; only the first is required.
MANIFEST: Final = ("file", "name", "title", *_SETTINGS, *_READING)
#: What a manifest says of a header.
_HEADER: Final = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}

#: Characters that some system forbids in file names.
_FORBIDDEN: Final = dict.fromkeys(map(ord, '/\\:*?"<>|'), "_")

#: Bytes of a name: with an ending and a number it fits into the 255 of most systems.
_LONGEST: Final = 235

#: Files that a message names at most.
_NAMED: Final = 5

#: Bytes of a large file that are read to recognise a manifest or a table.
_HEAD: Final = 65_536


@dataclass(frozen=True, slots=True)
class Item:
    """One table of a batch.

    Attributes
    ----------
    name : str
        Name of its session and its files; no two items share one.
    path : pathlib.Path
    title : str
        Heading of its report; its name if empty.
    settings : Settings
    reading : ReadingOptions
        How the table is read.
    was_sent : bool
        Whether somebody else sent the table, who is not told in which folder it is.

    Examples
    --------
    >>> from pathlib import Path
    >>> import ganglioside as gg
    >>> from ganglioside.batch import Item
    >>> Item("mouse 3", Path("mouse 3.csv"), "", gg.Settings(rt_tolerance=0.02)).name
    'mouse 3'
    """

    name: str
    path: Path
    title: str
    settings: Settings
    reading: ReadingOptions = field(default_factory=ReadingOptions)
    was_sent: bool = False

    @property
    def file(self) -> str:
        """Path of the table as the results name it; the name of one that was sent."""
        return printable(self.path.name if self.was_sent else str(self.path))

    def content(self) -> bytes:
        """Bytes of the table; of one that is too large, enough to be refused.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        with self.path.open("rb") as file:
            return file.read(int(self.settings.max_megabytes * MEGABYTE) + 1)

    def words(self, error: object) -> str:
        """Error as the results tell it, without folders for a table that was sent."""
        return without_folders(str(error)) if self.was_sent else str(error)


@dataclass(frozen=True, slots=True)
class _Usual:
    """Settings and options of every table, unless a manifest gives others."""

    settings: Settings
    reading: ReadingOptions

    def item(self, path: Path) -> Item:
        """Table without settings of its own."""
        return Item("", path.absolute(), "", self.settings, self.reading)


def plan(
    sources: str | PathLike[str] | Sequence[str | PathLike[str]],
    settings: Settings | None = None,
    **reading: Unpack[ReadingKeywords],
) -> list[Item]:
    """Tables that `sources` name, in their order.

    Parameters
    ----------
    sources
        One or more of: paths of tables, patterns (`runs/*.csv`, `**` for all folders below),
        folders with tables, and manifests: CSV files with the columns `MANIFEST`, of which only
        `file` is required. Paths in a manifest are relative to its folder.
    settings
        Settings of every table, unless a manifest gives others.
    **reading
        How every table is read, unless a manifest says it otherwise: `columns`, `sheet`, `unit`,
        `header` of `read_features`. In a manifest: `column` (`Name=Lipid; RT=t (min)`), `sample`
        (its header), `sheet`, `unit` (`min`, `s`), `header` (`yes`, `no`).

    Returns
    -------
    list of Item

    Raises
    ------
    BatchError
        If a pattern or folder has no table, or a manifest has a fault; all faults are named.

    Examples
    --------
    >>> from ganglioside import batch
    >>> [item.name for item in batch.plan(["runs/mouse 3.csv", "runs/mouse 4.csv"])]
    ['mouse 3', 'mouse 4']
    """
    usual = _Usual(settings or Settings(), ReadingOptions.of(**reading))
    named = [sources] if isinstance(sources, str | PathLike) else sources
    items = [item for source in named for item in _items(str(source), usual)]
    if not items:
        raise BatchError("There is nothing to do: name tables, a pattern or a manifest.")
    return _distinct(items)


def _items(source: str, usual: _Usual) -> list[Item]:
    """Tables that one source names."""
    path = Path(source).expanduser()
    if fault := path_fault(path):
        raise BatchError(f"{source} is no table, folder or pattern: {fault}. Check the path.")
    if path.is_dir():
        tables = (p for p in _own_files(path) if is_table_file(p.name))
        found = _measured(path, sorted(tables))
        if not found:
            raise BatchError(f"{path} holds no table: {', '.join(TABLE_ENDINGS)}.")
        return [usual.item(p) for p in found]
    if path.is_file():
        lines = _manifest(path)
        return [usual.item(path)] if lines is None else _of_manifest(path, lines, usual)
    if glob.has_magic(source):
        found = sorted(map(Path, glob.glob(str(path), recursive=True)))  # noqa: PTH207 - absolute
        if not (found := _measured(path, [p for p in found if p.is_file()])):
            raise BatchError(f"No file fits {source!r}.")
        return [usual.item(p) for p in found]
    return [usual.item(path)]  # it fails alone, when it is read


def _measured(source: Path, files: list[Path]) -> list[Path]:
    """Files without the results of batches, which a second run would take for tables.

    Files of verdicts hold features: they are tables where the source names their folder.
    """
    named = VERDICTS in source.parts
    left = {p for p in files if is_result(p) and not (named and p.parent.name == VERDICTS)}
    if left:
        log.warning("%s of %s left out, as results of a batch: %s",
                    counted(len(left), "file"), printable(str(source)),
                    printable(", ".join(p.name for p in sorted(left)[:_NAMED])))  # fmt: skip
    return [p for p in files if p not in left]


def _own_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a folder; links that lead out of it are skipped, with a warning.

    Whoever may write to the folder could otherwise have any file of whoever reads it quoted.
    """
    inside = folder.resolve()
    for path in folder.iterdir():
        if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(inside):
            log.warning("%s is skipped: it is a link out of its folder. Name it to judge it.",
                        printable(str(path)))  # fmt: skip
        elif path.is_file():
            yield path


def _distinct(items: list[Item]) -> list[Item]:
    """Items with names: of the manifest, else of the file and as much of its path as is needed."""
    if twice := _repeated([item.name for item in items if item.name]):
        raise BatchError(f"Two tables are named {twice[0]!r} in the manifest: name them apart.")
    paths = Counter(item.path for item in items if not item.name)
    if same := [path for path, times in paths.items() if times > 1]:
        raise BatchError(
            f"{same[0]} is named twice: name each table once, or give names in a manifest."
        )
    for parts in range(1, max(len(item.path.parts) for item in items) + 1):
        named = [item.name or _name(item.path, parts) for item in items]
        if not _repeated(named):
            break
    else:
        # They differ by their suffixes, or in case only.
        named = _numbered([item.name or _name(item.path, 1) for item in items])
    return [dataclasses.replace(item, name=name) for item, name in zip(items, named, strict=True)]


def _repeated(names: Sequence[str]) -> list[str]:
    # Folded, since two names that differ in case only are one file on some systems.
    times = Counter(name.casefold() for name in names)
    return [name for name in names if times[name.casefold()] > 1]


def _numbered(names: Sequence[str]) -> list[str]:
    """Names, each that comes several times with its place behind it, or the next free number."""
    repeated = {*_repeated(names)}
    taken = {name.casefold() for name in names}
    numbered = []
    for place, name in enumerate(names, start=1):
        own = name
        if name in repeated:
            own = next(n for i in count(place) if (n := f"{name} {i}").casefold() not in taken)
            taken.add(own.casefold())
        numbered.append(own)
    return numbered


def _name(path: Path, parts: int) -> str:
    stem = Path(without_gz(path.name)).stem
    return _file_name("_".join((*path.parts[-parts:-1], stem)))


def _file_name(text: str) -> str:
    """Name of a file made from a text; a name that is cut ends with its hash."""
    name = UNPRINTED.sub("_", text.translate(_FORBIDDEN))
    whole = name.encode()
    if len(whole) <= _LONGEST:
        return name
    digest = hashlib.sha256(whole).hexdigest()[:16]
    return f"{whole[: _LONGEST - 17].decode(errors='ignore')}~{digest}"


def _manifest(path: Path) -> list[list[str]] | None:
    """Cells of a manifest by line; None if the file is not one: it lacks a column `file`."""
    if path.suffix.lower() not in TEXT_ENDINGS:
        return None
    limit = most("manifest") * 1_000_000
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
        text, _ = decode(content if len(content) <= limit else content[:_HEAD])
    except (OSError, ReadError):
        return None  # a table, whose own reader reports the fault
    separator = _manifest_separator(text.partition("\n")[0])
    if separator is None:
        return None
    if len(content) > limit:
        raise BatchError(
            f"The manifest {path} has more than {most('manifest')} MB: split it into several."
        )
    try:
        return list(csv.reader(io.StringIO(text), delimiter=separator))
    except csv.Error as error:
        raise BatchError(
            f"The manifest {path} cannot be read: {error}. Look for a quote that is not closed."
        ) from error


def _manifest_separator(head: str) -> str | None:
    """Separator of a manifest, by its first line; None if the line is not of a manifest."""
    for separator in SEPARATORS:
        names = [cell.strip().strip('"').lower() for cell in head.split(separator)]
        if "file" in names and "rt" not in names:
            return separator
    return None


def _of_manifest(path: Path, records: list[list[str]], usual: _Usual) -> list[Item]:
    """Tables of a manifest."""
    header = [cell.strip().lower() for cell in records[0]]
    faults = [
        f"column {cell!r} is unknown: the columns are {', '.join(MANIFEST)}"
        for cell in header
        if cell not in MANIFEST
    ]
    faults += [f"column {cell!r} appears twice" for cell in dict.fromkeys(_repeated(header))]
    items = []
    if not faults:
        for line, record in enumerate(records[1:], start=2):
            if not any(cell.strip() for cell in record):
                continue
            try:
                items.append(_of_line(path.parent, header, record, usual))
            except (SettingsError, BatchError) as error:
                faults.append(f"line {line}: {error}")
    if faults:
        raise BatchError(f"The manifest {path} cannot be used:\n  " + "\n  ".join(faults))
    if not items:
        raise BatchError(f"The manifest {path} names no table.")
    return items


def _of_line(folder: Path, header: list[str], record: list[str], usual: _Usual) -> Item:
    """Table of one line of a manifest."""
    if len(record) != len(header):
        raise BatchError(f"it has {len(record)} cells, but the header has {len(header)} columns.")
    cells = {n: c.strip() for n, c in zip(header, record, strict=True) if c.strip()}
    if "file" not in cells:
        raise BatchError("the column file is empty.")
    own = {name: _value(name, cells[name]) for name in _SETTINGS if name in cells}
    name = _file_name(cells.get("name", ""))
    chosen = Settings.from_dict({**usual.settings.to_dict(), **own})
    path = (folder / Path(cells["file"]).expanduser()).absolute()
    return Item(name, path, cells.get("title", ""), chosen, _reading(cells, usual.reading))


def _reading(cells: Mapping[str, str], usual: ReadingOptions) -> ReadingOptions:
    """How the table of a line is read; what the line leaves out is as usual.

    Raises
    ------
    BatchError, SettingsError
        If a cell cannot be used.
    """
    named = {**usual.named, **_named_columns(cells.get("column", ""))}
    if "sample" in cells:
        named["Sample"] = cells["sample"]
    header = cells.get("header", "yes" if usual.header else "no").lower()
    if header not in _HEADER:
        raise BatchError(f"header is {header!r}: it is yes or no.")
    sheet, unit = cells.get("sheet", usual.sheet), cells.get("unit", usual.unit)
    return ReadingOptions.of(named, sheet, unit, header=_HEADER[header])


def _named_columns(text: str) -> dict[str, str]:
    """Input columns with their headers, from `Name=Lipid; RT=t (min)`."""
    pairs = [part.partition("=") for part in text.split(";") if part.strip()]
    for name, sign, header in pairs:
        if not (sign and name.strip() and header.strip()):
            raise BatchError(f"column is {text!r}: it is NAME=HEADER, several with ';' between.")
    return {name.strip(): header.strip() for name, _, header in pairs}


def _value(name: str, text: str) -> Any:
    """Value of a setting; text that is not a number is left to `Settings` to refuse."""
    if name not in setting_specs():
        return text
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        return text
    return int(number) if name == "max_rows" and number.is_integer() else number


def parameters(item: Item) -> Mapping[str, float | int | str]:
    """Values of a table's settings and options that differ from the defaults, by name."""
    usual = Settings().to_dict()
    own = {n: v for n, v in item.settings.to_dict().items() if v != usual.get(n)}
    return {**own, **item.reading.given}
