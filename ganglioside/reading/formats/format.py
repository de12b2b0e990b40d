"""The form in which a module of this package describes the files of its tool."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from ganglioside.reading.records import Record, SampleColumns, Sheet, header_key, header_keys


@dataclass(frozen=True, slots=True)
class PerSample:
    """Headers of the columns that a wide table has once for each sample.

    Attributes
    ----------
    column : str
        `volume`, `rt` or `mz`.
    pattern : str
        Regular expression of the whole header, case ignored, with a group `sample`.

    Examples
    --------
    >>> PerSample("volume", r"datafile:(?P<sample>.+):area").sample("datafile:S1.mzML:area")
    'S1.mzML'
    """

    column: str
    pattern: str

    def sample(self, header: str) -> str | None:
        """Sample that a header names, None if it is no such header."""
        match = re.fullmatch(self.pattern, header.strip(), re.IGNORECASE)
        return match["sample"].strip() if match else None


@dataclass(frozen=True, slots=True)
class Marks:
    """Keys of marks that stand together.

    Attributes
    ----------
    whole : frozenset of str
    beginnings, ends : tuple of str
        Of marks with `*`.
    """

    whole: frozenset[str]
    beginnings: tuple[str, ...]
    ends: tuple[str, ...]

    @classmethod
    def of(cls, marks: Sequence[str]) -> Marks:
        """Keys of some marks."""
        beginnings = [mark for mark in marks if mark.endswith("*")]
        ends = [mark for mark in marks if mark.startswith("*") and mark not in beginnings]
        whole = {*marks} - {*beginnings, *ends}
        return cls(
            frozenset(map(header_key, whole)),
            tuple(map(header_key, beginnings)),
            tuple(map(header_key, ends)),
        )

    @property
    def telling(self) -> str:
        """A key that every header with these marks has; "" if there is none."""
        return max(self.whole, key=len, default="")

    def is_in(self, keys: AbstractSet[str]) -> bool:
        """Whether headers of all these forms are among the keys of headers."""
        return (
            self.whole <= keys
            and all(any(key.startswith(part) for key in keys) for part in self.beginnings)
            and all(any(key.endswith(part) for key in keys) for part in self.ends)
        )


#: Samples of a wide table, from its header and the records above it.
FindSamples = Callable[[Sequence[str], Sequence[Record]], tuple[SampleColumns, ...]]


@dataclass(frozen=True, slots=True)
class Format:
    """Files of one tool, recognised by their headers.

    Attributes
    ----------
    tool : str
        Name that the reading report gives, with the version where it matters.
    marks : tuple of tuple of str
        Headers that only this tool writes together; one of these groups is enough. Case, blanks
        and punctuation do not matter; `*` at the end (or the beginning) stands for any.
    columns : mapping of str to tuple of str
        Headers of input columns in this tool, the preferred ones first; other known headers
        follow them.
    others : tuple of str
        Headers that hold neither an input column nor a sample in this tool, even if others use them
        for one; `*` as in `marks`. Where a format has them, all other columns of numbers of a wide
        table are samples.
    per_sample : tuple of PerSample
        Of two that give the same column, the first one that any header matches is used.
    samples : callable, optional
        Finds the samples where patterns of headers are not enough; if it finds none, they are
        sought as in other tables.
    unfold : callable, optional
        Sheet with one header line and one feature a row, made from a sheet of another shape; None
        if the sheet has not that shape.
    document : callable, optional
        The same from a JSON document; None if it is of another tool.
    taken : str
        What is taken from such a file, for people.
    files : str
        Which exports of the tool are meant, with their versions, for people.

    Examples
    --------
    >>> tool = Format("Example", (("Peak ID", "Lipid*"),))
    >>> tool.recognises(["Peak ID", "Lipid name", "RT"]), tool.recognises(["Peak ID"])
    (True, False)
    """

    tool: str
    marks: tuple[tuple[str, ...], ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    others: tuple[str, ...] = ()
    per_sample: tuple[PerSample, ...] = ()
    samples: FindSamples | None = None
    unfold: Callable[[Sheet], Sheet | None] | None = None
    document: Callable[[Mapping[str, Any]], Sheet | None] | None = None
    taken: str = ""
    files: str = ""

    def recognises(self, texts: Sequence[str]) -> bool:
        """Whether a header is one of this tool."""
        keys = header_keys(texts)
        return any(group.is_in(keys) for group in groups(self.marks))

    def is_other(self, header: str) -> bool:
        """Whether a header holds neither an input column nor a sample.

        Examples
        --------
        >>> tool = Format("Example", others=("Group CV*", "MaxIntensity"))
        >>> tool.is_other("Group CV [%]: liver"), tool.is_other("S_1")
        (True, False)
        """
        key = {header_key(header)}
        return any(group.is_in(key) for group in groups(tuple((mark,) for mark in self.others)))


def json_records(value: object) -> list[dict[str, Any]]:
    """Records in a list of a JSON document; none in anything else.

    Examples
    --------
    >>> json_records([{"id": 1}, 5]), json_records("text")
    ([{'id': 1}], [])
    """
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


@cache
def groups(marks: tuple[tuple[str, ...], ...]) -> tuple[Marks, ...]:
    """Keys of groups of marks."""
    return tuple(map(Marks.of, marks))
