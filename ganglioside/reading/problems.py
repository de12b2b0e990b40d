"""What is wrong with an input, collected in one pass: one row per fault, each with a code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import PROBLEMS
from ganglioside.support.fact_tables import read_facts

Rows = npt.NDArray[np.int64]

#: Longest part of a value that a message quotes; the column `value` holds all of it.
_QUOTED: Final = 60
#: The same where a message about the whole table lists things.
_LISTED: Final = 400


@dataclass(frozen=True, slots=True)
class ProblemCode:
    """One kind of problem: how severe it is, what it says and what to do about it."""

    code: str
    severity: str
    message: str
    advice: str


@cache
def problem_codes() -> dict[str, ProblemCode]:
    """Return every kind of problem that reading reports, by its code."""
    return {row.code: row for row in read_facts("problem_codes.csv", ProblemCode)}


def quote(value: str, length: int = _QUOTED) -> str:
    """Return a value as a message shows it: on one line, cut where it is long."""
    text = " ".join(value.split())
    return text if len(text) <= length else f"{text[:length]}…"


@cache
def _nothing() -> pd.DataFrame:
    return pd.DataFrame({c: pd.Series(dtype=t) for c, t in PROBLEMS.items()})


@dataclass(slots=True)
class ProblemLog:
    """Collects the problems of one input.

    Attributes
    ----------
    lines : numpy.ndarray of int64, shape (n,)
        1-based line of the input for each row.
    header_line : int
        1-based line of the header; 0 before one is found.
    """

    lines: Rows
    header_line: int = 0
    _parts: list[pd.DataFrame] = field(default_factory=list)
    _errors: list[Rows] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether something was reported that the table or a row cannot be judged with."""
        return bool(self._errors)

    @property
    def faulted(self) -> Rows:
        """Positions of the rows that cannot be judged, in order."""
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *self._errors]))

    def table(self, code: str, column: str = "", value: str = "", **words: str) -> None:
        """Report one problem of the whole table."""
        kind = problem_codes()[code]
        known = {"column": column, "value": quote(value, _LISTED), **words}
        if kind.severity == "error":
            self._errors.append(np.empty(0, dtype=np.int64))
        self._append(
            feature_id=pd.array([pd.NA], dtype="Int64"),
            row=pd.array([self.header_line or pd.NA], dtype="Int64"),
            column=column,
            value=[value],
            code=code,
            severity=kind.severity,
            message=kind.message.format(**known),
            advice=kind.advice.format(**known),
        )

    def rows(
        self,
        code: str,
        rows: Rows,
        column: str = "",
        values: Sequence[str] | npt.NDArray[Any] | pd.Series[Any] | None = None,
        **words: str | Sequence[str],
    ) -> None:
        """Report one kind of problem of some rows.

        Parameters
        ----------
        code
            One of `problem_codes`.
        rows : array of int64, shape (k,)
            Positions of the rows.
        column
            Header of the column, empty where the whole row is meant.
        values
            The k cells as read.
        **words
            Further words of the message, one for all rows or one per row.
        """
        if not len(rows):
            return
        kind = problem_codes()[code]
        cells = [""] * len(rows) if values is None else list(values)
        fixed = {"column": column, **{k: w for k, w in words.items() if isinstance(w, str)}}
        varied = {k: w for k, w in words.items() if not isinstance(w, str)}
        messages = [
            kind.message.format(value=quote(cell), **fixed, **dict(zip(varied, rest, strict=True)))
            for cell, *rest in zip(cells, *varied.values(), strict=True)
        ]
        self.own_words(code, kind.severity, rows, column, cells, messages, kind.advice)

    def cells(
        self,
        code: str,
        rows: Rows,
        column: str,
        texts: pd.Series[Any],
        **words: str | Sequence[str],
    ) -> None:
        """Report one kind of problem of some cells of a column, of which `texts` are all."""
        if len(rows):  # most columns are right, and picking nothing from them takes its time
            self.rows(code, rows, column, texts.iloc[rows], **words)

    def own_words(
        self,
        code: str,
        severity: str,
        rows: Rows,
        column: str,
        values: Sequence[str],
        messages: Sequence[str],
        advice: str | Sequence[str],
    ) -> None:
        """Report problems of some rows that bring their own messages."""
        if severity == "error":
            self._errors.append(rows)
        self._append(
            feature_id=pd.array(rows, dtype="Int64"),
            row=pd.array(self.lines[rows], dtype="Int64"),
            column=column,
            value=values,
            code=code,
            severity=severity,
            message=messages,
            advice=advice,
        )

    def _append(self, **columns: Any) -> None:
        self._parts.append(pd.DataFrame(columns).astype(PROBLEMS))

    def to_frame(self) -> pd.DataFrame:
        """Return the problems, columns `PROBLEMS`: of the table first, then in order of row."""
        if not self._parts:
            return _nothing().copy()
        found = pd.concat(self._parts, ignore_index=True)
        return found.sort_values(
            "feature_id", kind="stable", na_position="first", ignore_index=True
        )

    def fault(self, n: int) -> pd.Series[Any]:
        """Return why each of `n` rows cannot be judged, missing where it can."""
        fault: pd.Series[Any] = pd.Series(np.nan, index=range(n), dtype="str")
        if not len(self.faulted):
            return fault
        found = self.to_frame()
        errors = found[(found["severity"] == "error") & found["feature_id"].notna()]
        rows = errors["feature_id"].astype("int64")
        single = ~rows.duplicated(keep=False)
        fault.iloc[rows[single].tolist()] = errors["message"][single].to_numpy()
        several: dict[int, list[str]] = {}
        for row, message in zip(rows[~single].tolist(), errors["message"][~single], strict=True):
            several.setdefault(row, []).append(message)
        fault.iloc[list(several)] = list(map(" ".join, several.values()))
        return fault
