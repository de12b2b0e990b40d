"""Exports: an analysis written to a file in one of several formats."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganglioside.errors import ExportError
from ganglioside.exporting.annotation import annotated, check_ending, ending_of_file
from ganglioside.exporting.document import to_json
from ganglioside.exporting.formats import (
    BY_ENDING,
    ENDINGS,
    FORMATS,
    YOUR_FILE,
    Format,
    format_of,
    require_ending,
)
from ganglioside.exporting.mztab import to_mztab
from ganglioside.exporting.species_list import to_species_csv, to_species_xlsx
from ganglioside.exporting.tables import to_csv, to_parquet
from ganglioside.exporting.workbook import to_xlsx
from ganglioside.support.on_demand import opened
from ganglioside.support.quoting import quoted
from ganglioside.support.whole_files import write_whole

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis
    from ganglioside.reading.raw_table import Source


def _figures(analysis: Analysis) -> bytes:
    """Zip of the figures: reports, which draw them, are made of what is exported here."""
    content: bytes = opened("reports.figure_pack").figure_pack(analysis)
    return content


_WRITERS: Final[dict[str, Callable[[Analysis], bytes]]] = {
    "species": to_species_xlsx,
    "species-csv": to_species_csv,
    "figures": _figures,
    "csv": to_csv,
    "xlsx": to_xlsx,
    "json": to_json,
    "parquet": to_parquet,
    "mztab": to_mztab,
    YOUR_FILE: annotated,
}


def export(
    analysis: Analysis,
    path: str | PathLike[str],
    format: Format | None = None,
) -> Path:
    """Write an analysis to a file; an existing file is replaced.

    Parameters
    ----------
    analysis
        The results.
    path
        The file; its folder must exist.
    format
        species or species-csv (the accepted species, as XLSX or CSV), figures (those of the report
        as SVG, PDF and PNG in one zip, with captions, methods text and citation), csv or parquet
        (the features), xlsx or json (everything), mztab (what a repository takes), your-file (the
        analysed file with the verdicts behind its columns, see `annotated`); by default the format
        of the file's ending.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ExportError
        If the format is unknown, the ending is that of another kind of file, there is no file to
        give back, or the file cannot be written; then no part of it is left.

    Examples
    --------
    >>> import tempfile
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = gg.export(analysis, f"{folder}/verdicts.csv")
    ...     written.name, written.stat().st_size > 0
    ('verdicts.csv', True)
    """
    target = Path(path).expanduser()
    wanted = chosen_format(target, format)
    check_name(target, wanted, analysis.source)
    return write_whole(target, _WRITERS[wanted](analysis))


def check_name(target: Path, format: Format, source: Source) -> None:
    """Refuse the name of a file under which no program would open it.

    Parameters
    ----------
    target
        The file to write.
    format
        One of `FORMATS`.
    source
        The input.

    Raises
    ------
    ExportError
        If its ending is that of another kind of file.

    Examples
    --------
    >>> import ganglioside as gg
    >>> check_name(Path("liver.csv"), "species", gg.example().source)
    Traceback (most recent call last):
        ...
    ganglioside.errors.ExportError: liver.csv: what is written is a .xlsx file: name it liver.xlsx.
    """
    if format == YOUR_FILE:
        check_ending(target, source)
    else:
        require_ending(target, format_of(format).ending)


def ending_of(format: Format, source: Source) -> str:
    """Ending of the files of a format, with its dot; your own file keeps its ending.

    Parameters
    ----------
    format
        One of `FORMATS`.
    source
        The input.

    Examples
    --------
    >>> import ganglioside as gg
    >>> ending_of("species", gg.example().source), ending_of("your-file", gg.example().source)
    ('.xlsx', '.csv')
    """
    return ending_of_file(source) if format == YOUR_FILE else f".{format_of(format).ending}"


def file_name(stem: str, format: Format, source: Source) -> str:
    """Name of the file of a format: `stem`, what is in it, and the ending of the format.

    Parameters
    ----------
    stem
        First part of the name.
    format
        One of `FORMATS`.
    source
        The input.

    Examples
    --------
    >>> import ganglioside as gg
    >>> file_name("liver", "xlsx", gg.example().source)
    'liver_verdicts.xlsx'
    >>> file_name("liver", "species", gg.example().source)
    'liver_species.xlsx'
    >>> file_name("liver", "your-file", gg.example().source)
    'liver_with_verdicts.csv'
    """
    return f"{stem}_{format_of(format).content}{ending_of(format, source)}"


def content_of(analysis: Analysis, format: Format) -> bytes:
    r"""Bytes of the file that `export` writes.

    Parameters
    ----------
    analysis
        The results.
    format
        One of `FORMATS`.

    Returns
    -------
    bytes

    Examples
    --------
    >>> import ganglioside as gg
    >>> content_of(gg.analyze(gg.example()), "mztab")[:17]
    b'MTD\tmzTab-version'
    """
    return _WRITERS[format](analysis)


def chosen_format(target: Path, format: str | None) -> Format:
    """Format that was given, or that of a file's ending.

    Parameters
    ----------
    target
        The file.
    format
        One of `FORMATS`; None: by the ending.

    Raises
    ------
    ExportError
        If it is no format.

    Examples
    --------
    >>> chosen_format(Path("verdicts.XLSX"), None)
    'xlsx'
    """
    wanted = (format or target.suffix.removeprefix(".")).lower()
    if wanted not in (BY_ENDING if format is None else FORMATS):
        raise ExportError(
            f"{quoted(wanted or 'No ending')} is no export format: name the file {ENDINGS}, or "
            f"give one of the formats {', '.join(FORMATS)}."
        )
    return wanted
