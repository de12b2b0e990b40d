"""Refusals: why something cannot be done, ready to be displayed."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ganglioside.columns import PROBLEMS
from ganglioside.errors import GangliosideError, ValidationError


@dataclass(frozen=True, eq=False)
class Refusal:
    """Reason why something was refused, and what to do.

    Attributes
    ----------
    message : str
    problems : pandas.DataFrame
        Columns `PROBLEMS`; empty if the message is complete.
    headers : tuple of str
        Column headers of a table that was refused because of them.
    """

    message: str
    problems: pd.DataFrame
    headers: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: GangliosideError) -> Refusal:
        """Refusal with the message of an error, and its problems if it has any."""
        if isinstance(error, ValidationError):
            return cls(str(error), error.problems, error.headers)
        return cls.saying(str(error))

    @classmethod
    def saying(cls, message: str) -> Refusal:
        """Refusal with a message alone."""
        return cls(message, pd.DataFrame({c: pd.Series(dtype=t) for c, t in PROBLEMS.items()}))
