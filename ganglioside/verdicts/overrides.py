"""What an analyst says of features, beside what the model says: verdicts, anchor marks, notes.

The verdicts of an analysis are never changed by it. An anchor mark takes part when the table is
analysed again: `Overrides.mark` puts it into the table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import OVERRIDES, REVIEW, VERDICTS, Verdict
from ganglioside.errors import OverrideError
from ganglioside.reading.feature_table import FeatureTable

#: Longest note and author, characters.
MAX_NOTE: Final = 2_000
MAX_AUTHOR: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """What one analyst says of one feature.

    Attributes
    ----------
    feature_id : int
    verdict : str or None
        The analyst's verdict; None where the model's stands.
    anchor : bool or None
        Whether the feature is to count as an anchor; None where the input decides.
    note : str
        Why; a verdict needs one.
    author : str
    time : datetime.datetime
        When it was said, UTC.

    Raises
    ------
    OverrideError
        If a value is refused.
    """

    feature_id: int
    verdict: Verdict | None = None
    anchor: bool | None = None
    note: str = ""
    author: str = ""
    time: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if isinstance(self.feature_id, bool) or self.feature_id < 0:
            raise OverrideError(f"{self.feature_id!r} is no feature: give its number.")
        if self.verdict is not None and self.verdict not in VERDICTS:
            raise OverrideError(f"{self.verdict!r} is no verdict: use {', '.join(VERDICTS)}.")
        if self.verdict is not None and not self.note.strip():
            raise OverrideError(
                f"Feature {self.feature_id}: a verdict of your own needs a note that says why."
            )
        for what, text, longest in (
            ("note", self.note, MAX_NOTE),
            ("author", self.author, MAX_AUTHOR),
        ):
            if len(text) > longest:
                raise OverrideError(
                    f"Feature {self.feature_id}: the {what} has {len(text):,} characters, "
                    f"{longest:,} are kept. Shorten it."
                )
        if self.time.tzinfo is None:
            raise OverrideError(f"Feature {self.feature_id}: the time {self.time} has no zone.")

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing."""
        return self.verdict is None and self.anchor is None and not self.note.strip()


@dataclass(frozen=True, slots=True)
class Overrides:
    """All that analysts said of one table: at most one `Override` a feature, in order of feature.

    Build it with `put` from an empty one; `to_frame` and `from_frame` carry it exactly.
    """

    entries: tuple[Override, ...] = ()

    def __len__(self) -> int:
        return len(self.entries)

    def __iter__(self) -> Iterator[Override]:
        return iter(self.entries)

    def of(self, feature_id: int) -> Override | None:
        """Return what was said of a feature, None where nothing was."""
        return next((entry for entry in self.entries if entry.feature_id == feature_id), None)

    def put(self, override: Override) -> Overrides:
        """Return these with one more; it takes the place of what was said of that feature.

        One that says nothing takes what was said away.
        """
        others = [e for e in self.entries if e.feature_id != override.feature_id]
        added = [] if override.is_empty else [override]
        return Overrides(tuple(sorted(others + added, key=lambda e: e.feature_id)))

    def without(self, feature_id: int) -> Overrides:
        """Return these without what was said of a feature."""
        return self.put(Override(feature_id=feature_id))

    def mark(self, table: FeatureTable) -> FeatureTable:
        """Return a table whose anchors are as the analyst marked them.

        Raises
        ------
        OverrideError
            If a feature is not in the table.
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
        """Return features with what analysts said: columns `columns.REVIEW` behind `reason`.

        Without anything said, the features as they are.
        """
        if not self.entries:
            return features
        said = self.to_frame().rename(columns=REVIEW).set_index("feature_id")
        said = said.reindex(pd.Index(features["feature_id"], dtype="Int64"))
        reviewed = features.copy()
        for place, column in enumerate(said.columns, start=list(features).index("reason") + 1):
            reviewed.insert(place, column, said[column].array)
        return reviewed

    def require_rows(self, rows: int) -> None:
        """Refuse features that a table of so many rows does not have.

        Raises
        ------
        OverrideError
        """
        beyond = [entry.feature_id for entry in self.entries if entry.feature_id >= rows]
        if beyond:
            raise OverrideError(
                f"There is no feature {beyond[0]}: the table has {rows:,} rows. These marks "
                "were made for another table."
            )

    def to_frame(self) -> pd.DataFrame:
        """Return one row per override, columns `columns.OVERRIDES`."""
        rows = [[getattr(entry, column) for column in OVERRIDES] for entry in self.entries]
        return pd.DataFrame(rows, columns=list(OVERRIDES)).astype(OVERRIDES)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Overrides:
        """Return what `to_frame` gave.

        Raises
        ------
        OverrideError
            If a column is missing, a value is refused, or a feature stands there twice.
        """
        missing = [column for column in OVERRIDES if column not in frame]
        if missing:
            raise OverrideError(f"The table of overrides lacks the columns {', '.join(missing)}.")
        rows = frame[list(OVERRIDES)].itertuples(index=False, name=None)
        entries = [Override(**dict(zip(OVERRIDES, map(_value, row), strict=True))) for row in rows]
        twice = frame["feature_id"].duplicated()
        if twice.any():
            raise OverrideError(f"Feature {frame['feature_id'][twice].iloc[0]} is there twice.")
        return cls(tuple(sorted(entries, key=lambda entry: entry.feature_id)))


def _value(cell: Any) -> Any:
    if pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return cell.item() if isinstance(cell, np.generic) else cell
