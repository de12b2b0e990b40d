"""Validation: a table of text cells becomes a feature table, with all problems of all rows."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.columns import INPUT_LABELS
from ganglioside.errors import ValidationError
from ganglioside.lipids.parsed_names import ParsedNames, parse_names
from ganglioside.reading.column_checks import NOT_FOUND, cells_of, read_columns
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.reading.header_faults import refusal, refuse_unannotated
from ganglioside.reading.ions import single_ions
from ganglioside.reading.misfit_rows import repair_rows
from ganglioside.reading.problems import ProblemLog
from ganglioside.reading.raw_table import RawTable, Source, TableRead
from ganglioside.reading.row_checks import carry, report_adducts, report_formulas, report_repeats
from ganglioside.reading.sample_rows import settle_samples
from ganglioside.reading.single_chains import without_single_chains
from ganglioside.reading.spreading import first_of, rows_of, spread
from ganglioside.reading.standard_rows import with_standards
from ganglioside.support.text_columns import distinct, texts_of

#: Input columns of which a table may have two: the first is used, and names are judged without.
_BESIDE: Final = frozenset({"adduct", "mz", "log_p", "sample_type"})
#: Why a row of a sample with an area but without an RT takes no part.
_AREA_ONLY: Final = "Its area has no retention time in this sample."
#: Distinct cells of a column that are tried as names.
_TRIED: Final = 2000


def validate(raw: RawTable, source: Source) -> FeatureTable:
    """Feature table of text cells, with all problems that were found.

    Parameters
    ----------
    raw
        The table as written.
    source
        The input that it came from.

    Returns
    -------
    FeatureTable

    Raises
    ------
    ValidationError
        If the table has no rows, or two different columns have the header of one input column.
    """
    log = ProblemLog(raw.lines, raw.header_line)
    for note in raw.notes:
        log.table(note.code, note.column, note.value, first=note.first)
    _check_columns(raw, log)
    cells = repair_rows(raw, log)
    texts = cells_of(raw, cells, "name")
    names = without_single_chains(texts, parse_names(texts))
    if _holds_no_names(texts, names):
        raise refuse_unannotated(raw.header, raw.header_line, raw.tool)
    names = with_standards(raw, cells, names)
    data, samples = read_columns(raw, cells, names, log)
    data["adduct"] = single_ions(data, names)
    carried = carry(raw, cells)
    report_adducts(raw, data, names, log)
    report_formulas(raw, cells, names, log)
    if not samples:
        settle_samples(raw, cells, data, names, log)
        report_repeats(raw, data, carried, names, log)
    data["fault"] = log.fault(len(raw))
    if samples:
        rows, sample = rows_of(samples)
        data = spread(data, samples, rows, sample)
        data["fault"] = _without_time(raw, data, log)
    problems = log.to_frame()
    if samples:
        carried = carried.iloc[rows].reset_index(drop=True)
        names = names.take(rows)
        of_row = problems["feature_id"].notna()
        wide_row = problems.loc[of_row, "feature_id"].to_numpy(np.int64)
        problems.loc[of_row, "feature_id"] = first_of(rows, len(raw)).array.take(wide_row)
    return FeatureTable(
        data=data,
        names=names,
        carried=carried,
        problems=problems,
        source=source,
        header=raw.header,
        tables=(TableRead.of(raw),),
    )


def _without_time(raw: RawTable, data: pd.DataFrame, log: ProblemLog) -> pd.Series[Any]:
    """Fault of each row of a long table: those without an RT in their sample are not judged.

    Programs that fill gaps integrate where a name elutes in other samples, and write no RT.
    """
    timeless = (data["fault"].isna() & data["rt"].isna()).to_numpy()
    area = timeless & data["volume"].notna().to_numpy()
    label = raw.header.label("rt")
    if area.any():
        log.table("areas-without-rt", label, f"{area.sum():,}")
    if (timeless & ~area).any():
        log.table("peaks-not-found", label, f"{(timeless & ~area).sum():,}")
    reason = np.where(area, _AREA_ONLY, NOT_FOUND)
    return data["fault"].mask(timeless, pd.Series(reason, index=data.index, dtype="str"))


def _holds_no_names(texts: pd.Series[Any], names: ParsedNames) -> bool:
    """Whether no feature was annotated: all names are missing or stand for none (`Unknown`)."""
    if names.species or not len(names):
        return False
    codes = {text: error.code for text, error in names.errors.items()}
    found = {text.strip() for text in distinct(texts_of(texts))[1]}
    return all(codes.get(text) == "unannotated" for text in found if text)


def check_judgeable(table: FeatureTable) -> None:
    """Refuse a table of which no name can be judged, so that no result seems to be one.

    Raises
    ------
    ValidationError
        With the reason in one sentence.
    """
    if table.names.species:
        _check_times(table)
        return
    others = table.problems.loc[table.problems["code"] == "other-lipids", "value"].tolist()
    refused = _refused_names(table)
    counts = "; ".join(dict.fromkeys(others))
    if others and refused:
        reason = (
            "No lipid of the table can be judged. Of classes that are not judged here: "
            f"{counts}. Refused: {refused}"
        )
    elif others:
        reason = f"All lipids of the table are of classes that are not judged here: {counts}."
    else:
        count = sum(read.rows for read in table.tables)
        reason = (
            f"None of the {count:,} names can be read, so there is nothing to judge: write them "
            "like GM1(36:1;O2), or, if another column holds the names, say "
            'columns={"Name": "your column"}.'
        )
        reason += f" Refused: {refused}" if refused else ""
    raise ValidationError(reason + _other_names(table.carried), table.problems)


def _other_names(carried: pd.DataFrame) -> str:
    """Sentence that shows the column that holds most names that can be judged; else empty."""
    counts = {}
    for column in carried.select_dtypes(["object", "str"]):
        names = parse_names(distinct(texts_of(carried[column]))[1][:_TRIED])
        counts[str(column)] = int(((names.index >= 0) & ~names.standard).sum())
    best = max(counts, key=counts.__getitem__, default="")
    if not counts.get(best):
        return ""
    many = f"{counts[best]:,} names" if counts[best] > 1 else "1 name"
    return (
        f' The column "{best}" holds {many} that can be judged: say '
        f'columns={{"Name": "{best}"}} to use it.'
    )


def _refused_names(table: FeatureTable) -> str:
    """Count of rows whose names were refused, with the reason and cure of the first; else empty."""
    problems = table.problems
    of_name = problems["value"].isin(list(table.names.errors)) | (
        problems["code"].isin(["name-missing", "one-chain"])
    )
    refused = problems[of_name & (problems["severity"] == "error")]
    rows = refused.drop_duplicates("feature_id")
    if rows.empty:
        return ""
    first = rows.iloc[0]
    return f"{len(rows):,}, the first in row {first['row']:,}: {first['message']} {first['advice']}"


def _check_times(table: FeatureTable) -> None:
    """Refuse a table without any retention time: retention is what names are judged by.

    Raises
    ------
    ValidationError
        With the column that should have them, and where they may be instead.
    """
    if len(table) == 0 or table.data["rt"].notna().any():
        return
    column = INPUT_LABELS["rt"] if table.header is None else table.header.label("rt")
    raise ValidationError(
        f"No row of the table has a retention time ({column} is empty or cannot "
        "be read), so there is nothing to judge names by: export the table with its retention "
        'times, or, if another column holds them, say columns={"RT": "your column"}.',
        table.problems,
    )


def _check_columns(raw: RawTable, log: ProblemLog) -> None:
    """Report absent and doubtful columns; refuse a table without rows or with rival columns."""
    header = raw.header
    for column, spare in header.spare:
        used = header.positions[column]
        used_text, spare_text = header.texts[used].strip(), header.texts[spare].strip()
        if used_text != spare_text or column in _BESIDE:
            log.table("second-column", INPUT_LABELS[column], spare_text, used=used_text)
        elif not raw.cells[used].equals(raw.cells[spare]):
            log.table("repeated-column", INPUT_LABELS[column], spare_text)
    if len(raw) == 0:
        log.table("no-rows")
    if log.has_errors:
        raise refusal(log)
    own = {column for sample in raw.samples for column in sample.positions}
    for column in ("volume", "log_p", "anchor"):
        if column not in header.positions and column not in own:
            log.table(f"no-{column.replace('_', '-')}", INPUT_LABELS[column])
