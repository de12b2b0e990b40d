"""Check that a history still holds what was stored and gives the same results when run again."""

from __future__ import annotations

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from ganglioside.analysis import analyze
from ganglioside.columns import MAY_LACK
from ganglioside.errors import HistoryAwayError, HistoryBusyError
from ganglioside.history import audit_log
from ganglioside.history.judging_code import judging_code
from ganglioside.history.log_facts import (
    Facts,
    LoggedSchedule,
    LogState,
    log_state,
    logged_schedules,
    own_chain,
)
from ganglioside.history.opening import JUDGING_CODE, environment
from ganglioside.history.overrides import log_rows, read_overrides
from ganglioside.history.record import Record
from ganglioside.history.row_hashes import Table, event_hashes, row_hashes
from ganglioside.history.session_rows import (
    RESULT_TABLES,
    Stored,
    read_analysis,
    read_record,
    read_records,
)
from ganglioside.history.storage import log_heads
from ganglioside.history.storage.damage import DAMAGE, damage
from ganglioside.history.storage.fingerprint import digest
from ganglioside.history.storage.interface import Connection, HistoryStore
from ganglioside.history.tokens import facts_of, logged_tokens, read_tokens

#: Tables whose rows belong to one session.
_BELONGING: Final = (*RESULT_TABLES, "overrides")

#: SQL list of the statuses of sessions and jobs that have not ended.
_RUNNING: Final = "'pending', 'processing'"

#: Sessions and inputs that are read at once: others may have the lock in between.
_AT_ONCE: Final = 200

#: Errors that say nothing of what is stored: nothing could be read at all.
_PASSING: Final = (HistoryBusyError, HistoryAwayError)


