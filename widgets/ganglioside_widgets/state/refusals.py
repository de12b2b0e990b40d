"""What the panels say when something is refused."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from ganglioside.columns import PROBLEMS
from ganglioside.errors import GangliosideError, ValidationError


@dataclass(frozen=True, eq=False)
class Refusal:
    """Why something was refused and what to do, ready to be shown.

    Attributes
    ----------
    message : str
    problems : pandas.DataFrame
        Columns `PROBLEMS`; empty where the message says all.
    headers : tuple of str
        The column headers of a table that was refused for them.
    """

    message: str
    problems: pd.DataFrame
    headers: tuple[str, ...] = ()

    @classmethod
    def of(cls, error: GangliosideError) -> Refusal:
        """Return the refusal that an error states."""
        if isinstance(error, ValidationError):
            return cls(str(error), error.problems, error.headers)
        return cls.saying(str(error))

    @classmethod
    def saying(cls, message: str) -> Refusal:
        """Return a refusal of these words."""
        return cls(message, pd.DataFrame({c: pd.Series(dtype=t) for c, t in PROBLEMS.items()}))
