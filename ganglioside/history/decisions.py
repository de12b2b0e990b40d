"""What each person decided on the names of a session, and where two disagree."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from ganglioside.verdicts.overrides import Override, Overrides

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
        Its rows on features on which two persons decided differently.
    """

    by_person: pd.DataFrame
    disagreements: pd.DataFrame


def decisions(trail: pd.DataFrame) -> Decisions:
    """Decisions of each person, and those on which two disagree.

    Parameters
    ----------
    trail : pandas.DataFrame
        `History.override_trail`. Who confirms a decision has decided the same; who undoes a
        decision has none, nor has its author.
    """
    last: dict[tuple[int, str], dict[str, Any]] = {}
    for made in _each(trail):
        if made.decision is None:
            last = {key: row for key, row in last.items() if key[0] != made.feature_id}
            continue
        for person, time in _persons(made):
            last.pop((made.feature_id, person), None)
            last[made.feature_id, person] = _row(made, person, time)
    by_person = pd.DataFrame(list(last.values()), columns=list(BY_PERSON)).astype(BY_PERSON)
    return Decisions(by_person, _differing(by_person))


def _each(trail: pd.DataFrame) -> Iterator[Override]:
    """Overrides of a trail in order."""
    for row in range(len(trail)):
        yield Overrides.from_frame(trail.iloc[[row]]).entries[0]


def _persons(made: Override) -> Iterator[tuple[str, Any]]:
    """Who decided so, and when."""
    yield made.author, made.time
    if made.confirmed_by:
        yield made.confirmed_by, made.confirmed_at


def _row(made: Override, person: str, time: Any) -> dict[str, Any]:
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
    said = decided["decision"] + " " + decided["name"].fillna("")
    differ = said.groupby(decided["feature_id"]).transform("nunique") > 1
    return decided[differ.to_numpy(dtype=bool)]
