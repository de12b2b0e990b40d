"""Page with all sessions of a batch, and the same as CSV files for other programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pandas as pd
from markupsafe import Markup

from ganglioside.batch import comparison_charts
from ganglioside.batch.comparison import Study
from ganglioside.batch.ledger import Entry
from ganglioside.batch.plan import Item, parameters
from ganglioside.batch.result_files import AREAS, SESSIONS, SPECIES
from ganglioside.charts.files import javascript
from ganglioside.columns import VERDICTS
from ganglioside.exporting.spreadsheet_text import safe_frame
from ganglioside.history import History
from ganglioside.reading.wordings import worded
from ganglioside.reports.content import Tile
from ganglioside.reports.report import figure, templates
from ganglioside.support.formatting import share
from ganglioside.support.whole_files import write_whole
from ganglioside.version import __version__

#: Rows of species on the page; `species.csv` has all.
MOST_SPECIES: Final = 2_000


@dataclass(frozen=True, slots=True)
class ListedTable:
    """One table in the list on the page."""

    entry: Entry
    numbers: Any  # its row of `Study.sessions`; None where it has no session
    settings: str
    shares: tuple[tuple[str, float], ...]  # verdict and percent, only verdicts that occur

    @property
    def state(self) -> str:
        """State of the table: "judged", "failed" or "waiting"."""
        if not self.entry.succeeded:
            return "failed"
        return "judged" if self.entry.session else "waiting"

    @property
    def error(self) -> str:
        """Reason of a failure, empty without one; its advice names no option of a program."""
        return worded(self.entry.error or "", "report")

    @property
    def reasons(self) -> list[str]:
        """Lines of the error message."""
        return self.error.splitlines()


def write_overview(
    path: Path, items: Sequence[Item], entries: Mapping[str, Entry], history: History
) -> Path:
    """Write the overview of a batch, also of one that is unfinished.

    Its tables are written beside it: sessions, species, and areas by species and session.

    Parameters
    ----------
    path
        HTML file.
    items
        The plan.
    entries
        Entries by name; an item without an entry is still to be done.
    history
        History with the sessions.

    Returns
    -------
    pathlib.Path
        The HTML file.

    Raises
    ------
    ExportError
        If a file cannot be written.
    """
    known = [entries[item.name] for item in items if item.name in entries]
    stored = [entry for entry in known if entry.session]
    names = [entry.name for entry in stored]
    study = Study.of(history, names, [str(entry.session) for entry in stored])
    lines = _lines(items, entries, study)
    charts = [figure(chart) for chart in comparison_charts.all_of(study)]
    page = templates().get_template("overview.html.j2").render(
        title=f"Batch of {len(items):,} tables" if len(items) != 1 else "Batch of one table",
        made=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        version=__version__,
        tiles=_tiles(lines, study),
        failures=[line for line in lines if line.state == "failed"],
        waiting=[line for line in lines if line.state == "waiting"],
        lines=[line for line in lines if line.state == "judged"],
        charts=[Markup(chart) for chart in charts],
        species=list(study.species.head(MOST_SPECIES).itertuples(index=False)),
        total_species=len(study.species),
        categories=sorted(study.species["category"].dropna().unique()),
        files=(SESSIONS, SPECIES, AREAS),
        bundle=Markup(javascript()),
    )  # fmt: skip
    _write_tables(path.parent, lines, study)
    return write_whole(path, page.encode())


def _lines(items: Sequence[Item], entries: Mapping[str, Entry], study: Study) -> list[ListedTable]:
    numbers = {row.name: row for row in study.sessions.itertuples(index=False)}
    lines = []
    for item in items:
        entry = entries.get(item.name) or Entry(item.name, item.file, "", item.title)
        row = numbers.get(item.name)
        settings = ", ".join(f"{name} {value}" for name, value in parameters(item).items())
        lines.append(ListedTable(entry, row, settings, _shares(row)))
    return lines


def _shares(row: Any) -> tuple[tuple[str, float], ...]:
    if row is None or not row.features:
        return ()
    counts = [(verdict, int(getattr(row, verdict))) for verdict in VERDICTS]
    return tuple((verdict, 100 * n / row.features) for verdict, n in counts if n)


def _tiles(lines: Sequence[ListedTable], study: Study) -> list[Tile]:
    failed = sum(line.state == "failed" for line in lines)
    waiting = sum(line.state == "waiting" for line in lines)
    features = max(int(study.sessions["features"].sum()), 1)
    found = [Tile("tables", f"{len(lines):,}", f"{failed:,} failed" if failed else "none failed")]
    if waiting:
        found.append(Tile("not done yet", f"{waiting:,}", "resume the batch"))
    for verdict in VERDICTS:
        count = int(study.sessions[verdict].sum())
        found.append(Tile(verdict, f"{count:,}", f"{share(count, features)} of features", verdict))
    found.append(Tile("species", f"{len(study.species):,}", "valid in any session"))
    return found


def _write_tables(folder: Path, lines: Sequence[ListedTable], study: Study) -> None:
    about = pd.DataFrame(
        {
            "name": [line.entry.name for line in lines],
            "state": [line.state for line in lines],
            "file": [line.entry.file for line in lines],
            "session": [line.entry.session for line in lines],
            "verdicts": [line.entry.verdicts for line in lines],
            "report": [line.entry.report for line in lines],
            "settings": [line.settings for line in lines],
            "error": [line.error or None for line in lines],
        }
    )
    _write_csv(folder / SESSIONS, about.merge(study.sessions, on="name", how="left"))
    _write_csv(folder / SPECIES, study.species)
    _write_csv(folder / AREAS, study.areas())


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    text = safe_frame(table).to_csv(index=False, lineterminator="\r\n")
    write_whole(path, text.encode("utf-8-sig"))
