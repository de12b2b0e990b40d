"""Overrides: an analyst's decisions on names, verdicts, anchor marks and notes.

They stand beside the verdicts of the model, and never change one. An anchor mark takes effect when
the table is analysed again: `Overrides.mark` sets it in the table.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from numbers import Integral
from types import NoneType
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from ganglioside.columns import OVERRIDE_COLUMNS, OVERRIDES, VERDICTS, Verdict
from ganglioside.errors import NameFormError, OverrideError
from ganglioside.lipids.names import parse_name
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.quoting import quoted

#: Longest note, name of a person and name of a feature, characters.
MAX_NOTE: Final = 2_000
MAX_AUTHOR: Final = 200
MAX_NAME: Final = 200

#: What is stored as missing: overrides of before these columns lack them.
_USUAL: Final[dict[str, Any]] = {"later": False, "confirmed_by": ""}

#: Types of the values of an override, and their words; numpy's numbers and truths count too.
_TYPES: Final[dict[str, tuple[tuple[type, ...], str]]] = {
    "verdict": ((str, NoneType), "the name of a verdict or None"),
    "anchor": ((bool, np.bool_, NoneType), "True, False or None"),
    "note": ((str,), "a text"),
    "author": ((str,), "a text"),
    "time": ((datetime,), "a datetime"),
    "name": ((str, NoneType), "the name of a lipid or None"),
    "later": ((bool, np.bool_), "True or False"),
    "confirmed_by": ((str,), "a text"),
    "confirmed_at": ((datetime, NoneType), "a datetime or None"),
}

#: What an analyst decided on the name of a feature.
Decision = Literal["accepted", "renamed", "rejected", "later"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Verdict, name, anchor mark and note of an analyst on one feature.

    `verdicts.review` makes those of a review.

    Attributes
    ----------
    feature_id : int
    verdict : str or None
        The analyst's verdict; None to keep the model's.
    anchor : bool or None
        Whether the feature is an anchor; None to keep the input's mark.
    note : str
        The reason; required with a verdict.
    author : str
    time : datetime.datetime
        When it was made, UTC.
    name : str or None
        The analyst's name for the feature, which is then `valid`; None to keep its name.
    later : bool
        Whether the feature is left for later: it has no verdict then.
    confirmed_by : str
        The second person who confirmed it; empty if nobody did.
    confirmed_at : datetime.datetime or None
        UTC.

    Raises
    ------
    OverrideError
        If a value is refused.

    Examples
    --------
    >>> import ganglioside as gg
    >>> gg.Override(feature_id=3, verdict="valid", note="Standard co-elutes.").verdict
    'valid'
    """

    feature_id: int
    verdict: Verdict | None = None
    anchor: bool | None = None
    note: str = ""
    author: str = ""
    time: datetime = field(default_factory=lambda: datetime.now(UTC))
    name: str | None = None
    later: bool = False
    confirmed_by: str = ""
    confirmed_at: datetime | None = None

    def __post_init__(self) -> None:
        self._require_types()
        self._require_verdict()
        self._require_name()
        self._require_confirmation()
        self._require_lengths()
        for time in (self.time, self.confirmed_at):
            if time is not None and time.tzinfo is None:
                raise OverrideError(f"Feature {self.feature_id}: the time {time} has no zone.")

    def _require_types(self) -> None:
        """Refuse what is no number of a feature, and values of another type than theirs."""
        number = self.feature_id
        if isinstance(number, bool) or not isinstance(number, Integral) or number < 0:
            raise OverrideError(f"{quoted(number)} is no feature: give its number.")
        for attribute, (types, words) in _TYPES.items():
            value = getattr(self, attribute)
            if not isinstance(value, types):
                raise OverrideError(
                    f"Feature {number}: {attribute} = {quoted(value)}: give {words}."
                )

    def _require_lengths(self) -> None:
        """Refuse texts that are longer than what is kept."""
        for what, text, longest in (
            ("note", self.note, MAX_NOTE),
            ("author", self.author, MAX_AUTHOR),
            ("name of who confirmed it", self.confirmed_by, MAX_AUTHOR),
        ):
            if len(text) > longest:
                raise OverrideError(
                    f"Feature {self.feature_id}: the {what} has {len(text):,} characters, "
                    f"{longest:,} are kept. Shorten it."
                )

    def _require_verdict(self) -> None:
        """Refuse an unknown verdict, one without a note, and one of what is left for later."""
        if self.verdict is not None and self.verdict not in VERDICTS:
            raise OverrideError(f"{quoted(self.verdict)} is no verdict: use {', '.join(VERDICTS)}.")
        if self.verdict is not None and not self.note.strip():
            raise OverrideError(
                f"Feature {self.feature_id}: a verdict of your own needs a note that says why."
            )
        if self.verdict is not None and self.later:
            raise OverrideError(
                f"Feature {self.feature_id}: what is left for later has no verdict."
            )

    def _require_name(self) -> None:
        """Refuse a name that cannot be read, or whose feature is not valid."""
        if self.name is None:
            return
        if self.verdict != "valid":
            raise OverrideError(f"Feature {self.feature_id}: a new name needs the verdict valid.")
        if len(self.name) > MAX_NAME:
            raise OverrideError(
                f"Feature {self.feature_id}: a name has at most {MAX_NAME} characters."
            )
        try:
            parse_name(self.name)
        except NameFormError as error:
            raise OverrideError(f"Feature {self.feature_id}: {error}") from error

    def _require_confirmation(self) -> None:
        """Refuse a confirmation without a time or a decision, or by who decided."""
        if bool(self.confirmed_by) != (self.confirmed_at is not None):
            raise OverrideError(
                f"Feature {self.feature_id}: a confirmation has a person and a time."
            )
        if not self.confirmed_by:
            return
        if not self.is_decided:
            raise OverrideError(f"Feature {self.feature_id}: there is no decision to confirm.")
        if not self.author.strip():
            raise OverrideError(f"Feature {self.feature_id}: nobody is named as who decided.")
        if _same_person(self.confirmed_by, self.author):
            raise OverrideError(
                f"Feature {self.feature_id}: {self.author} decided this; a second person confirms."
            )

    def require_confirmed(self, present: Override | None) -> None:
        """Refuse the confirmation of another decision than the present one.

        Raises
        ------
        OverrideError

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.Override(feature_id=3, note="Look again.").require_confirmed(None)
        """
        if not self.confirmed_by:
            return
        unconfirmed = dataclasses.replace(self, confirmed_by="", confirmed_at=None)
        if present not in (self, unconfirmed):
            raise self._has_changed()

    def require_made_at(self, time: datetime) -> None:
        """Refuse to confirm this decision for somebody who read one of another time.

        Raises
        ------
        OverrideError

        Examples
        --------
        >>> import ganglioside as gg
        >>> read = gg.Override(feature_id=3, verdict="valid", note="MS/MS.")
        >>> read.require_made_at(read.time)
        """
        if time.tzinfo is None:
            raise OverrideError(f"Feature {self.feature_id}: the time {time} has no zone.")
        if self.time != time:
            raise self._has_changed()

    def _has_changed(self) -> OverrideError:
        return OverrideError(
            f"Feature {self.feature_id}: the decision has changed meanwhile. Look at it again, "
            "then confirm it."
        )

    @property
    def decision(self) -> Decision | None:
        """What was decided on the name; None where nothing was.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.Override(feature_id=3, verdict="valid", note="MS/MS.").decision
        'accepted'
        """
        if self.name is not None:
            return "renamed"
        if self.later:
            return "later"
        if self.verdict is None:
            return None
        return "accepted" if self.verdict == "valid" else "rejected"

    @property
    def is_decided(self) -> bool:
        """Whether the name is settled: accepted, renamed or rejected.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.Override(feature_id=3, later=True).is_decided
        False
        """
        return self.decision not in (None, "later")

    @property
    def is_empty(self) -> bool:
        """Whether it has neither a decision nor an anchor mark nor a note.

        Examples
        --------
        >>> import ganglioside as gg
        >>> gg.Override(feature_id=3).is_empty
        True
        """
        return self.decision is None and self.anchor is None and not self.note.strip()


