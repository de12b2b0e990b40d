"""People who share a history: what each of them sees, and may change.

The rule is here, and nowhere else. A history that acts as a person (`History.acting_as`) has an
`ActingStore`: each of its transactions knows the person, and whoever looks for sessions or jobs in
it asks `seen`. What is found in a transaction that writes must be the person's to change.

`History.open` gives whoever can open its file or its database a `WholeStore`, which shows
everything: so do the command line and notebooks. In a transaction of any other store nobody acts:
nothing is found in it, and nothing may be changed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ganglioside.errors import ForbiddenError, HistoryError, NobodyError, SharingError
from ganglioside.history.author import acting_for
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.storage.wrapped import WrappedStore
from ganglioside.support.quoting import quoted

Scope = Literal["read", "write", "admin"]

#: Scopes, each with all that the one before it may do.
SCOPES: Final[tuple[Scope, ...]] = get_args(Scope)

Shared = Literal["own", "group", "everybody"]

#: With whom a session is shared: nobody, a group, everybody.
SHARED: Final[tuple[Shared, ...]] = get_args(Shared)

#: Names the person of a process: as JSON, or a file that holds it once somebody has come.
VARIABLE: Final = "GANGLIOSIDE_PERSON"


@dataclass(frozen=True, slots=True)
class Sharing:
    """With whom a session or job is shared, as its row holds it.

    Attributes
    ----------
    shared : str or None
        `own` or `group`; None where it is everybody's, as all sessions of older versions are.
    group : str or None
        The group, where it is shared with one.
    """

    shared: str | None = None
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts on a history.

    Attributes
    ----------
    name : str
        Author of what is done.
    scope : Scope
        `read`; `write`, which also makes sessions and jobs, and changes the person's own; or
        `admin`, which sees and changes those of others too.
    groups : tuple of str
        Groups of people to which the person belongs.
    shares : Shared
        With whom new sessions are shared.
    shares_with : str
        The group then.

    Examples
    --------
    >>> ann = Person("Ann", groups=("lipids", "clinic"), shares="own")
    >>> ann.sharing("group", "clinic").new
    Sharing(shared='group', group='clinic')
    """

    name: str
    scope: Scope = "write"
    groups: tuple[str, ...] = ()
    shares: Shared = "everybody"
    shares_with: str = ""

    def may(self, scope: Scope) -> bool:
        """Whether they may do what needs a scope."""
        return SCOPES.index(self.scope) >= SCOPES.index(scope)

    def may_change(self, author: str | None) -> bool:
        """Whether they may change what an author made."""
        return self.may("admin") or (self.may("write") and author == self.name)

    def may_decide(self, author: str | None, sharing: Sharing) -> bool:
        """Whether they may decide on names of what an author made: in their own name, in a group.

        Examples
        --------
        >>> bob = Person("Bob", groups=("lipids",))
        >>> bob.may_decide("Ann", Sharing("group", "lipids")), bob.may_decide("Ann", Sharing())
        (True, False)
        """
        together = sharing.shared == "group" and sharing.group in self.groups
        return self.may_change(author) or (self.may("write") and together)

    def sharing(self, shared: Shared, group: str = "") -> Person:
        """Person whose new sessions are shared so.

        Raises
        ------
        SharingError
            If the person does not belong to the group, or has none, or has several and names none.
        """
        return replace(self, shares=shared, shares_with=chosen_group(self, shared, group) or "")

    @property
    def choices(self) -> dict[str, tuple[Shared, str]]:
        """Ways in which the person can share, by what they are called; the usual one first."""
        groups: dict[str, tuple[Shared, str]] = {f"Group {g}": ("group", g) for g in self.groups}
        found: dict[str, tuple[Shared, str]] = {
            "Only me": ("own", ""), **groups, "Everybody": ("everybody", "")
        }  # fmt: skip
        usual = (self.shares, self.shares_with)
        return dict(sorted(found.items(), key=lambda one: one[1] != usual))

    @property
    def new(self) -> Sharing:
        """Sharing of a new session."""
        return sharing_of(self.shares, self.shares_with or None)

    def to_json(self) -> str:
        """Text from which `person_from` makes the person again."""
        return json.dumps(asdict(self), sort_keys=True)


