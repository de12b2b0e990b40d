"""Whether a history still holds what it was given, and gives the same when asked again."""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import duckdb

from ganglioside.analysis import analyze
from ganglioside.history import log
from ganglioside.history.digest import digest
from ganglioside.history.judgements import read_overrides, said
from ganglioside.history.rows import (
    Record,
    Stored,
    environment,
    read_analysis,
    read_record,
    read_records,
)
from ganglioside.history.store import Store

#: Tables whose rows belong to a session.
_BELONGING: Final = ("features", "models", "findings", "problems", "results", "overrides")

#: Sessions and inputs that are read at once: others may have the lock in between.
_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class Verification:
    """What `History.verify` found.

    Attributes
    ----------
    sessions, inputs, entries : int
        How many sessions, inputs and entries of the log were checked.
    unsealed : int
        Completed sessions of older versions, which kept no hash of the result.
    reruns : tuple of str
        Ids of the sessions that were run again.
    faults : tuple of str
        What is wrong, a sentence each; empty where all is well.
    notes : tuple of str
        What a reader must know to judge: other versions than those that made a session.
    """

    sessions: int
    inputs: int
    entries: int
    unsealed: int
    reruns: tuple[str, ...]
    faults: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(
    store: Store, sample: int, seed: int, tell: Callable[[int, int], None] | None
) -> Verification:
    """Check all hashes, and run a sample of sessions again: see `History.verify`."""
    with store.read() as connection:
        sessions = Stored.all(connection)
        told = _told(connection)
        entries = _count(connection, "SELECT count(*) FROM log")
        faults = log.broken_links(connection) + _strays(connection)
        inputs = _inputs(connection)
    faults += _check_inputs(store, inputs, sessions)
    for start in range(0, len(sessions), _AT_ONCE):
        faults += _check_sessions(store, sessions[start : start + _AT_ONCE], told)
        if tell is not None:
            tell(min(start + _AT_ONCE, len(sessions)), len(sessions))
    sealed = [s for s in sessions if s.status == "completed" and s.result_sha256]
    chosen = random.Random(seed).sample(sealed, min(sample, len(sealed)))
    reruns = [_rerun(store, session) for session in chosen]
    return Verification(
        sessions=len(sessions),
        inputs=len(inputs),
        entries=entries,
        unsealed=sum(s.status == "completed" for s in sessions) - len(sealed),
        reruns=tuple(session.id for session in chosen),
        faults=(*faults, *(fault for found, _ in reruns for fault in found)),
        notes=tuple(note for _, notes in reruns for note in notes),
    )


def _count(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    ((number,),) = connection.execute(sql).fetchall()
    return int(number)


def _told(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, Any]]:
    """Return what the log says of each session: the last word on each thing, all overrides."""
    rows = connection.execute(
        "SELECT subject, details FROM log WHERE subject IS NOT NULL ORDER BY time, number"
    ).fetchall()
    told: dict[str, dict[str, Any]] = {}
    for subject, text in rows:
        details, known = json.loads(text), told.setdefault(subject, {"said": []})
        said_now = details.pop("said", [])
        known |= details | {"said": known["said"] + said_now}
    return told


def _strays(connection: duckdb.DuckDBPyConnection) -> list[str]:
    found = []
    for table in _BELONGING:
        rows = connection.execute(
            f"SELECT DISTINCT session FROM {table} ANTI JOIN sessions ON session = id"
        ).fetchall()
        found += [f"The table {table} has rows of a session {sid} that is not there."
                  for (sid,) in rows]  # fmt: skip
    return found


def _inputs(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [sha256 for (sha256,) in connection.execute("SELECT sha256 FROM inputs").fetchall()]


def _check_inputs(store: Store, inputs: list[str], sessions: list[Stored]) -> list[str]:
    """Compare each input with its hash; find sessions whose input is gone."""
    faults = [f"Session {s.id}: its input is gone." for s in sessions if s.sha256 not in {*inputs}]
    for start in range(0, len(inputs), _AT_ONCE):
        some = inputs[start : start + _AT_ONCE]
        marks = ", ".join("?" for _ in some)
        with store.read() as connection:
            rows = connection.execute(
                f"SELECT sha256, content FROM inputs WHERE sha256 IN ({marks})", some
            ).fetchall()
        faults += [
            f"The input {sha256[:12]} is not what was received: its hash differs."
            for sha256, content in rows
            if hashlib.sha256(content).hexdigest() != sha256
        ]
    return faults


def _check_sessions(
    store: Store, sessions: list[Stored], told: dict[str, dict[str, Any]]
) -> list[str]:
    """Compare results, inputs and overrides with their hashes and with the log."""
    sealed = [s for s in sessions if s.status == "completed" and s.result_sha256]
    with store.read() as connection:
        records = read_records(connection, sealed) if sealed else {}
        overrides = _overrides(connection, sessions)
    faults = []
    for session in sessions:
        known = told.get(session.id, {"said": []})
        if session.id in records:
            found = digest(records[session.id].fingerprints())
            if found != session.result_sha256:
                faults.append(f"Session {session.id}: its result was changed; the hash differs.")
        if known.get("result", session.result_sha256) != session.result_sha256:
            faults.append(f"Session {session.id}: the log tells of another result.")
        if known.get("input", session.sha256) != session.sha256:
            faults.append(f"Session {session.id}: the log tells of another input.")
        if known["said"] != overrides.get(session.id, []):
            faults.append(f"Session {session.id}: the log tells of other overrides.")
    return faults


def _overrides(
    connection: duckdb.DuckDBPyConnection, sessions: list[Stored]
) -> dict[str, list[dict[str, Any]]]:
    """Return the overrides of those sessions that have any, as the log holds them."""
    ids = connection.execute("SELECT DISTINCT session FROM overrides").fetchall()
    having = {sid for (sid,) in ids} & {session.id for session in sessions}
    return {sid: said(read_overrides(connection, sid)) for sid in sorted(having)}


def _rerun(store: Store, session: Stored) -> tuple[list[str], list[str]]:
    """Analyse the input of a session again; return what differs, and what explains it."""
    with store.read() as connection:
        stored = read_analysis(connection, session)
        before = read_record(connection, session).fingerprints()
        made_by = _environment(connection, session)
    again = analyze(stored.read_input(stored.settings), stored.settings)
    after = Record.of(again).fingerprints()
    changed = sorted(part for part in before if before[part] != after[part])
    now = {"ganglioside": again.version, **environment()}
    others = [f"{name} {made_by[name]} instead of {now[name]}" for name in now
              if name in made_by and made_by[name] != now[name]]  # fmt: skip
    note = [f"Session {session.id} was made with {', '.join(others)}."] if others else []
    if not changed:
        return [], note
    return [
        f"Session {session.id} gives another result when it is run again: "
        f"{', '.join(changed)} differ."
    ], note


def _environment(connection: duckdb.DuckDBPyConnection, session: Stored) -> dict[str, str]:
    ((text,),) = connection.execute(
        "SELECT environment FROM sessions WHERE id = ?", [session.id]
    ).fetchall()
    return {"ganglioside": session.version, **json.loads(text or "{}")}
