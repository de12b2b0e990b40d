"""Output of the commands: tables and JSON to standard output, all else to standard error.

Names, notes and messages may come from anybody. Nothing that is printed is read as markup, and
characters that control a terminal are printed as their codes.
"""

from __future__ import annotations

import base64
import codecs
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from ganglioside.columns import VERDICT_KINDS
from ganglioside.progress import ProgressCallback, ProgressEvent
from ganglioside.reading.wordings import worded
from ganglioside.support.formatting import share
from ganglioside.support.printed import printable_json, printable_lines
from ganglioside.support.termination import terminable

if TYPE_CHECKING:
    import pandas as pd

    from ganglioside.analysis import Analysis
    from ganglioside.reading.report import ReadingReport

VERDICT_STYLES = {kind.name: kind.terminal for kind in VERDICT_KINDS}
SEVERITY_STYLES = {"error": "red", "warning": "yellow"}

#: Lines of one kind that are shown; the others are counted.
MOST_LINES = 12


#: Width of tables if neither a terminal nor `COLUMNS` sets one.
PIPED_WIDTH = 160


def safe(value: str) -> str:
    r"""Text with each character that controls a terminal replaced by its code.

    Examples
    --------
    >>> print(safe("GM1\x1b[31m"))
    GM1\x1b[31m
    """
    return printable_lines(value)


def out() -> Console:
    """Console of results, on standard output."""
    console = Console(markup=False, emoji=False, highlight=False)
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = PIPED_WIDTH
    return console


def err() -> Console:
    """Console of messages and progress, on standard error."""
    return Console(stderr=True, markup=False, emoji=False, highlight=False)


def error(message: str) -> None:
    """Print an error message; its advice names the options of the command line."""
    said = safe(worded(message, "shell"))
    err().print(Text.assemble(("error", "bold red"), " ", said), soft_wrap=True)


def note(message: str) -> None:
    """Print a message besides the result; its advice names the options of the command line."""
    err().print(safe(worded(message, "shell")), soft_wrap=True)


def confirm(question: str) -> None:
    """Ask a question, and abort the command if the answer is no."""
    typer.confirm(safe(question), abort=True, err=True)


def text(value: str) -> None:
    """Print text without breaking its lines."""
    out().print(safe(value), soft_wrap=True)


def json_document(value: Any) -> None:
    """Print one JSON document; missing numbers are null.

    Characters that control a terminal, or that the encoding of the output may lack, are escaped,
    which reads back as the same text.
    """
    encoding = codecs.lookup(sys.stdout.encoding or "ascii").name
    plain = not encoding.startswith("utf")
    document = json.dumps(_plain(value), ensure_ascii=plain, indent=2, allow_nan=False)
    print("\n".join(map(printable_json, document.split("\n"))), flush=True)


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table, ready for JSON."""
    kept = frame.copy(deep=False)
    for position, kind in enumerate(frame.dtypes):
        if str(kind) == "object":
            kept.isetitem(position, frame.iloc[:, position].map(_for_json).array)
    rows: list[dict[str, Any]] = json.loads(
        kept.to_json(orient="records", date_format="iso", double_precision=15)
    )
    return rows


def _for_json(value: object) -> object:
    """Value that JSON can hold: bytes in base64, an id as text."""
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    return str(value) if isinstance(value, UUID) else value


def _plain(value: Any) -> Any:
    """Value ready for strict JSON."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


@contextmanager
def progress_bar(title: str) -> Iterator[ProgressCallback | None]:
    """Show a progress bar on a terminal; yields the callback that moves it, None elsewhere.

    Meanwhile SIGTERM interrupts as Ctrl-C does: what goes on is marked as cancelled.
    """
    with terminable(), _bar(title) as move:
        yield move


@contextmanager
def _bar(title: str) -> Iterator[ProgressCallback | None]:
    console = err()
    if not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (
        TextColumn("{task.fields[title]}", markup=False, table_column=_one_line(max_width=30)),
        BarColumn(bar_width=24),
        TextColumn("{task.description}", markup=False, table_column=_one_line(ratio=1)),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True, expand=True) as bar:
        task = bar.add_task("starting", title=safe(title), total=100.0)

        def move(event: ProgressEvent) -> None:
            message = safe(worded(event["message"], "shell"))
            if event["type"] == "log":
                bar.console.print(message, soft_wrap=True)  # above the bar, which stays
                return
            first = message.partition("\n")[0]
            bar.update(task, completed=event["percentage"], description=first)

        yield move


