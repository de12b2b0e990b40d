"""Uploaded files, what the user says about each, and the table to analyse."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import pandas as pd
import traitlets as t

from ganglioside.columns import INPUT_LABELS, NEEDED
from ganglioside.errors import GangliosideError, ValidationError
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_study, read_with
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.preview import Preview, preview_read, preview_refused
from ganglioside.reading.raw_table import Source
from ganglioside.reading.source import MEGABYTE
from ganglioside.reading.study import is_archive
from ganglioside.reading.workbooks import sheet_names
from ganglioside.settings import Settings
from ganglioside.simulation.example import example
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.visitors import Visitor

#: All files of a page together may be so many times as large as the largest one.
_TOGETHER: Final = 4

#: States of files that can be run; the others are refused, or have their result or wait for it.
_TO_RUN: Final = ("read", "failed")

#: The header of an input column for which none was taken.
ABSENT: Final = ""


@dataclass(frozen=True, eq=False)
class Upload:
    """One uploaded file, read or refused.

    Attributes
    ----------
    name : str
    content : bytes
    options : ReadingOptions
        What the user says about the file.
    sheets : tuple of str
        Names of the worksheets; empty for a file that is no workbook.
    table : FeatureTable or None
        None if the file is refused.
    refusal : Refusal or None
    preview : Preview or None
        The first rows; None if the file is no table.
    other_sheets : tuple of Preview
        Those of the further sheets that were read.
    """

    name: str
    content: bytes
    options: ReadingOptions = field(default_factory=ReadingOptions)
    sheets: tuple[str, ...] = ()
    table: FeatureTable | None = None
    refusal: Refusal | None = None
    preview: Preview | None = None
    other_sheets: tuple[Preview, ...] = ()

    @classmethod
    def read(cls, name: str, content: bytes, options: ReadingOptions, settings: Settings) -> Upload:
        """Read a file; one that cannot be read gets a refusal instead of a table."""
        upload = cls(name, content, options)
        try:
            if not is_archive(content):
                sheets = sheet_names(content, settings.max_megabytes * MEGABYTE)
                upload = replace(upload, sheets=sheets)
            table = read_with(content, settings, options, name)
        except ValidationError as error:  # its columns can be chosen
            origin = replace(Source.from_bytes(name, content), options=options)
            preview = preview_refused(origin, settings)
            return replace(upload, refusal=Refusal.of(error), preview=preview)
        except GangliosideError as error:
            return replace(upload, refusal=Refusal.of(error))
        first, *others = map(preview_read, table.tables)
        return replace(upload, table=table, preview=first, other_sheets=tuple(others))

    @property
    def headers(self) -> tuple[str, ...]:
        """The distinct column headers, as far as they are known."""
        texts = self.preview.header.texts if self.preview else ()
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    @property
    def mapping(self) -> dict[str, str]:
        """The header of each input column, by the column's label; `ABSENT` if it has none."""
        named = {label: self.options.named.get(label, ABSENT) for label in INPUT_LABELS.values()}
        if self.preview is None:
            return named
        header = self.preview.header
        found = {INPUT_LABELS[column]: header.label(column) for column in header.positions}
        return named | found

    @property
    def asked(self) -> frozenset[str]:
        """Labels of the input columns that a refusal asks for."""
        message = self.refusal.message if self.refusal else ""
        return frozenset(f for f in INPUT_LABELS.values() if f'columns={{"{f}"' in message)

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of needed columns that neither the file nor each of its samples has."""
        own = self.preview.of_each_sample if self.preview else frozenset()
        needed = [column for column in NEEDED if column not in own]
        return tuple(label for c in needed if not self.mapping[label := INPUT_LABELS[c]])

    @property
    def can_be_told(self) -> bool:
        """Whether there is anything that a user can say about it."""
        return bool(self.headers or self.sheets) or self.options != ReadingOptions()

    @property
    def seems_bare(self) -> bool:
        """Whether it is refused because its first line looks like data."""
        return self.refusal is not None and "no-header" in set(self.refusal.problems["code"])

    def with_column(self, label: str, header: str) -> ReadingOptions:
        """Options with one input column taken from a header; `ABSENT` to recognise it again.

        A header that is data itself is the first feature: the table then has none.
        """
        if self.preview and self.seems_bare and header != ABSENT:
            texts = [text.strip() for text in self.preview.header.texts]
            number = texts.index(header) + 1
            return replace(self.options, columns=((label, f"column {number}"),), header=False)
        kept = [(o, text) for o, text in self.options.columns if o != label and text != header]
        chosen = [] if header == ABSENT else [(label, header)]
        return replace(self.options, columns=tuple(sorted([*kept, *chosen])))


class UploadState(t.HasTraits):
    r"""The uploaded files, the chosen one, and its table; a refused file has none.

    Parameters
    ----------
    settings : Settings, optional
    paths : bool, optional
        Whether files of this machine can be opened by their path. By default in a notebook only:
        visitors of a web page need not be users of this machine.

    Attributes
    ----------
    uploads : tuple of Upload
    chosen : int
        Position of the chosen file; -1 without one.
    as_study : bool
        Whether all tables are analysed together, as samples of one study.
    table : FeatureTable or None
        The table to analyse.
    refusal : Refusal or None
        Why there is no table.
    not_added : dict of str to str
        Why files were not added, by their name, of those that were given last; the files that are
        here, and their results, stay as they are.
    arriving : str
        Name of the file that is on its way from the browser; empty if none is.
    due : Upload or None
        The file that came alone and is to be analysed at once.
    states : dict of str to str
        What became of files, by their name, where more is known than that they were read.

    Examples
    --------
    >>> state = UploadState()
    >>> state.add("table.csv", b"GM1(36:1;O2),9.5\nGM1(38:1;O2),10.5\n")
    >>> state.table is None
    True
    >>> state.set_header(False)
    >>> state.map_column("RT", "column 2")
    >>> len(state.table)
    2
    """

    uploads = t.Tuple().tag(kind=Upload)
    chosen = t.Int(-1)
    as_study = t.Bool(False)
    table = t.Instance(FeatureTable, allow_none=True)
    refusal = t.Instance(Refusal, allow_none=True)
    not_added = t.Dict()
    arriving = t.Unicode("")
    due = t.Instance(Upload, allow_none=True)
    states = t.Dict()

    def __init__(self, settings: Settings | None = None, *, paths: bool | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.paths = not Visitor.here().on_page if paths is None else paths
        self._dropped = 1

    @property
    def current(self) -> Upload | None:
        """The chosen file; None without one."""
        return self.uploads[self.chosen] if 0 <= self.chosen < len(self.uploads) else None

    @property
    def max_bytes(self) -> int:
        """Largest size of a file, bytes."""
        return int(self.settings.max_megabytes * MEGABYTE)

    def why_no_room(self, name: str, size: int) -> str:
        """Reason why a file of so many bytes cannot be added to the others; empty if it can.

        One that is too large by itself is refused as such, when it is read.
        """
        kept = sum(len(upload.content) for upload in self.uploads if upload.name != name)
        limit = _TOGETHER * self.max_bytes
        if size > self.max_bytes or kept + size <= limit:
            return ""
        together = f"{(kept + size) / MEGABYTE:,.1f}"
        return (
            f"{name} was not added: the files of this page would have {together} MB together; the "
            f"limit is {limit / MEGABYTE:,.1f} MB. Choose a file that is not needed any more in "
            f'the list, press "Remove", and add {name} again.'
        )

    @property
    def can_be_study(self) -> bool:
        """Whether there are several tables, which can be analysed together."""
        return sum(upload.table is not None for upload in self.uploads) > 1

    @property
    def can_share(self) -> bool:
        """Whether other files are read in another way than the chosen one."""
        chosen = self.current
        return chosen is not None and any(u.options != chosen.options for u in self.uploads)

    @property
    def refused(self) -> tuple[str, ...]:
        """Names of the files that are refused."""
        return tuple(upload.name for upload in self.uploads if upload.table is None)

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of needed columns that the chosen file lacks."""
        return self.current.missing if self.current else ()

    def files(self) -> pd.DataFrame:
        """One row per file: its name, its state and number of features.

        The state is `read`, `refused`, or what became of it (`states`).
        """
        states = [
            self.states.get(upload.name, "read" if upload.table is not None else "refused")
            for upload in self.uploads
        ]
        features = [len(u.table) if u.table is not None else None for u in self.uploads]
        return pd.DataFrame(
            {
                "name": pd.array([upload.name for upload in self.uploads], dtype="str"),
                "state": pd.array(states, "str"),
                "features": pd.array(features, dtype="Int64"),
            }
        )

    @property
    def to_run(self) -> tuple[Upload, ...]:
        """Files that were read and have no result, or whose analysis failed; none that waits."""
        states = self.files()["state"]
        return tuple(u for u, s in zip(self.uploads, states, strict=True) if s in _TO_RUN)

    @property
    def why_not_all(self) -> str:
        """Reason why there is no file to be run; empty where there is one."""
        if self.to_run:
            return ""
        if len(self.refused) == len(self.uploads):
            return "None of these files could be read: choose one to see why."
        return (
            "Each file that could be read has its result, or will have it. To analyse one again, "
            "choose it and press Run again."
        )

    def begin(self) -> None:
        """Forget what was not added before: other files are given now."""
        self.not_added = {}

    def expect(self, name: str, of: int = 1) -> None:
        """Wait for a file of this name, one of so many; for none if the name is empty."""
        self.arriving = name
        if name:
            self._dropped = of

    def add(self, name: str, content: bytes) -> None:
        """Add a file, in place of one with the same name, and choose it.

        One that came alone, and can be read, is `due`. One for which there is no room is refused.
        """
        self.not_added = {other: why for other, why in self.not_added.items() if other != name}
        if why := self.why_no_room(name, len(content)):
            self.refuse(why, name)
            return
        upload = Upload.read(name, content, ReadingOptions(), self.settings)
        self._put(upload)
        if self._dropped == 1 and upload.table is not None:
            self.due = upload

    def add_example(self) -> None:
        """Add the bundled example."""
        self.begin()
        source = example().source
        self.add(source.name, source.content)

    def add_path(self, path: str) -> None:
        """Add a file of the machine on which this runs, if `paths` allows it."""
        self.begin()
        if not self.paths:
            self.refuse(
                "A web page cannot open files of the server by their path: drop the table here, or "
                "choose it."
            )
            return
        try:
            file_path = Path(path.strip()).expanduser()
            with file_path.open("rb") as file:
                content = file.read(self.max_bytes + 1)
        except (OSError, RuntimeError, ValueError) as error:  # RuntimeError: ~ of no known user
            reason = (getattr(error, "strerror", None) or str(error)).rstrip(".")
            self.refuse(f"{path} cannot be opened: {reason}. Check the path.", path)
            return
        self.add(file_path.name, content)

    def refuse(self, message: str, name: str = "") -> None:
        """Show why the file of a name could not be added; what is here stays as it is."""
        self.not_added = {**self.not_added, name: message}

    def choose(self, index: int) -> None:
        """Choose the file at a position of `uploads`."""
        with self.hold_trait_notifications():
            self.chosen, self.as_study = index, False
            self._update_table()

    def leave(self) -> None:
        """Choose none of the files: the page shows something else."""
        with self.hold_trait_notifications():
            self.chosen, self.as_study = -1, False
            self._update_table()

    def remove(self, index: int) -> None:
        """Remove the file at a position of `uploads`; a chosen one below it stays chosen."""
        if not 0 <= index < len(self.uploads):
            return
        with self.hold_trait_notifications():
            self.uploads = tuple(u for k, u in enumerate(self.uploads) if k != index)
            before = self.chosen - 1 if index < self.chosen else self.chosen
            self.chosen = min(before, len(self.uploads) - 1)
            self.as_study = self.as_study and self.can_be_study
            self._update_table()

    def join(self, as_study: bool) -> None:
        """Analyse all tables as samples of one study, or the chosen one alone."""
        with self.hold_trait_notifications():
            self.as_study = as_study
            self._update_table()

    def map_column(self, label: str, header: str) -> None:
        """Map an input column of the chosen file to a header; `ABSENT` to recognise it again."""
        upload = self.current
        if upload is not None and upload.mapping.get(label) != header:
            self._read_again(upload.with_column(label, header))

    def choose_sheet(self, sheet: str | None) -> None:
        """Read one worksheet of the chosen file; None to read all with features."""
        if self.current is not None:
            self._read_again(replace(self.current.options, sheet=sheet, columns=()))

    def set_unit(self, unit: str | None) -> None:
        """Set the unit of RT of the chosen file, `min` or `s`; None to take it as found."""
        if self.current is not None:
            self._read_again(replace(self.current.options, unit=unit))

    def set_header(self, header: bool) -> None:
        """Set whether the chosen file has a header; its columns must then be chosen anew."""
        if self.current is not None:
            self._read_again(replace(self.current.options, header=header, columns=()))

    def share_options(self) -> None:
        """Read all files in the way of the chosen one."""
        chosen = self.current
        if chosen is None:
            return
        with self.hold_trait_notifications():
            self.uploads = tuple(
                upload
                if upload.options == chosen.options
                else Upload.read(upload.name, upload.content, chosen.options, self.settings)
                for upload in self.uploads
            )
            self._update_table()

    def _read_again(self, options: ReadingOptions) -> None:
        """Read the chosen file with other options."""
        upload = self.current
        if upload is not None and upload.options != options:
            self._put(Upload.read(upload.name, upload.content, options, self.settings))

    def _put(self, upload: Upload) -> None:
        """Add a file, in place of one with the same name, and choose it."""
        names = [other.name for other in self.uploads]
        index = names.index(upload.name) if upload.name in names else len(names)
        with self.hold_trait_notifications():
            self.uploads = (*self.uploads[:index], upload, *self.uploads[index + 1 :])
            self.chosen = index
            self._update_table()

    def _update_table(self) -> None:
        """Set `table`, or `refusal` if there is none; no other file is waited for."""
        table, refusal = self._study() if self.as_study else self._single()
        with self.hold_trait_notifications():
            self.refusal, self.table = refusal, table
            self.arriving = ""

    def _single(self) -> tuple[FeatureTable | None, Refusal | None]:
        upload = self.current
        return (upload.table, upload.refusal) if upload else (None, None)

    def _study(self) -> tuple[FeatureTable | None, Refusal | None]:
        """All tables as one, which is read again from its files in one way."""
        read = [upload for upload in self.uploads if upload.table is not None]
        if not read:
            return self._single()
        first = read[0]
        other = next((upload for upload in read if upload.options != first.options), None)
        if other is not None:
            return None, Refusal.saying(
                f"The columns, sheet or unit of {first.name} and {other.name} were chosen "
                "differently, but a study reads all its files in one way. Choose the file whose "
                'choices are right in the list, and press "Same choices for all files".'
            )
        tables: list[Any] = [upload.table for upload in read]
        try:
            return read_study(tables, self.settings, first.options), None
        except GangliosideError as error:
            return None, Refusal.of(error)
