"""Headers that lack what is needed, and the refusal that says so."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.columns import EXAMPLE_LINES, INPUT_LABELS
from ganglioside.errors import ValidationError
from ganglioside.reading.headers import Header, looks_like_data
from ganglioside.reading.problems import ProblemLog

RIGHT_FILE: Final = "A right file looks like this:\n" + "\n".join(EXAMPLE_LINES)


def refuse_header(first: list[str], best: Header | None, line: int) -> ValidationError:
    """Return the error for a table in which no usable header was found.

    Parameters
    ----------
    first
        The first record.
    best
        The record that comes nearest to a header, None where none has any known column.
    line
        Its 1-based line.
    """
    log = ProblemLog(np.empty(0, dtype=np.int64), line)
    if best is None and looks_like_data(first):
        log.table("no-header", value=", ".join(first))
    else:
        texts = first if best is None else best.texts
        found = ", ".join(repr(t.strip()) for t in texts if t.strip())
        unmet = dict(best.unmet) if best else {}
        for column, text in unmet.items():
            log.table("no-such-column", INPUT_LABELS[column], found, wanted=text)
        for column in best.missing if best else ("name", "rt"):
            if column not in unmet:
                log.table("no-column", INPUT_LABELS[column], found)
    return refusal(log, tuple(first if best is None else best.texts))


def refusal(log: ProblemLog, headers: tuple[str, ...] = ()) -> ValidationError:
    """Return the error that lists every fault of a header."""
    problems = log.to_frame()
    errors = problems[problems["severity"] == "error"]
    lines = [f"{m} {a}" for m, a in zip(errors["message"], errors["advice"], strict=True)]
    return ValidationError("\n".join([*lines, RIGHT_FILE]), problems, headers)
