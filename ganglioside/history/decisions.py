"""Decisions of each person on the names of a session, and those on which two disagree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pandas as pd

from ganglioside.lipids.names import parse_name
from ganglioside.verdicts.overrides import Override, entries_of

#: Columns of `Decisions.by_person`.
BY_PERSON: Final[dict[str, str]] = {
    "feature_id": "int64",
    "author": "str",
    "decision": "str",  # accepted, renamed, rejected or later
    "name": "str",  # the new name, NA if it is not another
    "verdict": "str",
    "note": "str",
    "time": "datetime64[us, UTC]",
}


@dataclass(frozen=True, eq=False)
class Decisions:
    """Decisions on the names of a session by person.

    Attributes
    ----------
    by_person : pandas.DataFrame
        Columns `BY_PERSON`: the last decision of each person on each feature, in order of time.
    disagreements : pandas.DataFrame
        Its rows on features on which persons decided differently, and no decision is confirmed.
    """

    by_person: pd.DataFrame
    disagreements: pd.DataFrame


def decisions(trail: pd.DataFrame) -> Decisions:
    """Decisions of each person, and those on which two disagree.

    Who confirms a decision has decided the same. Who undoes one has none any more, nor have those
    who took and confirmed what was undone.

    Parameters
    ----------
    trail : pandas.DataFrame
        `History.override_trail`.

    Examples
    --------
    >>> import ganglioside as gg
    >>> from ganglioside.verdicts.review import accept
    >>> decisions(gg.Overrides((accept(3, author="kh"),)).to_frame()).by_person["decision"].tolist()
    ['accepted']
    """
    present: dict[int, Override] = {}
    last: dict[tuple[int, str], dict[str, Any]] = {}
    for made in entries_of(trail):
        feature_id, before = made.feature_id, present.get(made.feature_id)
        present[feature_id] = made
        if made.decision is None:
            for person in {made.author, *_persons(before)}:
                last.pop((feature_id, person), None)
            continue
        for person, time in _persons(made).items():
            last.pop((feature_id, person), None)
            last[feature_id, person] = _row(made, person, time)
    by_person = pd.DataFrame(list(last.values()), columns=list(BY_PERSON)).astype(BY_PERSON)
    confirmed = [feature_id for feature_id, made in present.items() if made.confirmed_by]
    return Decisions(by_person, _differing(by_person[~by_person["feature_id"].isin(confirmed)]))


def _persons(made: Override | None) -> dict[str, datetime]:
    """Persons who decided so, each with the time."""
    if made is None:
        return {}
    persons = {made.author: made.time}
    if made.confirmed_at is not None:
        persons[made.confirmed_by] = made.confirmed_at
    return persons


def _row(made: Override, person: str, time: datetime) -> dict[str, Any]:
    """Row of `BY_PERSON`."""
    return {
        "feature_id": made.feature_id,
        "author": person,
        "decision": made.decision,
        "name": made.name,
        "verdict": made.verdict,
        "note": made.note,
        "time": time,
    }


def _differing(by_person: pd.DataFrame) -> pd.DataFrame:
    """Rows on features on which not all decided the same; what is left for later is no decision."""
    decided = by_person[by_person["decision"] != "later"]
    species = decided["name"].map(lambda name: parse_name(name).name, na_action="ignore")
    said = decided["decision"] + " " + species.astype("str").fillna("")
    differ = said.groupby(decided["feature_id"]).transform("nunique") > 1
    return decided[differ.to_numpy(dtype=bool)]