@dataclass(frozen=True, slots=True)
class Verification:
    """Outcome of `Care.verify`.

    Attributes
    ----------
    sessions, inputs, entries : int
        Number of sessions, inputs and entries of the log that were checked.
    unsealed : int
        Number of completed sessions of older versions, which stored no hash of the result.
    earlier : int
        Number of completed sessions that other code or facts have judged than are installed: their
        hashes are checked, but they are not run again, as their results may differ.
    reruns : tuple of str
        Ids of the sessions that were run again.
    faults : tuple of str
        One sentence per fault; empty if all is well.
    notes : tuple of str
        Context of the faults: other versions than those that made a session, for example.
    """

    sessions: int
    inputs: int
    entries: int
    unsealed: int
    earlier: int
    reruns: tuple[str, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether no fault was found."""
        return not self.faults


def verify(
    store: HistoryStore,
    sample: int,
    seed: int,
    report: Callable[[int, int], None] | None,
    further_heads: Sequence[Path] = (),
) -> Verification:
    """Check all hashes, and run a sample of sessions again: see `Care.verify`."""
    # Before the log: what others store from now on may be noted before this reads the log.
    noted, unreadable = log_heads.read_heads(store.path, further_heads, store.name)
    with store.read() as connection:
        written = audit_log.entries(connection)
        recorded = log_state(written)
        sessions, faults = _sessions(connection)
        judged_here = _judged_by_this_code(connection)
        inputs = _column(connection, "SELECT sha256 FROM inputs")
        faults += audit_log.broken_links(written)
        faults += _unlike_log(connection, "sessions", recorded)
        faults += _unlike_log(connection, "jobs", recorded)
        faults += _check_schedule(connection, written)
        faults += _check_tokens(connection, written)
        faults += _strays(connection)
    lost, notes = _check_heads(noted, written)
    faults += [*unreadable, *lost]
    faults += _check_inputs(store, inputs, sessions)
    for start in range(0, len(sessions), _AT_ONCE):
        faults += _check_sessions(store, sessions[start : start + _AT_ONCE], recorded.sessions)
        if report is not None:
            report(min(start + _AT_ONCE, len(sessions)), len(sessions))
    sealed = [s for s in sessions if s.status == "completed" and s.result_sha256]
    ours = [s for s in sealed if s.id in judged_here]
    chosen = random.Random(seed).sample(ours, min(sample, len(ours)))
    reruns = {s.id: found for s in chosen if (found := _rerun(store, s)) is not None}
    return Verification(
        sessions=len(sessions),
        inputs=len(inputs),
        entries=len(written),
        unsealed=sum(s.status == "completed" for s in sessions) - len(sealed),
        earlier=len(sealed) - len(ours),
        reruns=tuple(reruns),
        faults=(*faults, *(fault for found, _ in reruns.values() for fault in found)),
        notes=(*notes, *(note for _, further in reruns.values() for note in further)),
    )


def _judged_by_this_code(connection: Connection) -> set[str]:
    """Ids of the sessions that the code and facts of this installation have judged."""
    rows = connection.execute("SELECT id, environment FROM sessions").fetchall()
    return {sid for sid, text in rows if _code_of(text) == judging_code()}


def _code_of(environment: str | None) -> str | None:
    """Fingerprint of the code that judged a session; None where it is not known."""
    try:
        found = json.loads(environment or "{}")
    except ValueError:
        return None  # its row is damaged, which is told elsewhere
    return found.get(JUDGING_CODE) if isinstance(found, dict) else None


def _column(connection: Connection, sql: str) -> list[Any]:
    return [value for (value,) in connection.execute(sql).fetchall()]


def _sessions(connection: Connection) -> tuple[list[Stored], list[str]]:
    """All sessions, and one sentence per damaged row."""
    sessions = Stored.all(connection)
    damaged = {s.id: fault for s in sessions if (fault := _damage_of(s))}
    faults = [f"Session {sid}: its row is damaged ({fault})." for sid, fault in damaged.items()]
    return sessions, faults


def _damage_of(session: Stored) -> str | None:
    try:
        session.check()
    except DAMAGE as error:
        return damage(error)
    return None


def _unlike_log(connection: Connection, table: Table, recorded: LogState) -> list[str]:
    """One sentence per session or job that differs from what the log records."""
    what = "Session" if table == "sessions" else "Job"
    known = recorded.of(table)
    hashes = row_hashes(connection, table)
    ended = {*_column(connection, f"SELECT id FROM {table} WHERE status NOT IN ({_RUNNING})")}
    events = event_hashes(connection, ended) if ended else {}
    faults = [
        _missing(what, owner)
        for owner, facts in known.items()
        if facts.exists and owner not in hashes
    ]
    for owner, found in hashes.items():
        facts = known.get(owner, Facts())
        if not facts.exists:
            faults.append(f"{what} {owner} was inserted: the log does not record it.")
        elif facts.row is not None and facts.row != found:
            faults.append(f"{what} {owner}: {_what_differs(connection, table, owner, facts)}")
        if owner in ended and facts.events is not None and facts.events != events[owner]:
            faults.append(f"{what} {owner}: its events differ from the log.")
    return faults


def _what_differs(connection: Connection, table: Table, owner: str, facts: Facts) -> str:
    """Sentence about the columns of a row that differ from the log."""
    rows = connection.execute(f"SELECT * FROM {table} WHERE id = ?", [owner])
    names = [column[0] for column in rows.description]
    row = dict(zip(names, rows.fetchall()[0], strict=True))
    differences = [
        f"its {column} is {row[column]!r}, but the log records {logged!r}"
        for column, logged in facts.values.items()
        if row.get(column) != logged
    ]
    if differences:
        return f"{'; '.join(differences)}."
    open_to_all = ", ".join(c for c in names if c not in (*facts.values, "id", "heartbeat"))
    return f"its row was changed after the log recorded it (one of {open_to_all})."


def _check_schedule(connection: Connection, written: Sequence[audit_log.LogEntry]) -> list[str]:
    rows = connection.execute("SELECT older_than, every, author, last_run FROM schedule").fetchall()
    found = LoggedSchedule(*rows[0]) if rows else None
    if len(rows) < 2 and found in logged_schedules(written):
        return []
    if not rows:
        return ["The schedule of the cleanup that the log records is missing."]
    return ["The schedule of the cleanup is not the one that the log records."]


def _check_tokens(connection: Connection, written: Sequence[audit_log.LogEntry]) -> list[str]:
    """One sentence per token that differs from what the log records."""
    logged = logged_tokens(own_chain(written))  # tokens of elsewhere do not come with an import
    found = {token.id: facts_of(token) for token in read_tokens(connection)}
    missing = [
        f"Token {token} is missing: the log records it." for token in logged.keys() - found.keys()
    ]
    changed = [
        f"Token {token} is not as the log records it: revoke it."
        for token, facts in found.items()
        if logged.get(token) != facts
    ]
    return [*missing, *changed]


def _check_heads(
    noted: Sequence[log_heads.Head], written: Sequence[audit_log.LogEntry]
) -> tuple[list[str], list[str]]:
    """Heads noted outside that the log lacks: faults, and notes where a restore explains them."""
    known = {entry.sha256 for entry in written}
    restored = [entry for entry in written if entry.action == "restored"]
    faults, notes = [], []
    for head in {head.sha256: head for head in noted if head.sha256 not in known}.values():
        what = f"Entry {head.number} of the log ({head.time:%Y-%m-%d %H:%M} UTC)"
        later = [e for e in restored if head.time is None or e.time >= head.time]
        if later:
            backup = later[0].facts.get("backup", "a backup")
            notes.append(f"{what} was lost when {later[0].author} restored {backup}.")
        else:
            faults.append(f"{what} was noted outside and is missing: the log's end was cut off.")
    if not noted:
        notes.append("No head of the log was noted outside: see `ganglioside history head`.")
    return faults, notes


def _strays(connection: Connection) -> list[str]:
    """One sentence per row that belongs to no session or job."""
    found = []
    for table in _BELONGING:
        found += [
            f"The table {table} has rows of session {sid}, which is missing."
            for sid in _column(
                connection,
                f"SELECT DISTINCT session FROM {table} WHERE NOT EXISTS "
                "(SELECT 1 FROM sessions WHERE id = session)",
            )
        ]
    found += [
        f"There are events of {owner}, which is neither a session nor a job."
        for owner in _column(
            connection,
            "SELECT DISTINCT owner FROM events WHERE NOT EXISTS "
            "(SELECT 1 FROM sessions WHERE sessions.id = owner) AND NOT EXISTS "
            "(SELECT 1 FROM jobs WHERE jobs.id = owner)",
        )
    ]
    found += [
        f"The input {sha256[:12]} belongs to no session."
        for sha256 in _column(
            connection,
            "SELECT sha256 FROM inputs WHERE NOT EXISTS "
            "(SELECT 1 FROM sessions WHERE sessions.sha256 = inputs.sha256)",
        )
    ]
    return found


def _check_inputs(store: HistoryStore, inputs: list[str], sessions: list[Stored]) -> list[str]:
    """Faults of inputs: missing, stored twice, or with another hash."""
    known = {*inputs}
    faults = [f"Session {s.id}: its input is gone." for s in sessions if s.sha256 not in known]
    faults += [
        f"The input {sha256[:12]} is stored {count} times."
        for sha256, count in Counter(inputs).items()
        if count > 1
    ]
    for start in range(0, len(inputs), _AT_ONCE):
        some = inputs[start : start + _AT_ONCE]
        faults += _unreadable_or(store, some, _changed_inputs, "The input {:.12}")
    return faults


def _changed_inputs(connection: Connection, inputs: Sequence[str]) -> list[str]:
    marks = ", ".join("?" for _ in inputs)
    rows = connection.execute(
        f"SELECT sha256, content FROM inputs WHERE sha256 IN ({marks})", list(inputs)
    ).fetchall()
    return [
        f"The input {sha256[:12]} is not what was received: its hash differs."
        for sha256, content in rows
        if hashlib.sha256(content).hexdigest() != sha256
    ]


def _unreadable_or(
    store: HistoryStore,
    names: Sequence[str],
    check: Callable[[Connection, Sequence[str]], list[str]],
    label: str,
) -> list[str]:
    """Faults found by `check`; if rows cannot be read, each is checked alone to name it."""
    try:
        with store.read() as connection:
            return check(connection, names)
    except _PASSING:
        raise
    except DAMAGE as error:
        if len(names) == 1:
            return [f"{label.format(names[0])} cannot be read: {damage(error)}"]
    return [fault for name in names for fault in _unreadable_or(store, [name], check, label)]


def _check_sessions(
    store: HistoryStore, sessions: list[Stored], known: Mapping[str, Facts]
) -> list[str]:
    """Faults of results, inputs and overrides, compared with their hashes and the log.

    Others may have changed sessions since the log was read. What differs from it is looked at
    again, together with the log of that moment.
    """
    by_id = {session.id: session for session in sessions}

    def check(connection: Connection, ids: Sequence[str]) -> list[str]:
        return _changed_sessions(connection, [by_id[sid] for sid in ids], known)

    if not _unreadable_or(store, list(by_id), check, "Session {}: it"):
        return []
    return _unreadable_or(store, list(by_id), _changed_by_now, "Session {}: it")


def _changed_by_now(connection: Connection, ids: Sequence[str]) -> list[str]:
    """Faults of sessions as they and the log are in this transaction."""
    recorded = log_state(audit_log.entries_about(connection, ids)).sessions
    present = Stored.among(connection, ids)
    gone = {*ids} - {session.id for session in present}
    lost = [_missing("Session", sid) for sid in sorted(gone) if recorded.get(sid, Facts()).exists]
    return [*lost, *(_changed_sessions(connection, present, recorded) if present else [])]


def _missing(what: str, owner: str) -> str:
    return f"{what} {owner} is missing: the log records it, but not that it was deleted."


def _changed_sessions(
    connection: Connection, sessions: list[Stored], known: Mapping[str, Facts]
) -> list[str]:
    sealed = [s for s in sessions if s.status == "completed" and s.result_sha256]
    records = read_records(connection, sealed) if sealed else {}
    overrides = _overrides(connection, sessions)
    faults = [
        f"Session {sid}: it is not completed, but the table {table} has rows of it."
        for table, sid in _rows_of_others(connection, sessions)
    ]
    for session in sessions:
        facts = known.get(session.id, Facts())
        if session.id in records:
            found = digest(records[session.id].fingerprints())
            if found != session.result_sha256:
                faults.append(f"Session {session.id}: its result was changed; the hash differs.")
        if facts.result not in (None, session.result_sha256):
            faults.append(f"Session {session.id}: the log records another result.")
        if facts.input not in (None, session.sha256):
            faults.append(f"Session {session.id}: the log records another input.")
        if facts.overrides != overrides.get(session.id, []):
            faults.append(f"Session {session.id}: the log records other overrides.")
    return faults


def _rows_of_others(connection: Connection, sessions: list[Stored]) -> list[tuple[str, str]]:
    """Tables with result rows of sessions that are not completed, each with the session's id."""
    others = [session.id for session in sessions if session.status != "completed"]
    return [
        (table, sid)
        for table in RESULT_TABLES
        for (sid,) in connection.execute(
            f"SELECT DISTINCT session FROM {table} WHERE session = ANY(?)", [others]
        ).fetchall()
        if others
    ]


def _overrides(connection: Connection, sessions: list[Stored]) -> dict[str, list[dict[str, Any]]]:
    """All overrides of the sessions that have any, by id, as the log holds them."""
    ids = connection.execute("SELECT DISTINCT session FROM overrides").fetchall()
    having = {sid for (sid,) in ids} & {session.id for session in sessions}
    return {sid: log_rows(read_overrides(connection, sid)) for sid in sorted(having)}


def _rerun(store: HistoryStore, session: Stored) -> tuple[list[str], list[str]] | None:
    """Faults and notes from analysing the input of a session again; None where it is gone."""
    try:
        return _compare_again(store, session)
    except _PASSING:
        raise
    except DAMAGE as error:
        return [f"Session {session.id} cannot be run again: {damage(error)}"], []


def _compare_again(store: HistoryStore, session: Stored) -> tuple[list[str], list[str]] | None:
    """Faults and notes from comparing a stored result with that of a new analysis.

    None where the session was deleted since.
    """
    with store.read() as connection:
        if not Stored.among(connection, [session.id]):
            return None
        stored = read_analysis(connection, session)
        record = read_record(connection, session)
        made_by = _environment(connection, session)
    before, stored_columns = record.fingerprints(), json.loads(record.columns)
    again = analyze(stored.read_input(stored.settings), stored.settings)
    # Columns that were added since then are no part of what was stored.
    kept = [c for c in again.features if c in stored_columns or c not in MAY_LACK]
    new = Record.of(replace(again, features=again.features[kept]))
    after = replace(new, summary=_as_stored(new.summary, record.summary)).fingerprints()
    changed = sorted(part for part in before if before[part] != after[part])
    now = {"ganglioside": again.version, **environment()}
    others = [
        f"{name} {made_by[name]} instead of {present}"
        for name, present in now.items()
        if made_by.get(name, present) != present
    ]
    note = [f"Session {session.id} was made with {', '.join(others)}."] if others else []
    if not changed:
        return [], note
    return [
        f"Session {session.id} gives another result when it is run again: "
        f"{', '.join(changed)} differ."
    ], note


def _as_stored(new: str, stored: str) -> str:
    """Summary with the values that a stored one has; its headline too, where some came later."""
    now, before = json.loads(new), json.loads(stored)
    if now.keys() == before.keys():
        return new
    values = {name: now[name] for name in before if name in now}
    return json.dumps(values | {"headline": before["headline"]})


def _environment(connection: Connection, session: Stored) -> dict[str, str]:
    """Versions with which a session was made, by name."""
    ((text,),) = connection.execute(
        "SELECT environment FROM sessions WHERE id = ?", [session.id]
    ).fetchall()
    return {"ganglioside": session.version, **json.loads(text or "{}")}
