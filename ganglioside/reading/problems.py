"""Problems of an input, collected in one pass: one row per problem, each with a code."""

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
    """A row of `data/problem_codes.csv`: severity, message and advice of one kind of problem."""

    code: str
    severity: str
    message: str
    advice: str


@cache
def problem_codes() -> dict[str, ProblemCode]:
    """All kinds of problems that reading reports, by their codes."""
    return {row.code: row for row in read_facts("problem_codes.csv", ProblemCode)}


def quote(value: str, length: int = _QUOTED) -> str:
    r"""Value for a message: on one line, cut if it is long.

    Examples
    --------
    >>> quote("GM1\n(36:1;O2)", 9)
    'GM1 (36:1…'
    """
    text = " ".join(value.split())
    return text if len(text) <= length else f"{text[:length]}…"


@cache
def _nothing() -> pd.DataFrame:
    """Empty table of problems."""
    return pd.DataFrame({c: pd.Series(dtype=t) for c, t in PROBLEMS.items()})


@dataclass(slots=True)
class ProblemLog:
    """Collects the problems of one input.

    Attributes
    ----------
    lines : numpy.ndarray of int64, shape (n,)
        1-based line of the input for each row.
    header_line : int
        1-based line of the header; 0 if none was found yet.

    Examples
    --------
    >>> log = ProblemLog(np.array([2, 3]), header_line=1)
    >>> log.rows("name-missing", np.array([1]), "Name")
    >>> log.to_frame()[["feature_id", "row", "code"]].to_numpy().tolist()
    [[1, 3, 'name-missing']]
    """

    lines: Rows
    header_line: int = 0
    _parts: list[pd.DataFrame] = field(default_factory=list)
    _errors: list[Rows] = field(default_factory=list)
    _left_out: list[pd.DataFrame] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether a problem was reported because of which the table or a row cannot be judged."""
        return bool(self._errors)

    @property
    def faulted(self) -> Rows:
        """Positions of the rows that cannot be judged, in order."""
        left_out = [part["feature_id"].to_numpy() for part in self._left_out]
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *self._errors, *left_out]))

    def table(self, code: str, column: str = "", value: str = "", **words: str) -> None:
        """Report one problem of the whole table; `words` fill in its message and advice."""
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
            Header of the column, empty for the whole row.
        values
            The k cells as read.
        **words
            Words that fill in the message: one for all rows, or k of them.
        """
        if not len(rows):
            return
        kind = problem_codes()[code]
        cells = [""] * len(rows) if values is None else list(values)
        fixed = {"column": column}
        varied: dict[str, Sequence[str]] = {}
        for key, word in words.items():
            if isinstance(word, str):
                fixed[key] = word
            else:
                varied[key] = word
        messages = []
        for cell, *rest in zip(cells, *varied.values(), strict=True):
            own = dict(zip(varied, rest, strict=True))
            messages.append(kind.message.format(value=quote(cell), **fixed, **own))
        self.own_words(code, kind.severity, rows, column, cells, messages, kind.advice)

    def cells(
        self,
        code: str,
        rows: Rows,
        column: str,
        texts: pd.Series[Any],
        **words: str | Sequence[str],
    ) -> None:
        """Report one kind of problem of some cells of a column with the n cells `texts`."""
        if len(rows):  # taking no cells from a column would cost time, and most have no problem
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
        """Report problems of some rows with messages of their own; see `rows`."""
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

    def leave_out(self, rows: Rows, reasons: Sequence[str]) -> None:
        """Keep some rows from being judged for reasons that are no errors: `fault` holds them."""
        if len(rows):
            part = pd.DataFrame({"feature_id": rows, "message": list(reasons)})
            self._left_out.append(part.astype({"feature_id": "int64", "message": "str"}))

    def _append(self, **columns: Any) -> None:
        self._parts.append(pd.DataFrame(columns).astype(PROBLEMS))

    def to_frame(self) -> pd.DataFrame:
        """Table of problems, columns `PROBLEMS`: those of the table first, then by row."""
        if not self._parts:
            return _nothing().copy()
        found = pd.concat(self._parts, ignore_index=True)
        return found.sort_values(
            "feature_id", kind="stable", na_position="first", ignore_index=True
        )

    def _reasons(self) -> pd.DataFrame:
        """Columns `feature_id` and `message` of all rows that are not judged, in order of row."""
        found = self.to_frame()
        errors = found[(found["severity"] == "error") & found["feature_id"].notna()]
        parts = [errors[["feature_id", "message"]].astype({"feature_id": "int64"})]
        reasons = pd.concat([*parts, *self._left_out], ignore_index=True)
        return reasons.sort_values("feature_id", kind="stable", ignore_index=True)

    def fault(self, n: int) -> pd.Series[Any]:
        """Reason why each row cannot be judged, NaN if it can, shape (n,)."""
        fault: pd.Series[Any] = pd.Series(np.nan, index=range(n), dtype="str")
        if not len(self.faulted):
            return fault
        reasons = self._reasons()
        rows, messages = reasons["feature_id"], reasons["message"]
        single = ~rows.duplicated(keep=False)
        fault.iloc[rows[single].tolist()] = messages[single].to_numpy()
        several: dict[int, list[str]] = {}
        for row, message in zip(rows[~single].tolist(), messages[~single], strict=True):
            several.setdefault(row, []).append(message)
        fault.iloc[list(several)] = [" ".join(parts) for parts in several.values()]
        return fault
