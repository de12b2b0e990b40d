"""Feature tables: typed, checked, and passed from reading to analysis."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ganglioside.columns import FEATURE_TABLE, PROBLEMS
from ganglioside.lipids.parsed_names import ParsedNames
from ganglioside.reading.headers import Header
from ganglioside.reading.raw_table import Source, TableRead
from ganglioside.reading.report import ReadingReport, report_of
from ganglioside.support.formatting import counted
from ganglioside.support.on_demand import ShownAsCard


@dataclass(frozen=True, eq=False, repr=False)
class FeatureTable(ShownAsCard):
    r"""A feature table, read and checked; see `read_features`.

    Attributes
    ----------
    data : pandas.DataFrame, shape (n, len(FEATURE_TABLE))
        One row per input row, in input order: feature_id, row (of the file), name, rt (min),
        volume (peak area), log_p, anchor, mz, adduct, sample, sample_type, sheet, fault (why the
        row cannot be judged).
    names : ParsedNames
        The n names, parsed.
    carried : pandas.DataFrame, shape (n, k)
        The foreign columns, unchanged.
    problems : pandas.DataFrame
        feature_id, row, column, value, code, severity, message, advice; in order of row.
    source : Source
        The input as it was received.
    header : Header or None
        The header and its input columns; None for a study of several inputs.
    tables : tuple of TableRead
        What was taken from each sheet or file.
    truth : pandas.DataFrame or None
        Truth of a simulated table: one row per row of `data`, columns `feature_id`, `verdict`,
        `parent_id`, `parent`, `isomer`, `process`, ...

    Examples
    --------
    >>> import ganglioside as gg
    >>> table = gg.read_features(b"Name,RT\nGM1(36:1;O2),9.9\nGM3,9.9\n")
    >>> len(table), table.data["fault"].isna().tolist()
    (2, [True, False])
    """

    data: pd.DataFrame
    names: ParsedNames
    carried: pd.DataFrame
    problems: pd.DataFrame
    source: Source
    header: Header | None = None
    tables: tuple[TableRead, ...] = ()
    truth: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        missing = [c for c in FEATURE_TABLE if c not in self.data.columns]
        if missing:
            raise TypeError(f"FeatureTable.data lacks {missing}: use read_features().")
        if list(self.problems.columns) != list(PROBLEMS):
            raise TypeError(f"FeatureTable.problems needs the columns {list(PROBLEMS)}.")

    def __len__(self) -> int:
        return len(self.data)

    def __repr__(self) -> str:
        """Name of the input, and how much of it can be judged."""
        readable = int(self.data["fault"].isna().sum())
        samples = self.data["sample"].nunique()
        of_samples = f" of {samples:,} samples" if samples > 1 else ""
        return (
            f"FeatureTable({self.source.name!r}, {counted(len(self), 'feature')}{of_samples}, "
            f"{readable:,} can be judged)"
        )

    @property
    def report(self) -> ReadingReport:
        """Reading report: what was taken from the input, what was left out, and faults by kind.

        Returns
        -------
        ReadingReport
            `print` shows it as text.

        Examples
        --------
        >>> import ganglioside as gg
        >>> print(str(gg.example().report).splitlines()[0])
        example.csv: 332 features, 332 of them with a name and RT that can be judged
        """
        return report_of(self.source.name, self.tables, self.data, self.problems)
