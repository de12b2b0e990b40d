"""Judge a raw table once, at the border: every fault of every row, collected in one pass."""

from __future__ import annotations

from ganglioside.columns import FEATURE_TABLE, INPUT_LABELS
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.reading.column_checks import cells_of, read_columns
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.header_faults import refusal
from ganglioside.reading.misfit_rows import repair_rows
from ganglioside.reading.problems import ProblemLog
from ganglioside.reading.raw_table import RawTable, Source
from ganglioside.reading.row_checks import carry, report_adducts, report_formulas, report_repeats


def validate(raw: RawTable, source: Source) -> FeatureTable:
    """Turn text cells into a feature table and report everything that is wrong with it.

    Raises
    ------
    ValidationError
        If the table has no rows, or two columns claim to be the same needed one.
    """
    log = ProblemLog(raw.lines, raw.header_line)
    for note in raw.notes:
        log.table(note.code, note.column, note.value)
    _check_columns(raw, log)
    cells = repair_rows(raw, log)
    names = parse_names(cells_of(raw, cells, "name"))
    data = read_columns(raw, cells, names, log)
    carried = carry(raw, cells)
    report_adducts(raw, data, log)
    report_formulas(raw, cells, names, log)
    report_repeats(raw, data, carried, names, log)
    data["fault"] = log.fault(len(raw))
    others = {column: kind for column, kind in FEATURE_TABLE.items() if data[column].dtype != kind}
    return FeatureTable(
        data=data.astype(others)[list(FEATURE_TABLE)],
        names=names,
        carried=carried,
        problems=log.to_frame(),
        source=source,
        header=raw.header,
    )


def _check_columns(raw: RawTable, log: ProblemLog) -> None:
    """Report absent and doubtful columns; refuse a table without rows or with rival columns."""
    header = raw.header
    for column, place in header.spare:
        used = header.places[column]
        same_text = header.texts[used].strip() == header.texts[place].strip()
        if same_text and not raw.cells[used].equals(raw.cells[place]):
            log.table("repeated-column", INPUT_LABELS[column], header.texts[place].strip())
        elif not same_text:
            log.table(
                "second-column",
                INPUT_LABELS[column],
                header.texts[place].strip(),
                used=header.texts[used].strip(),
            )
    if len(raw) == 0:
        log.table("no-rows")
    if log.has_errors:
        raise refusal(log)
    for column in ("volume", "log_p", "anchor"):
        if column not in header.places:
            log.table(f"no-{column.replace('_', '-')}", INPUT_LABELS[column])
