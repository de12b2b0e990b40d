"""Files that a user has given, how their columns are read, and the table to analyse."""

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

#: Kinds of file that can be given.
SUFFIXES: Final = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")

#: What a column is mapped to where the table has none.
ABSENT: Final = ""


@dataclass(frozen=True, eq=False)
class Upload:
    """One file that was given, read or refused.

    Attributes
    ----------
    name : str
    content : bytes
    columns : dict of str to str
        Headers that the user named for input columns.
    table : FeatureTable or None
        None where the file is refused.
    refusal : Refusal or None
    """

    name: str
    content: bytes
    columns: dict[str, str] = field(default_factory=dict)
    table: FeatureTable | None = None
    refusal: Refusal | None = None

    @classmethod
    def read(cls, name: str, content: bytes, columns: dict[str, str], settings: Settings) -> Upload:
        """Read a file, or say why it cannot be read."""
        given = cls(name, content, columns)
        try:
            table = read_features(content, settings, columns=columns or None, name=name)
        except GangliosideError as error:
            return replace(given, refusal=Refusal.of(error))
        return replace(given, table=table)

    @property
    def headers(self) -> tuple[str, ...]:
        """The column headers, as far as they are known."""
        if self.table is not None and self.table.header is not None:
            texts = self.table.header.texts
        else:
            texts = self.refusal.headers if self.refusal else ()
        return tuple(dict.fromkeys(text.strip() for text in texts if text.strip()))

    @property
    def mapping(self) -> dict[str, str]:
        """The header that holds each input column, by its label; `ABSENT` where none does."""
        if self.table is None or self.table.header is None:
            return {label: self.columns.get(label, ABSENT) for label in INPUT_LABELS.values()}
        header = self.table.header
        return {
            label: header.texts[header.positions[column]].strip() if column in header.positions
            else ABSENT
            for column, label in INPUT_LABELS.items()
        }  # fmt: skip


class UploadState(t.HasTraits):
    """Files given so far and the one that is chosen; a refused one gives no table.

    Parameters
    ----------
    settings
    paths
        Whether a path on this machine can be named; where None, not on a web page, whose
        visitors need not be those who may read its files.
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
        """The chosen file."""
        return self.uploads[self.chosen] if 0 <= self.chosen < len(self.uploads) else None

    @property
    def max_bytes(self) -> int:
        """Size from which on a file is refused."""
        return int(self.settings.max_megabytes * 1_000_000)

    @property
    def can_be_study(self) -> bool:
        """Whether there are several tables that can be judged together."""
        return sum(upload.table is not None for upload in self.uploads) > 1

    def add(self, name: str, content: bytes) -> None:
        """Take a file; one of the same name is replaced."""
        self._put(Upload.read(name, content, {}, self.settings))

    def add_example(self) -> None:
        """Take the bundled example."""
        source = example().source
        self.add(source.name, source.content)

    def add_path(self, path: str) -> None:
        """Take a file of the machine that this runs on, where `paths` allows it."""
        if not self.paths:
            self.refuse(
                "A web page opens no file of the machine that serves it: drop the table here, or "
                "choose it."
            )
            return
        place = Path(path.strip()).expanduser()
        try:
            with place.open("rb") as file:
                content = file.read(self.max_bytes + 1)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            self.refuse(f"{path} cannot be opened: {why}. Check the path.")
            return
        self.add(place.name, content)

    def refuse(self, message: str) -> None:
        """Say why something could not be taken; the files that are there stay."""
        self.refusal = Refusal.saying(message)

    def choose(self, number: int) -> None:
        """Choose one of the files."""
        self.chosen, self.as_study = number, False
        self._settle()

    def remove(self, number: int) -> None:
        """Forget a file."""
        self.uploads = tuple(u for k, u in enumerate(self.uploads) if k != number)
        self.chosen = min(self.chosen, len(self.uploads) - 1)
        self._settle()

    def join(self, as_study: bool) -> None:
        """Say whether all tables are samples of one study."""
        self.as_study = as_study
        self._settle()

    def map_column(self, label: str, header: str) -> None:
        """Say which header holds an input column of the chosen file; `ABSENT` to guess it."""
        upload = self.current
        if upload is None or upload.mapping.get(label) == header:
            return
        columns = {k: v for k, v in upload.columns.items() if k != label and v != header}
        if header != ABSENT:
            columns[label] = header
        self._put(Upload.read(upload.name, upload.content, columns, self.settings))

    @property
    def missing(self) -> tuple[str, ...]:
        """Labels of needed columns that the chosen file lacks."""
        mapping = self.current.mapping if self.current else {}
        return tuple(INPUT_LABELS[c] for c in NEEDED if not mapping.get(INPUT_LABELS[c]))

    def _put(self, upload: Upload) -> None:
        names = [u.name for u in self.uploads]
        if upload.name in names:
            place = names.index(upload.name)
            self.uploads = (*self.uploads[:place], upload, *self.uploads[place + 1 :])
        else:
            place, self.uploads = len(self.uploads), (*self.uploads, upload)
        self.chosen = place
        self._settle()

    def _settle(self) -> None:
        """Find the table that is chosen."""
        table, refusal = self._study() if self.as_study else self._single()
        with self.hold_trait_notifications():
            self.refusal, self.table = refusal, table

    def _single(self) -> tuple[FeatureTable | None, Refusal | None]:
        upload = self.current
        return (upload.table, upload.refusal) if upload else (None, None)

    def _study(self) -> tuple[FeatureTable | None, Refusal | None]:
        tables = [upload for upload in self.uploads if upload.table is not None]
        parts: list[Any] = [upload.table for upload in tables]
        named = [upload.name for upload in tables if upload.columns]
        if named:
            return None, Refusal.saying(
                f"The columns of {named[0]} were named by hand; in a study they must be "
                "recognised by their headers. Rename them in the file and give it again."
            )
        try:
            return read_study(parts, self.settings), None
        except GangliosideError as error:
            return None, Refusal.of(error)
