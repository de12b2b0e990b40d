"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from ganglioside.exporting.formats import FORMATS as FORMATS
from ganglioside.exporting.formats import Format as Format
from ganglioside.settings import Polarity as Polarity
from ganglioside.settings import SampleType as SampleType
from ganglioside.settings import Settings, setting_specs

_SPECS = setting_specs()


def _threshold(name: str) -> Any:
    """Option of a numeric setting, with its range and help."""
    spec = _SPECS[name]
    unit = f", {spec.unit}" if spec.unit else ""
    return typer.Option(
        f"--{name.replace('_', '-')}",
        min=spec.low,
        max=spec.high,
        help=f"{spec.help} ({spec.label}{unit})",
        rich_help_panel="Settings",
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

DEFAULTS: Final = Settings()
