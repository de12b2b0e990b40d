"""Options that several commands share.

A command takes `settings: Settings` and `reading: ReadingOptions`, and `with_options` gives it the
options of the command line that these are made of. So each option is defined once, here.
"""

from __future__ import annotations

import copy
import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, get_args

import typer

from ganglioside.errors import SettingsError
from ganglioside.exporting.formats import BY_ENDING as BY_ENDING
from ganglioside.exporting.formats import ENDINGS as ENDINGS
from ganglioside.exporting.formats import FORMATS as FORMATS
from ganglioside.exporting.formats import USUAL as USUAL
from ganglioside.exporting.formats import YOUR_FILE as YOUR_FILE
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Polarity, SampleType, Settings, setting_specs

_SPECS = setting_specs()

DEFAULTS: Final = Settings()
NO_OPTIONS: Final = ReadingOptions()

InputFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="Feature table: CSV, TSV, XLSX or Parquet.", show_default=False
    ),
]
InputFiles = Annotated[
    list[Path], typer.Argument(metavar="FILE", help="Feature tables: CSV, TSV, XLSX or Parquet.")
]
TableOrSession = Annotated[
    str, typer.Argument(metavar="FILE|ID", help="A feature table, or the id of a session.")
]
Json = Annotated[bool, typer.Option("--json", help="Write JSON to standard output.")]
NoSave = Annotated[bool, typer.Option("--no-save", help="Do not keep the analysis as a session.")]

if TYPE_CHECKING:
    Format = str
else:
    Format = Literal[FORMATS]  # so that the command line offers and checks them


SessionFormat = Annotated[
    Format | None,
    typer.Option(
        "--format",
        help="Kind of file of one session.",
        show_default="by the ending of --out, or csv",
    ),
]


def form_of(out: Path | None, given: Format | None) -> Format:
    """Format of the file of a session: the one given, or that which the file's ending names.

    Raises
    ------
    ExportError
        If the ending names none.
    """
    if given is not None or out is None or not out.suffix:
        return given or USUAL
    from ganglioside.exporting.files import chosen_format

    return chosen_format(out, None)


def require_other_file(out: Path | None, inputs: Iterable[Path], option: str = "--out") -> None:
    """Refuse a file of results that is one of the tables: it would be lost.

    Raises
    ------
    typer.BadParameter
    """
    if out is None or not out.is_file():  # devices may be read and written
        return
    for table in inputs:
        if table.exists() and out.samefile(table):
            raise typer.BadParameter(
                f"{out} is the table {table}, which the results would replace: name another file",
                param_hint=option,
            )


def _option(*names: str, panel: str, **more: Any) -> Any:
    """Option in a panel of the help."""
    return typer.Option(*names, rich_help_panel=panel, **more)


def _number(name: str, panel: str = "Settings") -> Any:
    """Option of a numeric setting, with its range and help."""
    spec = _SPECS[name]
    unit = f" {spec.unit}" if spec.unit else ""
    span = f"{spec.low:g} to {spec.high:,.10g}"

    def in_range(value: Any) -> Any:
        """The value, if the settings take it; the message names it and the range."""
        if value is None:
            return value
        try:
            DEFAULTS.changed(**{name: value})
        except SettingsError as refusal:
            raise typer.BadParameter(str(refusal).removeprefix(f"{name} = ")) from None
        return value

    return _option(
        f"--{name.replace('_', '-')}",
        panel=panel,
        callback=in_range,
        help=f"{spec.help} ({spec.label}, {span}{unit})",
    )


_reading = functools.partial(_option, panel="Reading")
_setting = functools.partial(_option, panel="Settings")


def _settings(
    *,
    r2_threshold: Annotated[float, _number("r2_threshold")] = DEFAULTS.r2_threshold,
    outlier_threshold: Annotated[float, _number("outlier_threshold")] = DEFAULTS.outlier_threshold,
    rt_tolerance: Annotated[float, _number("rt_tolerance")] = DEFAULTS.rt_tolerance,
    sample_type: Annotated[
        SampleType, _setting("--sample-type", help="Species of the sample.")
    ] = DEFAULTS.sample_type,
    polarity: Annotated[
        Polarity,
        _setting("--polarity", help="Polarity of the instrument; auto: that of the table's ions."),
    ] = DEFAULTS.polarity,
    max_megabytes: Annotated[
        float, _number("max_megabytes", panel="Reading")
    ] = DEFAULTS.max_megabytes,
    max_rows: Annotated[int, _number("max_rows", panel="Reading")] = DEFAULTS.max_rows,
) -> Settings:
    """Settings that were given on the command line."""
    return Settings(
        r2_threshold=r2_threshold,
        outlier_threshold=outlier_threshold,
        rt_tolerance=rt_tolerance,
        sample_type=sample_type,
        polarity=polarity,
        max_megabytes=max_megabytes,
        max_rows=max_rows,
    )


