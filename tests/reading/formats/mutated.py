"""Files that were damaged by hand or on the way: refused with words or read, never a traceback."""

from __future__ import annotations

import contextlib
import random
import re

from reading.formats.content import read

from ganglioside.errors import GangliosideError

_PIECES = re.compile(r"[^\t,;\r\n]+|[\t,;]|\r?\n")
_ODD = (
    "",
    "N/A",
    "-1",
    "1e999",
    "Compound 1:",
    "S_1",
    "[",
    '"',
    "\t",
    ",",
    "\n",
    "Area",
    "RT",
    "∞",
)


def damaged(text: str, seed: int) -> str:
    """Text with some pieces left out, doubled, swapped or replaced."""
    chance = random.Random(seed)
    pieces = _PIECES.findall(text)
    for _ in range(chance.randint(1, 6)):
        at, other = chance.randrange(len(pieces)), chance.randrange(len(pieces))
        kind = chance.randrange(5)
        if kind == 0:
            del pieces[at : at + chance.choice((1, 2, 30))]
        elif kind == 1:
            pieces.insert(other, pieces[at])
        elif kind == 2:
            pieces[at], pieces[other] = pieces[other], pieces[at]
        elif kind == 3:
            pieces[at] = chance.choice(_ODD)
        else:
            lines = "".join(pieces).split("\n")
            chance.shuffle(lines)
            pieces = _PIECES.findall("\n".join(lines)) if chance.random() < 0.3 else pieces
        pieces = pieces or ["x"]
    return "".join(pieces)


def assert_survives(text: str, seed: int) -> None:
    """A damaged text is read, with as many names as rows, or refused with words."""
    with contextlib.suppress(GangliosideError):
        table = read(damaged(text, seed))
        assert len(table.names.index) == len(table.data) == len(table.carried)
