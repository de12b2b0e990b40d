"""Options of reading: what a user says about a file that its content does not show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypedDict

from ganglioside.errors import SettingsError
from ganglioside.support.quoting import quoted

#: Units of RT that can be named.
UNITS: Final = ("min", "s")


class ReadingKeywords(TypedDict, total=False):
    """Keywords of `read_features` that every function which reads a table takes too."""

    columns: Mapping[str, str] | None
    sheet: str | int | None
    unit: str | None
    header: bool


@dataclass(frozen=True, slots=True)
class ReadingOptions:
    """What a user says about an input.

    Attributes
    ----------
    columns : tuple of (str, str)
        Input columns and the headers that the user named for them.
    sheet : str, int or None
        The worksheet to read, by name or 0-based number; all with features if None.
    unit : str or None
        Unit of RT, one of `UNITS`; None if header and values show it.
    header : bool
        Whether the table has a header. Without one, its columns are `column 1`, `column 2`, ...

    Examples
    --------
    >>> options = ReadingOptions.of({"Name": "Mine"}, unit="s")
    >>> ReadingOptions.from_dict(options.to_dict()) == options
    True
    """

    columns: tuple[tuple[str, str], ...] = ()
    sheet: str | int | None = None
    unit: str | None = None
    header: bool = True

    def __post_init__(self) -> None:
        if self.unit is not None and self.unit not in UNITS:
            raise SettingsError(
                f"unit={quoted(self.unit)}: the unit of RT is {' or '.join(UNITS)}."
            )

    @classmethod
    def of(
        cls,
        columns: Mapping[str, str] | None = None,
        sheet: str | int | None = None,
        unit: str | None = None,
        *,
        header: bool = True,
    ) -> ReadingOptions:
        """Options as keywords of `read_features` give them."""
        return cls(tuple((columns or {}).items()), sheet, unit, header)

    @property
    def named(self) -> dict[str, str]:
        """Headers that the user named, by input column."""
        return dict(self.columns)

    @property
    def keywords(self) -> ReadingKeywords:
        """Options as keywords, the inverse of `of`."""
        return {
            "columns": self.named,
            "sheet": self.sheet,
            "unit": self.unit,
            "header": self.header,
        }

    @property
    def given(self) -> dict[str, str]:
        """Options that the user gave, in words: `column` (`Name=Lipid; RT=t`), `sheet`, ..."""
        words = {
            "column": "; ".join(f"{name}={header}" for name, header in self.columns),
            "sheet": "" if self.sheet is None else str(self.sheet),
            "unit": self.unit or "",
            "header": "" if self.header else "no",
        }
        return {name: text for name, text in words.items() if text}

    def to_dict(self) -> dict[str, Any]:
        """Options as JSON can hold them; `unit` and `header` only where they say something."""
        chosen: dict[str, Any] = {"columns": self.columns, "sheet": self.sheet}
        if self.unit is not None:
            chosen["unit"] = self.unit
        if not self.header:
            chosen["header"] = False
        return chosen

    @classmethod
    def from_dict(cls, stored: Mapping[str, Any]) -> ReadingOptions:
        """Options from what `to_dict` gave.

        Raises
        ------
        SettingsError
            If it is nothing that `to_dict` gives.
        """
        sheet, unit = stored.get("sheet"), stored.get("unit")
        columns, header = stored.get("columns", []), stored.get("header", True)
        known = set(stored) <= {"columns", "sheet", "unit", "header"}
        typed = isinstance(sheet, str | int | None) and isinstance(header, bool)
        if not (known and typed and isinstance(unit, str | None) and _are_pairs(columns)):
            raise SettingsError("These are no options of reading.")
        return cls(tuple((name, text) for name, text in columns), sheet, unit, header)


def _are_pairs(columns: Any) -> bool:
    """Whether a value is a list of pairs of texts."""
    if not isinstance(columns, list | tuple):
        return False
    return all(
        isinstance(pair, list | tuple) and len(pair) == 2 and all(isinstance(t, str) for t in pair)
        for pair in columns
    )