def person_from(text: str) -> Person:
    """Person from `Person.to_json`.

    Raises
    ------
    HistoryError
        If it is anything else.
    """
    try:
        values = json.loads(text)
        person = Person(**{**values, "groups": tuple(map(str, values["groups"]))})
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise HistoryError(f"{text[:60]!r} names no person ({error}).") from error
    known = person.scope in SCOPES and person.shares in SHARED
    if not (
        known and all(isinstance(getattr(person, f.name), str | tuple) for f in fields(person))
    ):
        raise HistoryError(f"{text[:60]!r} names no person: its scope or sharing is unknown.")
    return person


def person_here(environment: Mapping[str, str] = os.environ) -> Person | None:
    """Person of this process; None where it is the user, who sees everything.

    Raises
    ------
    NobodyError
        If it is the process of a page that nobody has opened yet.
    """
    told = environment.get(VARIABLE, "")
    if not told:
        return None
    if told.startswith("{"):
        return person_from(told)
    try:
        return person_from(Path(told).read_text("utf-8"))
    except FileNotFoundError:
        raise NobodyError("Nobody has opened this page yet.") from None


def sharing_of(shared: Shared, group: str | None) -> Sharing:
    """Sharing as rows hold it."""
    return Sharing(None if shared == "everybody" else shared, group if shared == "group" else None)


def chosen_group(person: Person | None, shared: Shared, group: str) -> str | None:
    """Group with which a person shares; None where it is none.

    Raises
    ------
    SharingError
        If it is not clear, or not one of the person's.
    """
    if shared not in SHARED:
        raise SharingError(f"{quoted(shared)} is unknown: share with {', '.join(SHARED)}.")
    if shared != "group":
        if group:
            raise SharingError(
                f"A group is named only to share with it, not with {quoted(shared)}."
            )
        return None
    groups = () if person is None else person.groups
    if not group and len(groups) == 1:
        return groups[0]
    if not group:
        which = f"one of {', '.join(groups)}" if groups else "you belong to none"
        raise SharingError(f"Name the group to share with: {which}.")
    if group not in groups and not (person is None or person.may("admin")):
        raise SharingError(f"You do not belong to a group {quoted(group)}: name one of your own.")
    return group


_WHOLE: Final = (
    "The whole history is copied and replaced by whoever keeps it, not by a person on its server: "
    "ganglioside history."
)


@dataclass(frozen=True, slots=True)
class _Acting:
    """Who acts in a transaction: a person, or whoever keeps the history where None."""

    person: Person | None
    changes: bool

    @property
    def sees_all(self) -> bool:
        return self.person is None or self.person.may("admin")

    def may_change(self, author: str | None) -> bool:
        return self.person is None or self.person.may_change(author)


#: Nobody acts where it is None.
_ACTING: Final[ContextVar[_Acting | None]] = ContextVar("acting", default=None)


@contextmanager
def _acting_as(person: Person | None, *, changes: bool) -> Iterator[None]:
    before = _ACTING.set(_Acting(person, changes))
    try:
        yield
    finally:
        _ACTING.reset(before)


def seen() -> tuple[str, list[Any]]:
    """Condition in SQL for rows that the person of this transaction sees, and its values."""
    acting = _ACTING.get()
    if acting is None:
        return "false", []
    if acting.person is None or acting.sees_all:
        return "true", []
    person = acting.person
    return (
        "(shared IS NULL OR author = ? OR (shared = 'group' AND shared_group = ANY(?)))",
        [person.name, list(person.groups)],
    )


def rows_by_id(
    connection: Connection, table: str, columns: str, beginning: str
) -> list[tuple[Any, ...]]:
    """First rows that are seen here and whose id, their first column, begins so: three at most."""
    if not beginning:
        return []
    condition, values = seen()
    return connection.execute(
        f"SELECT {columns} FROM {table} WHERE starts_with(id, ?) AND {condition} "
        "ORDER BY id LIMIT 3",
        [beginning, *values],
    ).fetchall()


