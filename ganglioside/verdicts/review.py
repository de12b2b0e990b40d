"""Decisions of a review: a name is accepted, changed, rejected, or left for later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

import pandas as pd

from ganglioside.errors import OverrideError
from ganglioside.support.fact_tables import read_facts
from ganglioside.verdicts.overrides import Override


@dataclass(frozen=True, slots=True)
class DecisionKind:
    """A kind of decision, as screens and reports call it.

    Attributes
    ----------
    name : str
    label : str
        Of its button.
    key : str
        Of the keyboard.
    help : str
    """

    name: str
    label: str
    key: str
    help: str


DECISIONS: Final = read_facts("decisions.csv", DecisionKind)


def accept(feature_id: int, *, author: str, note: str = "") -> Override:
    """The decision that a name is right.

    Parameters
    ----------
    feature_id : int
    author : str
    note : str
        The reason; a plain one where empty.

    Examples
    --------
    >>> accept(3, author="kh").decision
    'accepted'
    """
    note = note or "Name accepted on review."
    return Override(feature_id=feature_id, verdict="valid", note=note, author=author)


def rename(feature_id: int, name: str, *, author: str, note: str = "") -> Override:
    """The decision that a feature is another species.

    Raises
    ------
    OverrideError
        If the name is empty or cannot be read.

    Examples
    --------
    >>> rename(3, "GM3(36:1;O2)", author="kh").decision
    'renamed'
    """
    if not name.strip():
        raise OverrideError("Write the new name: none is suggested for this feature.")
    note = note or f"Renamed to {name.strip()} on review."
    return Override(
        feature_id=feature_id, verdict="valid", name=name.strip(), note=note, author=author
    )


def reject(feature: pd.Series[Any], *, author: str, note: str = "") -> Override:
    """The decision that a name is wrong.

    Parameters
    ----------
    feature : pandas.Series
        Row of `Analysis.features`: where the model does not believe the name either, its verdict
        stays, such as `fragment`; else it is `outlier`.
    author : str
    note : str

    Examples
    --------
    >>> import ganglioside as gg
    >>> feature = gg.analyze(gg.example()).features.iloc[3]
    >>> reject(feature, author="kh").verdict
    'fragment'
    """
    verdict = str(feature["verdict"])
    believed = verdict in ("valid", "undetermined")
    return Override(
        feature_id=int(feature["feature_id"]),
        verdict="outlier" if believed else verdict,
        note=note or "Name rejected on review.",
        author=author,
    )


def later(feature_id: int, *, author: str, note: str = "") -> Override:
    """The decision to look at a feature again.

    Examples
    --------
    >>> later(3, author="kh").decision
    'later'
    """
    note = note or "Left for later on review."
    return Override(feature_id=feature_id, later=True, note=note, author=author)


def confirm(override: Override, author: str, time: datetime | None = None) -> Override:
    """A decision with the confirmation of a second person.

    Parameters
    ----------
    override : Override
        With a decision on the name, other than `later`.
    author : str
        The second person.
    time : datetime.datetime, optional
        UTC; by default now.

    Raises
    ------
    OverrideError
        If there is no such decision, `author` or nobody took it, or it is confirmed already.

    Examples
    --------
    >>> confirm(accept(3, author="kh"), "mw").confirmed_by
    'mw'
    """
    if override.confirmed_by:
        raise OverrideError(
            f"Feature {override.feature_id}: {override.confirmed_by} confirmed this already."
        )
    return replace(override, confirmed_by=author, confirmed_at=time or datetime.now(UTC))


def merge(override: Override, previous: Override | None) -> Override:
    """A decision with the anchor mark of before.

    Examples
    --------
    >>> merge(accept(3, author="kh"), Override(feature_id=3, anchor=False)).anchor
    False
    """
    return override if previous is None else replace(override, anchor=previous.anchor)
