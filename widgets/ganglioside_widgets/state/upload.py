"""Uploaded files, the mapping of their columns, and the table to analyse."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import traitlets as t

from ganglioside.columns import INPUT_LABELS, NEEDED
from ganglioside.errors import GangliosideError
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.features import read_features, read_study
from ganglioside.settings import Settings
from ganglioside.simulation.example import example
from ganglioside_widgets.state.refusals import Refusal
from ganglioside_widgets.state.visitors import Visitor

#: Endings of the files that can be uploaded.
SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")

#: The header of an input column that the table lacks.
ABSENT: Final = ""


@dataclass(frozen=True, eq=False)
class Upload:
    """One uploaded file, read or refused.

    Attributes
    ----------
    name : str
    content : bytes
    columns : dict of str to str
        Headers that the user chose, by label of the input column.
    table : FeatureTable or None
        None if the file is refused.
    refusal : Refusal or None
    """

    name: str
    content: bytes
    columns: dict[str, str] = field(default_factory=dict)
    table: FeatureTable | None = None
    refusal: Refusal | None = None

    @classmethod
    def read(cls, name: str, content: bytes, columns: dict[str, str], settings: Settings) -> Upload:
        """Read a file; one that cannot be read gets a refusal instead of a table."""
        upload = cls(name, content, columns)
        try:
            table = read_features(content, settings, columns=columns or None, name=name)
        except GangliosideError as error:
            return replace(upload, refusal=Refusal.of(error))
        return replace(upload, table=table)

    @property
    def headers(self) -> tuple[str, ...]:
        """The distinct column headers, as far as they are known."""
        if self.table is not None and self.table.header is not None:
            texts = self.table.header.texts
        else:
            texts = self.refusal.headers if self.refusal else ()
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    @property
    def mapping(self) -> dict[str, str]:
        """The header of each input column, by the column's label; `ABSENT` if it has none."""
        if self.table is None or self.table.header is None:
            return {label: self.columns.get(label, ABSENT) for label in INPUT_LABELS.values()}
        header = self.table.header
        mapping = dict.fromkeys(INPUT_LABELS.values(), ABSENT)
        for column, label in INPUT_LABELS.items():
            if column in header.positions:
                mapping[label] = header.texts[header.positions[column]].strip()
        return mapping


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

    Examples
    --------
    >>> state = UploadState()
    >>> state.add("table.csv", b"Label,Minutes\nGM1(36:1;O2),9.5\n")
    >>> state.table is None
    True
    >>> state.map_column("Name", "Label")
    >>> state.map_column("RT", "Minutes")
    >>> len(state.table)
    1
    """

    uploads = t.Tuple().tag(kind=Upload)
    chosen = t.Int(-1)
    as_study = t.Bool(False)
    table = t.Instance(FeatureTable, allow_none=True)
    refusal = t.Instance(Refusal, allow_none=True)

    def __init__(self, settings: Settings | None = None, *, paths: bool | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.paths = not Visitor.here().on_page if paths is None else paths

    @property
    def current(self) -> Upload | None:
        """The chosen file; None without one."""
        return self.uploads[self.chosen] if 0 <= self.chosen < len(self.uploads) else None

    @property
    def max_bytes(self) -> int:
        """Largest size of a file, bytes."""
        return int(self.settings.max_megabytes * 1_000_000)

    @property
    def can_be_study(self) -> bool:
        """Whether there are several tables, which can be analysed together."""
        return sum(upload.table is not None for upload in self.uploads) > 1

    def add(self, name: str, content: bytes) -> None:
        """Add a file, in place of one with the same name, and choose it."""
        self._put(Upload.read(name, content, {}, self.settings))

    def add_example(self) -> None:
        """Add the bundled example."""
        source = example().source
        self.add(source.name, source.content)

    def add_path(self, path: str) -> None:
        """Add a file of the machine on which this runs, if `paths` allows it."""
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
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self.refuse(f"{path} cannot be opened: {reason}. Check the path.")
            return
        self.add(file_path.name, content)

    def refuse(self, message: str) -> None:
        """Show why something could not be added; the files of before stay."""
        self.refusal = Refusal.saying(message)

    def choose(self, index: int) -> None:
        """Choose the file at a position of `uploads`."""
        self.chosen, self.as_study = index, False
        self._update_table()

    def remove(self, index: int) -> None:
        """Remove the file at a position of `uploads`."""
        self.uploads = tuple(u for k, u in enumerate(self.uploads) if k != index)
        self.chosen = min(self.chosen, len(self.uploads) - 1)
        self._update_table()

    def join(self, as_study: bool) -> None:
        """Analyse all tables as samples of one study, or the chosen one alone."""
        self.as_study = as_study
        self._update_table()

    def map_column(self, label: str, header: str) -> None:
        """Map an input column of the chosen file to a header; `ABSENT` to recognise it again."""
        upload = self.current
        if upload is None or upload.mapping.get(label) == header:
            return
        columns = {
            other: chosen
            for other, chosen in upload.columns.items()
            if other != label and chosen != header
        }
        if header != ABSENT:
            columns[label] = header
        self._put(Upload.read(upload.name, upload.content, columns, self.settings))

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of needed columns that the chosen file lacks."""
        mapping = self.current.mapping if self.current else {}
        needed = [INPUT_LABELS[column] for column in NEEDED]
        return tuple(label for label in needed if not mapping.get(label))

    def _put(self, upload: Upload) -> None:
        """Add a file, in place of one with the same name, and choose it."""
        names = [other.name for other in self.uploads]
        index = names.index(upload.name) if upload.name in names else len(names)
        self.uploads = (*self.uploads[:index], upload, *self.uploads[index + 1 :])
        self.chosen = index
        self._update_table()

    def _update_table(self) -> None:
        """Set `table`, or `refusal` if there is none."""
        table, refusal = self._study() if self.as_study else self._single()
        with self.hold_trait_notifications():
            self.refusal, self.table = refusal, table

    def _single(self) -> tuple[FeatureTable | None, Refusal | None]:
        upload = self.current
        return (upload.table, upload.refusal) if upload else (None, None)

    def _study(self) -> tuple[FeatureTable | None, Refusal | None]:
        read = [upload for upload in self.uploads if upload.table is not None]
        mapped = [upload.name for upload in read if upload.columns]
        if mapped:
            return None, Refusal.saying(
                f"The columns of {mapped[0]} were mapped by hand; in a study they must be "
                "recognised by their headers. Rename them in the file and upload it again."
            )
        tables: list[Any] = [upload.table for upload in read]
        try:
            return read_study(tables, self.settings), None
        except GangliosideError as error:
            return None, Refusal.of(error)