def require_change(author: str | None, what: str) -> None:
    """Refuse what was found, where this transaction changes things and the person may not.

    Raises
    ------
    ForbiddenError
        If somebody else made it.
    """
    acting = _ACTING.get()
    if acting is not None and (not acting.changes or acting.may_change(author)):
        return
    raise ForbiddenError(
        f"{author or 'Somebody else'} made this {what}: you may change your own ones only, and "
        "administrators those of others."
    )


def require_decision(author: str | None, sharing: Sharing) -> None:
    """Refuse a session where this transaction decides on it and the person may not.

    Raises
    ------
    ForbiddenError
    """
    acting = _ACTING.get()
    person = None if acting is None else acting.person
    if person is None or not person.may_decide(author, sharing):
        require_change(author, "session")


def reviewer(author: str | None) -> str | None:
    """Name of the person who decides on somebody else's session; None where it is nobody such."""
    acting = _ACTING.get()
    if acting is None or acting.person is None or acting.may_change(author):
        return None
    return acting.person.name


@dataclass(frozen=True, slots=True)
class WholeStore(WrappedStore):
    """Store of a history that shows everything, to whoever keeps it.

    Attributes
    ----------
    inner : HistoryStore
        The store itself.
    """

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[Connection]:
        """Connect for reading everything."""
        with self.inner.read(folder) as connection, _acting_as(None, changes=False):
            yield connection

    @contextmanager
    def write(self, folder: Path | None = None, *, adding: bool = False) -> Iterator[Connection]:
        """Connect for one transaction that may change everything."""
        with (
            self.inner.write(folder, adding=adding) as connection,
            _acting_as(None, changes=True),
        ):
            yield connection


@dataclass(frozen=True, slots=True)
class ActingStore(WrappedStore):
    """Store of a history that acts as a person.

    Attributes
    ----------
    inner : HistoryStore
        The store with everything.
    person : Person
    administers : bool
        Whether it is used only for what administrators do.
    """

    person: Person
    administers: bool = False

    def discard(self) -> None:
        """Refuse to remove the history."""
        raise ForbiddenError(_WHOLE)

    @contextmanager
    def read(self, folder: Path | None = None) -> Iterator[Connection]:
        """Connect for reading what the person sees."""
        self._require("read")
        acting = _acting_as(self.person, changes=False)
        with self.inner.read(folder) as connection, acting, acting_for(self.person.name):
            yield connection

    @contextmanager
    def write(self, folder: Path | None = None, *, adding: bool = False) -> Iterator[Connection]:
        """Connect for one transaction in the person's name."""
        self._require("write")
        acting = _acting_as(self.person, changes=True)
        with (
            self.inner.write(folder, adding=adding) as connection,
            acting,
            acting_for(self.person.name),
        ):
            yield connection

    def vacuum(self) -> tuple[int, int]:
        """Refuse to rewrite the history."""
        raise ForbiddenError(_WHOLE)

    def _require(self, scope: Scope) -> None:
        needed: Scope = "admin" if self.administers else scope
        if not self.person.may(needed):
            who = "administrators" if self.administers else "people who may write"
            raise ForbiddenError(f"This is for {who}; {self.person.name} may {self.person.scope}.")


def administered(store: HistoryStore) -> HistoryStore:
    """Store for what only administrators do; the same where no person acts."""
    return replace(store, administers=True) if isinstance(store, ActingStore) else store


def whole(store: HistoryStore) -> HistoryStore:
    """Store with everything, for what the program does itself, whoever acts."""
    return store.inner if isinstance(store, ActingStore) else store


def require_whole(store: HistoryStore) -> HistoryStore:
    """The store itself, for what is done with a history as a whole.

    Raises
    ------
    ForbiddenError
        If a person acts.
    """
    if isinstance(store, ActingStore):
        raise ForbiddenError(_WHOLE)
    return store.inner if isinstance(store, WholeStore) else store
