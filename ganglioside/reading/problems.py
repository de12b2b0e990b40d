"""Problems of an input, collected in one pass: one row per problem, each with a code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from ganglioside.columns import PROBLEMS
from ganglioside.support.arrays import read_only
from ganglioside.support.fact_tables import read_facts
from ganglioside.support.text_columns import as_column, as_numbers, texts

Rows = npt.NDArray[np.int64]

#: Stands for the whole table among rows.
_NO_ROW: Final = read_only(np.array([-1], dtype=np.int64))

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


@dataclass(frozen=True, slots=True)
class _Part:
    """Problems of one kind.

    Attributes
    ----------
    code, severity, column : str
    rows : numpy.ndarray of int64, shape (k,)
        Positions of the rows, -1 for the whole table.
    lines : numpy.ndarray of int64, shape (k,)
        1-based lines of the input, -1 where there is none.
    values, messages, advice : sequence of str, length k
    """

    code: str
    severity: str
    column: str
    rows: Rows
    lines: Rows
    values: Sequence[str]
    messages: Sequence[str]
    advice: Sequence[str]


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
    _parts: list[_Part] = field(default_factory=list)
    _left_out: list[tuple[Rows, Sequence[str]]] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """Whether a problem was reported because of which the table or a row cannot be judged."""
        return any(part.severity == "error" for part in self._parts)

    @property
    def faulted(self) -> Rows:
        """Positions of the rows that cannot be judged, in order."""
        rows = [np.empty(0, dtype=np.int64), *(rows for rows, _ in self._reasons())]
        return np.unique(np.concatenate(rows))

    def table(self, code: str, column: str = "", value: str = "", **words: str) -> None:
        """Report one problem of the whole table; `words` fill in its message and advice."""
        kind = problem_codes()[code]
        known = {"column": column, "value": quote(value, _LISTED), **words}
        part = _Part(
            code=code,
            severity=kind.severity,
            column=column,
            rows=_NO_ROW,
            lines=np.array([self.header_line or -1]),
            values=[value],
            messages=[kind.message.format(**known)],
            advice=[kind.advice.format(**known)],
        )
        self._parts.append(part)

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
        part = _Part(
            code=code,
            severity=severity,
            column=column,
            rows=rows,
            lines=self.lines[rows],
            values=values,
            messages=messages,
            advice=[advice] * len(rows) if isinstance(advice, str) else advice,
        )
        self._parts.append(part)

    def leave_out(self, rows: Rows, reasons: Sequence[str]) -> None:
        """Keep some rows from being judged for reasons that are no errors: `fault` holds them."""
        if len(rows):
            self._left_out.append((rows, reasons))

    def to_frame(self) -> pd.DataFrame:
        """Table of problems, columns `PROBLEMS`: those of the table first, then by row."""
        parts = self._parts
        none = np.empty(0, dtype=np.int64)
        rows = np.concatenate([none, *(part.rows for part in parts)])
        lines = np.concatenate([none, *(part.lines for part in parts)])
        order = np.argsort(rows, kind="stable")
        columns = {
            "column": [part.column for part in parts for _ in part.values],
            "value": [value for part in parts for value in part.values],
            "code": [part.code for part in parts for _ in part.values],
            "severity": [part.severity for part in parts for _ in part.values],
            "message": [message for part in parts for message in part.messages],
            "advice": [advice for part in parts for advice in part.advice],
        }
        sorted_columns = {name: as_column(texts(c).take(order)) for name, c in columns.items()}
        numbers = {"feature_id": as_numbers(rows[order]), "row": as_numbers(lines[order])}
        return pd.DataFrame({**numbers, **sorted_columns})[list(PROBLEMS)]

    def _reasons(self) -> Iterator[tuple[Rows, Sequence[str]]]:
        """Yield rows that are not judged, with the reason for each; errors come first."""
        for part in self._parts:
            if part.severity == "error" and part.rows is not _NO_ROW:
                yield part.rows, part.messages
        yield from self._left_out

    def fault(self, n: int) -> pd.Series[Any]:
        """Reason why each row cannot be judged, NaN if it can, shape (n,)."""
        found: dict[int, str] = {}
        for rows, reasons in self._reasons():
            for row, reason in zip(rows.tolist(), reasons, strict=True):
                found[row] = f"{found[row]} {reason}" if row in found else reason
        fault = np.full(n, None, dtype=object)
        fault[list(found)] = list(found.values())
        return pd.Series(as_column(texts(fault)))