@dataclass(frozen=True, slots=True, repr=False)
class Overrides:
    """The overrides of one table: at most one per feature, sorted by feature.

    Start with an empty one and add with `put`. `from_frame` restores exactly what `to_frame` gave.

    Examples
    --------
    >>> import ganglioside as gg
    >>> override = gg.Override(feature_id=3, verdict="outlier", note="Tailing peak.")
    >>> overrides = gg.Overrides().put(override)
    >>> len(overrides), overrides.of(3).note, overrides.of(4)
    (1, 'Tailing peak.', None)
    """

    entries: tuple[Override, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Override]:
        return iter(self.entries)

    def __repr__(self) -> str:
        """Numbers of overrides by decision; the others are notes and anchor marks."""
        decisions = Counter(entry.decision or "noted" for entry in self.entries)
        counts = ", ".join(f"{number:,} {what}" for what, number in decisions.items())
        return f"Overrides({counts})"

    @property
    def by_feature(self) -> dict[int, Override]:
        """The override of each feature that has one.

        Examples
        --------
        >>> import ganglioside as gg
        >>> list(gg.Overrides().put(gg.Override(feature_id=3, anchor=True)).by_feature)
        [3]
        """
        return {entry.feature_id: entry for entry in self.entries}

    def of(self, feature_id: int) -> Override | None:
        """The override of a feature, None without one.

        Returns
        -------
        Override or None

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> overrides.of(3).verdict, overrides.of(4)
        ('outlier', None)
        """
        return next((entry for entry in self.entries if entry.feature_id == feature_id), None)

    def put(self, override: Override) -> Overrides:
        """These overrides with `override` in place of that feature's present one.

        An empty `override` removes the present one.

        Returns
        -------
        Overrides

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> len(overrides.put(gg.Override(feature_id=4, note="Look again.")))
        2
        """
        return self.put_all([override])

    def put_all(self, overrides: Iterable[Override]) -> Overrides:
        """These overrides with others in place of those features' present ones, as by `put`.

        Returns
        -------
        Overrides

        Examples
        --------
        >>> import ganglioside as gg
        >>> notes = [gg.Override(feature_id=n, note="Look again.") for n in (3, 4)]
        >>> len(gg.Overrides().put_all(notes))
        2
        """
        by_feature = self.by_feature | {entry.feature_id: entry for entry in overrides}
        entries = [by_feature[f] for f in sorted(by_feature) if not by_feature[f].is_empty]
        return Overrides(tuple(entries))

    def without(self, feature_id: int) -> Overrides:
        """These overrides without that of a feature.

        Returns
        -------
        Overrides

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> len(overrides.without(3))
        0
        """
        return self.put(Override(feature_id=feature_id))

    def changes_from(self, before: Overrides, author: str) -> list[Override]:
        """Overrides that turn those of before into these; an empty one by `author` undoes.

        Returns
        -------
        list of Override

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> [change.feature_id for change in overrides.changes_from(gg.Overrides(), "Ann")]
        [3]
        """
        old, new = before.by_feature, self.by_feature
        changed = [f for f in sorted(old | new) if old.get(f) != new.get(f)]
        return [new.get(f) or Override(feature_id=f, author=author) for f in changed]

    def mark(self, table: FeatureTable) -> FeatureTable:
        """The table with the anchor marks of these overrides.

        Returns
        -------
        FeatureTable

        Raises
        ------
        OverrideError
            If a feature is not in the table.

        Examples
        --------
        >>> import ganglioside as gg
        >>> overrides = gg.Overrides().put(gg.Override(feature_id=3, anchor=True))
        >>> bool(overrides.mark(gg.example()).data.loc[3, "anchor"])
        True
        """
        self.require_rows(len(table))
        marks = [(e.feature_id, e.anchor) for e in self.entries if e.anchor is not None]
        if not marks:
            return table
        rows, anchors = zip(*marks, strict=True)
        data = table.data.copy()
        data.loc[data.index[list(rows)], "anchor"] = np.array(anchors, dtype=np.bool_)
        return dataclasses.replace(table, data=data)

    def beside(self, features: pd.DataFrame) -> pd.DataFrame:
        """The features with the overrides in columns after `reason`.

        Without any override, the features as they are.

        Parameters
        ----------
        features : pandas.DataFrame
            `Analysis.features`.

        Returns
        -------
        pandas.DataFrame
            Their columns, and analyst_decision, analyst_name, analyst_verdict, analyst_anchor,
            analyst_note, analyst, analyst_time, confirmed_by and confirmed_at.

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> beside = overrides.beside(gg.analyze(gg.example()).features)
        >>> beside.loc[3, "analyst_verdict"]
        'outlier'
        """
        if not self.entries:
            return features
        decisions = pd.array([entry.decision for entry in self.entries], dtype="str")
        overrides = self.to_frame().assign(decision=decisions).set_index("feature_id")
        overrides = overrides[list(OVERRIDE_COLUMNS)].rename(columns=OVERRIDE_COLUMNS)
        overrides = overrides.reindex(pd.Index(features["feature_id"], dtype="Int64"))
        result = features.copy()
        after_reason = list(features).index("reason") + 1
        for position, column in enumerate(overrides.columns, start=after_reason):
            result.insert(position, column, overrides[column].array)
        return result

    def require_rows(self, rows: int) -> None:
        """Refuse overrides of features that a table of so many rows does not have.

        Raises
        ------
        OverrideError

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> overrides.require_rows(4)
        >>> overrides.require_rows(3)
        Traceback (most recent call last):
            ...
        ganglioside.errors.OverrideError: ...
        """
        beyond = [entry.feature_id for entry in self.entries if entry.feature_id >= rows]
        if beyond:
            raise OverrideError(
                f"There is no feature {beyond[0]}: the table has {rows:,} rows. These marks "
                "were made for another table."
            )

    def to_frame(self) -> pd.DataFrame:
        """One row per override.

        Returns
        -------
        pandas.DataFrame
            feature_id, verdict, anchor, note, author, time (UTC), name, later, confirmed_by,
            confirmed_at; NA where nothing was decided.

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> overrides.to_frame()[["feature_id", "verdict"]].values.tolist()
        [[3, 'outlier']]
        """
        rows = [[_cell(getattr(entry, column), column) for column in OVERRIDES] for entry in self]
        return pd.DataFrame(rows, columns=list(OVERRIDES)).astype(OVERRIDES)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Overrides:
        """The overrides whose `to_frame` gave this table.

        Returns
        -------
        Overrides

        Raises
        ------
        OverrideError
            If a column is missing, a value is refused, or a feature has two rows.

        Examples
        --------
        >>> import ganglioside as gg
        >>> outlier = gg.Override(feature_id=3, verdict="outlier", note="Tail.")
        >>> overrides = gg.Overrides().put(outlier)
        >>> gg.Overrides.from_frame(overrides.to_frame()) == overrides
        True
        """
        missing = [column for column in OVERRIDES if column not in frame]
        if missing:
            raise OverrideError(f"The table of overrides lacks the columns {', '.join(missing)}.")
        entries = entries_of(frame)
        twice = frame["feature_id"].duplicated()
        if twice.any():
            raise OverrideError(f"Feature {frame['feature_id'][twice].iloc[0]} is there twice.")
        return cls(tuple(sorted(entries, key=lambda entry: entry.feature_id)))


def entries_of(frame: pd.DataFrame) -> list[Override]:
    """Overrides of the rows of a table, in its order; a feature may have several.

    Parameters
    ----------
    frame : pandas.DataFrame
        Columns `columns.OVERRIDES`.

    Raises
    ------
    OverrideError
        If a value is refused.
    """
    rows = frame[list(OVERRIDES)].itertuples(index=False, name=None)
    return [
        Override(**dict(zip(OVERRIDES, map(_value, row, OVERRIDES), strict=True))) for row in rows
    ]


def _same_person(one: str, other: str) -> bool:
    """Whether two names are those of one person, however they are written."""
    return one.strip().casefold() == other.strip().casefold()


def _cell(value: Any, column: str) -> Any:
    """A value of an override as a cell: missing where it is the usual one of a later column."""
    return None if column in _USUAL and value == _USUAL[column] else value


def _value(cell: Any, column: str) -> Any:
    """A cell of a DataFrame as a Python value, the usual one or None where it is missing."""
    if pd.isna(cell):
        return _USUAL.get(column)
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return cell.item() if isinstance(cell, np.generic) else cell