def _one_line(**width: Any) -> Column:
    """Column of a progress line whose text is cut where it is long: the bar keeps its place."""
    return Column(no_wrap=True, overflow="ellipsis", **width)


def table(headings: Iterable[str], rows: Iterable[Iterable[object]], title: str = "") -> None:
    """Print a table with columns of numbers on the right."""
    cells = [[safe(_cell(value)) for value in row] for row in rows]
    heading_text = Text(safe(title)) if title else None
    grid = Table(title=heading_text, title_justify="left", header_style="bold")
    for number, heading in enumerate(headings):
        numeric = bool(cells) and all(_is_number(row[number]) for row in cells)
        grid.add_column(safe(str(heading)), justify="right" if numeric else "left", overflow="fold")
    for row in cells:
        grid.add_row(*row)
    out().print(grid)


def frame(data: pd.DataFrame, headings: Mapping[str, str] | None = None) -> None:
    """Print a table of pandas.

    Parameters
    ----------
    data
    headings
        Columns that are printed, each with its heading, in order; all by their names where None.
        One without any value is left out.
    """
    shown = data
    if headings is not None:
        present = [c for c in headings if c in data and (data.empty or data[c].notna().any())]
        shown = data[present].rename(columns=dict(headings))
    values = shown.astype(object)
    table(shown.columns, values.where(shown.notna(), None).itertuples(index=False))


def _cell(value: object) -> str:
    """Text of a value in a table."""
    if value is None:
        return "-"
    if isinstance(value, bytes | bytearray):
        return f"{len(value):,} bytes"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def _is_number(text: str) -> bool:
    """Whether the text of a cell is a number or missing."""
    return text.replace(".", "", 1).replace("-", "", 1).isdigit() or text == "-"


def analysis_summary(title: str, analysis: Analysis) -> None:
    """Print the headline, the verdicts and the most important problems and findings."""
    summary = analysis.summary
    console = out()
    headline = Text.assemble((safe(title), "bold"), "  ", safe(summary.headline))
    console.print(headline, soft_wrap=True)
    grid = Table(header_style="bold")
    for heading in ("verdict", "features", "share"):
        grid.add_column(heading, justify="left" if heading == "verdict" else "right")
    for verdict, style in VERDICT_STYLES.items():
        count = getattr(summary, verdict)
        part = share(count, summary.features, "-")
        grid.add_row(Text(verdict, style), f"{count:,}", part)
    grid.add_section()
    grid.add_row("all", f"{summary.features:,}", "")
    console.print(grid)
    _print_lines("Look at these first", _finding_lines(analysis))


def reading_report(report: ReadingReport) -> None:
    """Print what was read from a file, and its faults by kind."""
    console = out()
    for number, line in enumerate(report.lines("shell")):
        console.print(Text(safe(line), "bold" if number == 0 else ""), soft_wrap=True)


def _print_lines(heading: str, lines: list[Text]) -> None:
    """Print a heading and the first lines below it; nothing if there is no line."""
    console = out()
    if lines:
        console.print(Text(heading, "bold"))
    for line in lines[:MOST_LINES]:
        console.print(Text("  ").append_text(line), soft_wrap=True)
    if len(lines) > MOST_LINES:
        console.print(f"  ... and {len(lines) - MOST_LINES} more")


def _finding_lines(analysis: Analysis) -> list[Text]:
    """Line of each finding that is an error or a warning; of a peak in several samples, one."""
    important = analysis.findings[analysis.findings["severity"].isin(list(SEVERITY_STYLES))]
    feature = important["feature_id"]
    peak = feature.map(dict(enumerate(analysis.shared_peak)))
    same = [important["code"], peak.where(feature.notna(), -1 - important.index.to_series())]
    first = important.groupby(same, sort=False)[["severity", "message", "advice"]].first()
    count = important.groupby(same, sort=False).size()
    lines = []
    for (severity, message, advice), times in zip(first.fillna("").to_numpy(), count, strict=True):
        styled = ("!", SEVERITY_STYLES[severity])
        often = f" So in {times:,} samples." if times > 1 else ""
        text = (safe(message), often, " ", (safe(advice), "dim"))
        lines.append(Text.assemble(styled, " ", *text))
    return lines
