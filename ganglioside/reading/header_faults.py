"""Errors for headers that lack a needed column."""

from __future__ import annotations

from typing import Final

import numpy as np

from ganglioside.columns import EXAMPLE_LINES, INPUT_LABELS, NEEDED
from ganglioside.errors import ValidationError
from ganglioside.reading.headers import Header, looks_like_data
from ganglioside.reading.problems import ProblemLog

#: Last sentence of messages about headers and files that are no tables.
RIGHT_FILE: Final = "A right file looks like this:\n" + "\n".join(EXAMPLE_LINES)


def refuse_header(
    first: list[str], best: Header | None, line: int, *, holds_names: bool = False
) -> ValidationError:
    """Error for a table without a usable header.

    Parameters
    ----------
    first
        The first record.
    best
        The record with the most known columns, None if no record has any.
    line
        1-based line of that record.
    holds_names
        Whether a column holds names of lipids, whatever its header is.
    """
    log = ProblemLog(np.empty(0, dtype=np.int64), line)
    if best is None and looks_like_data(first):
        log.table("no-header", value=", ".join(first))
    else:
        texts = first if best is None else best.texts
        missing = NEEDED if best is None else best.missing
        unmet = {} if best is None else dict(best.unmet)
        found = ", ".join(repr(t.strip()) for t in texts if t.strip())
        for column, text in unmet.items():
            log.table("no-such-column", INPUT_LABELS[column], found, wanted=text)
        for column in missing:
            if column not in unmet and not (holds_names and column == "name"):
                log.table("no-column", INPUT_LABELS[column], found)
    return refusal(log, tuple(first if best is None else best.texts))


def refuse_unannotated(header: Header, line: int, tool: str) -> ValidationError:
    """Error for a list of features without lipid names.

    Parameters
    ----------
    header
    line
        1-based line of the header.
    tool
        The tool that wrote it, empty if it is not known.
    """
    log = ProblemLog(np.empty(0, dtype=np.int64), line)
    log.table("not-annotated", value=f"feature list of {tool}" if tool else "feature list")
    return refusal(log, header.texts)


def refuse_across(texts: list[str], line: int) -> ValidationError:
    """Error for a table with one row a sample, whose headers are the lipids.

    Parameters
    ----------
    texts
        The header.
    line
        Its 1-based line.
    """
    log = ProblemLog(np.empty(0, dtype=np.int64), line)
    log.table("lipids-across")
    return refusal(log, tuple(texts))


def refuse_timeless(what: str, texts: list[str], line: int) -> ValidationError:
    """Error for names without retention times.

    Parameters
    ----------
    what
        What shows that there are none.
    texts
        The header, or the first record.
    line
        Its 1-based line.
    """
    log = ProblemLog(np.empty(0, dtype=np.int64), line)
    log.table("no-times", value=what)
    return refusal(log, tuple(texts))


def refusal(log: ProblemLog, headers: tuple[str, ...] = ()) -> ValidationError:
    """Error that lists every fault of a header in the log."""
    problems = log.to_frame()
    errors = problems[problems["severity"] == "error"]
    lines = [f"{m} {a}" for m, a in zip(errors["message"], errors["advice"], strict=True)]
    return ValidationError("\n".join([*dict.fromkeys(lines), RIGHT_FILE]), problems, headers)
