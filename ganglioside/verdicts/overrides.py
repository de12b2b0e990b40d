"""Overrides: an analyst's verdicts, anchor marks and notes, beside the verdicts of the model.

An override never changes a verdict of the model. Its anchor mark takes effect when the table is
analysed again: `Overrides.mark` sets it in the table.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import OVERRIDE_COLUMNS, OVERRIDES, VERDICTS, Verdict
from ganglioside.errors import OverrideError
from ganglioside.reading.feature_table import FeatureTable

#: Longest note and author, characters.
MAX_NOTE: Final = 2_000
MAX_AUTHOR: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Verdict, anchor mark and note of an analyst on one feature.

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

    def __post_init__(self) -> None:
        self._require_verdict()
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

    def _require_verdict(self) -> None:
        """Refuse a feature that is no number, an unknown verdict and a verdict without a note."""
        if isinstance(self.feature_id, bool) or self.feature_id < 0:
            raise OverrideError(f"{self.feature_id!r} is no feature: give its number.")
        if self.verdict is not None and self.verdict not in VERDICTS:
            raise OverrideError(f"{self.verdict!r} is no verdict: use {', '.join(VERDICTS)}.")
        if self.verdict is not None and not self.note.strip():
            raise OverrideError(
                f"Feature {self.feature_id}: a verdict of your own needs a note that says why."
            )

    @property
    def is_empty(self) -> bool:
        """Whether it has neither verdict nor anchor mark nor note."""
        return self.verdict is None and self.anchor is None and not self.note.strip()


@dataclass(frozen=True, slots=True)
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

    def of(self, feature_id: int) -> Override | None:
        """The override of a feature, None without one."""
        return next((entry for entry in self.entries if entry.feature_id == feature_id), None)

    def put(self, override: Override) -> Overrides:
        """These overrides with `override` in place of that feature's present one.

        An empty `override` removes the present one.
        """
        others = [e for e in self.entries if e.feature_id != override.feature_id]
        added = [] if override.is_empty else [override]
        return Overrides(tuple(sorted(others + added, key=lambda e: e.feature_id)))

    def without(self, feature_id: int) -> Overrides:
        """These overrides without that of a feature."""
        return self.put(Override(feature_id=feature_id))

    def mark(self, table: FeatureTable) -> FeatureTable:
        """The table with the anchor marks of these overrides.

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
        """The features with the overrides in columns `columns.OVERRIDE_COLUMNS` after `reason`.

        Without any override, the features as they are.

        Parameters
        ----------
        features : pandas.DataFrame
            `Analysis.features`.
        """
        if not self.entries:
            return features
        overrides = self.to_frame().rename(columns=OVERRIDE_COLUMNS).set_index("feature_id")
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
        """
        beyond = [entry.feature_id for entry in self.entries if entry.feature_id >= rows]
        if beyond:
            raise OverrideError(
                f"There is no feature {beyond[0]}: the table has {rows:,} rows. These marks "
                "were made for another table."
            )

    def to_frame(self) -> pd.DataFrame:
        """One row per override, columns `columns.OVERRIDES`."""
        rows = [[getattr(entry, column) for column in OVERRIDES] for entry in self.entries]
        return pd.DataFrame(rows, columns=list(OVERRIDES)).astype(OVERRIDES)

    @classmethod
    def from_frame(cls, frame: pd.DataFrame) -> Overrides:
        """The overrides whose `to_frame` gave this table.

        Raises
        ------
        OverrideError
            If a column is missing, a value is refused, or a feature has two rows.
        """
        missing = [column for column in OVERRIDES if column not in frame]
        if missing:
            raise OverrideError(f"The table of overrides lacks the columns {', '.join(missing)}.")
        rows = frame[list(OVERRIDES)].itertuples(index=False, name=None)
        entries = [
            Override(**{column: _value(cell) for column, cell in zip(OVERRIDES, row, strict=True)})
            for row in rows
        ]
        twice = frame["feature_id"].duplicated()
        if twice.any():
            raise OverrideError(f"Feature {frame['feature_id'][twice].iloc[0]} is there twice.")
        return cls(tuple(sorted(entries, key=lambda entry: entry.feature_id)))


def _value(cell: Any) -> Any:
    """A cell of a DataFrame as a Python value, None where it is missing."""
    if pd.isna(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        return cell.to_pydatetime()
    return cell.item() if isinstance(cell, np.generic) else cell