def _reading_options(
    *,
    column: Annotated[
        list[str],
        _reading(
            "--column", metavar="NAME=HEADER", help="Header of an input column: RT='t (min)'."
        ),
    ] = [],  # noqa: B006 - typer copies it
    sample: Annotated[
        str | None, _reading("--sample", metavar="HEADER", help="Column that holds the sample.")
    ] = None,
    sheet: Annotated[
        str | None, _reading("--sheet", help="Worksheet to read, alone; by name or number from 0.")
    ] = None,
    unit: Annotated[str | None, _reading("--unit", metavar="min|s", help="Unit of RT.")] = None,
    no_header: Annotated[
        bool,
        _reading(
            "--no-header", help="The first line holds data: columns are 'column 1', 'column 2'."
        ),
    ] = False,
) -> ReadingOptions:
    """Options of reading that were given on the command line.

    Raises
    ------
    typer.BadParameter
        If a column is not given as NAME=HEADER.
    """
    named = dict(map(_named_column, column))
    if sample is not None:
        named["Sample"] = sample
    return ReadingOptions.of(named, sheet, unit, header=not no_header)


def _named_column(text: str) -> tuple[str, str]:
    """Input column and the header that the user named for it."""
    name, sign, header = text.partition("=")
    if not (sign and name.strip() and header.strip()):
        raise typer.BadParameter(
            f"{text!r} is not NAME=HEADER, such as RT='t (min)'", param_hint="--column"
        )
    return name.strip(), header.strip()


@dataclass(frozen=True, slots=True)
class _Group:
    """Options of the command line that one value is made of."""

    make: Callable[..., object]

    @property
    def options(self) -> Mapping[str, inspect.Parameter]:
        """The options by name."""
        return inspect.signature(self.make, eval_str=True).parameters

    def taken_from(self, given: dict[str, Any]) -> object:
        """The value; its options are taken out of those that were given."""
        return self.make(**{name: given.pop(name) for name in self.options})


class Changes(dict[str, Any]):
    """Settings that were given on the command line, by name; all others stay as they are.

    For a session those are its own: one that is given differs from one that is not, also where it
    is the default.
    """

    @property
    def of_table(self) -> Settings:
        """Settings of a table: defaults, but for those that were given."""
        return DEFAULTS.changed(**self)


def _changes(**given: Any) -> Changes:
    """Settings that were given on the command line."""
    return Changes({name: value for name, value in given.items() if value is not None})


def _unless_given(option: inspect.Parameter) -> inspect.Parameter:
    """Option of a setting that stays as it is unless it is given."""
    kind, shown = get_args(option.annotation)
    shown = copy.copy(shown)
    shown.show_default = f"{option.default}, or the session's"
    return option.replace(default=None, annotation=Annotated[kind | None, shown])


_changes.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
    [_unless_given(option) for option in _Group(_settings).options.values()]
)

#: Values that commands take, by their type.
_GROUPS: Final = {
    Settings: _Group(_settings),
    Changes: _Group(_changes),
    ReadingOptions: _Group(_reading_options),
}


def with_options(command: Callable[..., None]) -> Callable[..., None]:
    """Command whose `settings` and `reading` are given as the options that they are made of.

    Parameters
    ----------
    command
        Function whose parameters of the types `Settings` and `ReadingOptions` have no default.

    Examples
    --------
    >>> import inspect
    >>> @with_options
    ... def show(file: str, settings: Settings) -> None: ...
    >>> list(inspect.signature(show).parameters)[:3]
    ['file', 'r2_threshold', 'outlier_threshold']
    """
    parameters = inspect.signature(command, eval_str=True).parameters
    groups = {p.name: _GROUPS[p.annotation] for p in parameters.values() if p.annotation in _GROUPS}

    @functools.wraps(command)
    def run(**given: Any) -> None:
        values = {name: group.taken_from(given) for name, group in groups.items()}
        command(**given, **values)

    own = [p for p in parameters.values() if p.name not in groups]
    shared = [option for group in groups.values() for option in group.options.values()]
    taken = [p.replace(kind=inspect.Parameter.KEYWORD_ONLY) for p in (*own, *shared)]
    run.__signature__ = inspect.Signature(taken)  # type: ignore[attr-defined]
    run.__annotations__ = {p.name: p.annotation for p in taken}
    return run
