"""Decisions of a page that their session does not have yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pandas as pd

from ganglioside.history.overrides import current
from ganglioside.verdicts.overrides import Override, Overrides, entries_of


class Unsaved:
    """Overrides made on a page for a session that does not have them yet, in order of the deeds.

    Examples
    --------
    >>> from ganglioside.verdicts.review import accept
    >>> unsaved = Unsaved()
    >>> unsaved.add([accept(3, author="kh")], Overrides())
    >>> unsaved.over(Overrides())
    Overrides(1 accepted)
    """

    def __init__(self) -> None:
        # What was made of each feature, and what the session had in its place.
        self._made: dict[int, tuple[Override, Override | None]] = {}

    def __iter__(self) -> Iterator[Override]:
        return iter([made for made, _ in self._made.values()])

    def __len__(self) -> int:
        return len(self._made)

    def add(self, changes: Iterable[Override], before: Overrides) -> None:
        """Keep changes of the overrides of before; what is as the session has it needs no saving.

        An empty override undoes.
        """
        for made in changes:
            feature_id = made.feature_id
            _, had = self._made.pop(feature_id, (made, before.of(feature_id)))
            if stated(made) != had:
                self._made[feature_id] = made, had

    def drop(self, saved: Iterable[Override]) -> None:
        """Forget what is saved."""
        for made in saved:
            self._made.pop(made.feature_id, None)

    def over(self, present: Overrides) -> Overrides:
        """The overrides of the session with those of the page in their place."""
        return present.put_all(self)

    def give_way(self, trail: pd.DataFrame) -> list[int]:
        """Forget what must not replace what others decided since; its features.

        A decision of the page's own is still to be saved: then both are in the trail, as if it had
        come just after. What only undoes, brings back, confirms or marks was meant for what the
        session had then.

        Parameters
        ----------
        trail : pandas.DataFrame
            `History.override_trail`.
        """
        present = current(trail).by_feature
        changed = [(made, f) for f, (made, had) in self._made.items() if present.get(f) != had]
        if not changed:
            return []
        known = set(entries_of(trail))
        self.drop(made for made, f in changed if stated(made) == present.get(f))
        gone = [f for made, f in changed if f in self._made and not _is_new(made, known)]
        for feature_id in gone:
            del self._made[feature_id]
        return gone


def stated(override: Override) -> Override | None:
    """An override as a session has it: None where it is empty."""
    return None if override.is_empty else override


def _is_new(made: Override, known: set[Override]) -> bool:
    """Whether it says something by itself that the session did not have before."""
    return bool(made.note.strip()) and not made.confirmed_by and made not in known
