"""Tables with random damage, the same for the same seed."""

from __future__ import annotations

import random
from typing import Final

import ganglioside as gg

#: Cells that no program should write.
CELLS: Final = (
    *("1e308", "-1e308", "5e-324", "1e999", "nan", "inf", "-0", "0x10", "1_000", "9" * 400),
    *("", " ", '"', '""', "'", "\t", "\ufeff", "\u202e", "\x85", "é", "１２", "٣", "𝟗"),
    *("=1+1", "@a", "GM1(36:1;O2)" * 30, "GM1(999999:99;O99)", "GM1(36:1;O2)", "(((((((((("),
    *("1,5", "1.234,5", "12:30", "2025-01-01", "T", "?", "%s%n", "{0}", "{value}", "<b>"),
    *("\\", "a\nb", "a" * 5000, "\u0301" * 50),
)  # fmt: skip

_ENCODINGS: Final = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "utf-32", "latin-1")
_ROWS: Final = 40

Rows = list[list[str]]


def _cells(rows: Rows, rng: random.Random) -> None:
    for _ in range(rng.randint(1, 30)):
        row = rng.choice(rows[1:])
        row[rng.randrange(len(row))] = rng.choice(CELLS)


def _whole_column(rows: Rows, rng: random.Random) -> None:
    place = rng.randrange(len(rows[0]))
    for row in rows[1:]:
        row[place] = rng.choice(CELLS[:10])


def _swapped_columns(rows: Rows, rng: random.Random) -> None:
    one, other = (rng.randrange(len(rows[0])) for _ in range(2))
    for row in rows[1:]:
        row[one], row[other] = row[other], row[one]


def _ragged(rows: Rows, rng: random.Random) -> None:
    for row in rng.sample(rows[1:], 5):
        del row[rng.randrange(len(row)) :]
        row += ["x"] * rng.choice((0, 3, 200))


def _headers(rows: Rows, rng: random.Random) -> None:
    rows[0][rng.randrange(len(rows[0]))] = rng.choice((*CELLS, "Name", "RT", "m/z", "Log P"))


_TABLE_DAMAGE: Final = (_cells, _whole_column, _swapped_columns, _headers)


def mutated(seed: int) -> bytes:
    """Return the example's first rows as a file with one to three kinds of damage."""
    rng = random.Random(seed)
    rows = [line.split(",") for line in _lines()]
    if rng.random() < 0.5:
        rows[0] += ["m/z", "Adduct"]
        for row in rows[1:]:
            row += [rng.choice(CELLS[:10]), rng.choice(("[M-H]-", "[M-2H]2-", "x", ""))]
    for damage in rng.sample(_TABLE_DAMAGE, rng.randint(1, 3)):
        damage(rows, rng)
    if rng.random() < 0.4:
        _ragged(rows, rng)
    separator = rng.choice(",;\t|")
    text = rng.choice(("\n", "\r\n", "\r")).join(separator.join(row) for row in rows)
    content = text.encode(rng.choice(_ENCODINGS), "replace")
    return _flipped(content, rng) if rng.random() < 0.3 else content


def _flipped(content: bytes, rng: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(rng.randint(1, 20)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed[: rng.randint(1, len(changed))] if rng.random() < 0.3 else changed)


def _lines() -> list[str]:
    content = gg.example().source.content.decode().replace('"', "").replace("\r\n", "\n")
    return content.splitlines()[: _ROWS + 1]
