"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

import typer

from ganglioside.exporting.formats import ENDINGS as ENDINGS
from ganglioside.exporting.formats import FORMATS as FORMATS
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Polarity as Polarity
from ganglioside.settings import SampleType as SampleType
from ganglioside.settings import Settings, setting_specs

_SPECS = setting_specs()


def _threshold(name: str, panel: str = "Settings") -> Any:
    """Option of a numeric setting, with its range and help."""
    spec = _SPECS[name]
    unit = f", {spec.unit}" if spec.unit else ""
    return typer.Option(
        f"--{name.replace('_', '-')}",
        min=spec.low,
        max=spec.high,
        help=f"{spec.help} ({spec.label}{unit})",
        rich_help_panel=panel,
    )


R2Threshold = Annotated[float, _threshold("r2_threshold")]
OutlierThreshold = Annotated[float, _threshold("outlier_threshold")]
RtTolerance = Annotated[float, _threshold("rt_tolerance")]
Sample = Annotated[
    SampleType,
    typer.Option("--sample-type", help="Species of the sample.", rich_help_panel="Settings"),
]
OfPolarity = Annotated[
    Polarity,
    typer.Option(
        "--polarity",
        help="Polarity of the instrument; auto: that of the table's ions.",
        rich_help_panel="Settings",
    ),
]

InputFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Feature table: CSV, TSV, XLSX or Parquet.", show_default=False
    ),
]
InputFiles = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Feature tables: CSV, TSV, XLSX or Parquet.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
NoSave = Annotated[bool, typer.Option("--no-save", help="Do not keep the analysis as a session.")]


def _reading(*names: str, **more: Any) -> Any:
    """Option of how a file is read."""
    return typer.Option(*names, rich_help_panel="Reading", **more)


Columns = Annotated[
    list[str],
    _reading("--column", metavar="NAME=HEADER", help="Header of an input column: RT='t (min)'."),
]
SampleColumn = Annotated[
    str | None, _reading("--sample", metavar="HEADER", help="Column that holds the sample.")
]
Sheet = Annotated[str | None, _reading("--sheet", help="Worksheet to read, alone.")]
Unit = Annotated[str | None, _reading("--unit", metavar="min|s", help="Unit of RT.")]
NoHeader = Annotated[
    bool,
    _reading("--no-header", help="The first line holds data: columns are 'column 1', 'column 2'."),
]
MaxMegabytes = Annotated[float, _threshold("max_megabytes", panel="Reading")]
MaxRows = Annotated[int, _threshold("max_rows", panel="Reading")]


def reading_options(
    columns: list[str], sample: str | None, sheet: str | None, unit: str | None, no_header: bool
) -> ReadingOptions:
    """Options of reading that were given on the command line.

    Raises
    ------
    typer.BadParameter
        If a column is not given as NAME=HEADER.
    """
    named = {}
    for text in columns:
        name, sign, header = text.partition("=")
        if not (sign and name.strip() and header.strip()):
            raise typer.BadParameter(
                f"{text!r} is not NAME=HEADER, such as RT='t (min)'", param_hint="--column"
            )
        named[name.strip()] = header.strip()
    if sample is not None:
        named["Sample"] = sample
    return ReadingOptions.of(named, sheet, unit, header=not no_header)


DEFAULTS: Final = Settings()
NO_OPTIONS: Final = ReadingOptions()

if TYPE_CHECKING:
    Format = str
else:
    Format = Literal[FORMATS]  # so that the command line offers and checks them
