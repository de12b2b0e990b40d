"""Names of lipids that this package does not judge, recognised so that this can be said."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from ganglioside.lipids.head_groups import HEAD_PATTERN
from ganglioside.lipids.name_faults import refuse
from ganglioside.support.fact_tables import read_facts


@dataclass(frozen=True, slots=True)
class OtherLipid:
    """A class of other lipids: a row of `data/other_lipids.csv`.

    Attributes
    ----------
    lipid_class : str
        Usual abbreviation, `PC`.
    lipid_maps : str
        LIPID MAPS class, `GP01`; empty where Goslin's list gives none.
    spellings : tuple of str
        What a name of that class begins with.
    """

    lipid_class: str
    lipid_maps: str
    spellings: tuple[str, ...]


#: Classes of other lipids, in the order of the table.
OTHER_LIPIDS: Final = read_facts("other_lipids.csv", OtherLipid)


def _key(spelling: str) -> str:
    return spelling.lower().replace("_", "-")


_BY_KEY: Final = {_key(s): lipid for lipid in OTHER_LIPIDS for s in lipid.spellings}
_SPELLINGS: Final = "|".join(
    re.escape(s).replace(r"\-", "[-_]") for s in sorted(_BY_KEY, key=len, reverse=True)
)
# `Ac-O-9-GT1b` is no acylcarnitine (AC).
_OTHER: Final = re.compile(
    rf"(?!ac-o)(?:d[5-9])?(?P<spelling>{_SPELLINGS})"
    r"(?:\Z|[ (\[_:;/,]|[dtm]?[0-9]{1,3}:|-(?=[0-9opad]))",
    re.IGNORECASE,
)
# The chains before the class: `15:0-18:1 PC`, `18:1 Lyso PE`.
_CHAINS_FIRST: Final = re.compile(
    r"\(?(?:[a-z]?[0-9]{1,2}:[0-9]{1,2}(?:\([0-9ez,]{1,20}\))?[-/_]){0,3}"
    r"[a-z]?[0-9]{1,2}:[0-9]{1,2}(?:\([0-9ez,]{1,20}\))?\)?[- _](?P<class>[a-z(].{0,40})",
    re.IGNORECASE,
)
_LYSO: Final = re.compile(rf"(?P<lyso>lyso[- ]?(?P<head>{HEAD_PATTERN}))", re.IGNORECASE)
_ADVICE: Final = "Nothing to do: rows of other lipids are kept and take no part."


def class_of_other(text: str) -> OtherLipid | None:
    """Class of another lipid whose name a normalised text begins with, None if it is none.

    >>> class_of_other("PC 34:1").lipid_maps, class_of_other("SM 34:1")
    ('GP01', None)
    """
    if match := _CHAINS_FIRST.fullmatch(text):
        text = match["class"]
    if match := _OTHER.match(text):
        return _BY_KEY[_key(match["spelling"])]
    if match := _LYSO.match(text):
        return OtherLipid(f"Lyso{match['head']}", "", (match["lyso"],))
    return None


def refuse_other(text: str) -> None:
    """Refuse a name of another lipid.

    Raises
    ------
    NameFormError
        Code `other-lipid`; its `lipid_class` is the class.

    Examples
    --------
    >>> refuse_other("PC 34:1")
    Traceback (most recent call last):
    ganglioside.errors.NameFormError: 'PC 34:1' is another lipid (PC, LIPID MAPS GP01).
    """
    other = class_of_other(text)
    if other is None:
        return
    named = other.lipid_class
    if other.lipid_maps:
        named += f", LIPID MAPS {other.lipid_maps}"
    refuse("other-lipid", f"{text[:40]!r} is another lipid ({named}).", _ADVICE, other.lipid_class)
