"""Parameters of the report notebook, checked before anything runs."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ganglioside.errors import ReportError, SettingsError
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings
from ganglioside.support.whole_files import path_fault

#: Names that a kernel defines itself, besides those that begin with `_`.
_KERNEL_NAMES: Final = frozenset({"In", "Out"})

#: Types of values that papermill can pass on.
_PLAIN: Final = (str, int, float, list, dict, type(None))

#: Parameters that are settings of the analysis; None means the session's own, or the default.
SETTINGS: Final = (
    "r2_threshold",
    "outlier_threshold",
    "rt_tolerance",
    "sample_type",
    "polarity",
    "max_megabytes",
    "max_rows",
)


#: Endings of a report, and what is said of others.
PAGE_ENDINGS: Final = (".html", ".htm")
NO_PAGE: Final = "a report is an .html file."


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """Parameters of the report notebook.

    Attributes
    ----------
    source : str
        Path of a feature table, or id of a session.
    title : str
        Heading of the report; the input's name if empty.
    history : str
        File of the sessions; the default history if empty.
    output : str
        HTML file that the notebook writes itself; no file if empty.
    save : bool
        Whether the analysis of a table is kept as a session of the history.
    pictures : bool
        Whether each chart is also put into the page as a still picture, which is shown where no
        script runs. Without them, a page takes half of the time; the browser makes them for paper.
    r2_threshold, outlier_threshold, rt_tolerance, max_megabytes : float or None
    max_rows : int or None
    sample_type, polarity : str or None
        Settings for a table; a session keeps those it was analysed with.
    columns : dict of str to str or None
    sheet : str, int or None
    unit : str or None
    header : bool
        How a table is read, as `read_features` takes it; a session was read already.

    Raises
    ------
    ReportError
        If a value has the wrong type or is refused; the message names the parameter.

    Examples
    --------
    >>> from ganglioside.reports import Parameters
    >>> Parameters(source="liver.csv", rt_tolerance=0.02).given_settings()
    {'rt_tolerance': 0.02}
    >>> Parameters(source="")
    Traceback (most recent call last):
        ...
    ganglioside.errors.ReportError: source is empty: name a feature table or the id of a session.
    """

    source: str
    title: str = ""
    history: str = ""
    output: str = ""
    save: bool = True
    pictures: bool = True
    r2_threshold: float | None = None
    outlier_threshold: float | None = None
    rt_tolerance: float | None = None
    sample_type: str | None = None
    polarity: str | None = None
    max_megabytes: float | None = None
    max_rows: int | None = None
    columns: dict[str, str] | None = None
    sheet: str | int | None = None
    unit: str | None = None
    header: bool = True

    def __post_init__(self) -> None:
        for name in ("source", "title", "history", "output"):
            value = getattr(self, name)
            if not isinstance(value, str):
                raise ReportError(
                    f"{name} = {value!r}: text is needed. papermill takes it by -r instead of -p."
                )
        for name in ("save", "pictures", "header"):
            value = getattr(self, name)
            if not isinstance(value, bool):
                raise ReportError(f"{name} = {value!r}: True or False is needed.")
        if not self.source.strip():
            raise ReportError("source is empty: name a feature table or the id of a session.")
        try:
            Settings(**self.given_settings())
            _ = self.reading
        except SettingsError as error:
            raise ReportError(str(error)) from error
        self._require_page()

    def _require_page(self) -> None:
        """Refuse a report that is no page, or would replace the table that it is of.

        Raises
        ------
        ReportError
        """
        if self.output and Path(self.output).suffix.lower() not in PAGE_ENDINGS:
            raise ReportError(f"output = {self.output!r}: {NO_PAGE}")
        for name, path in (("source", self.source), ("output", self.output)):
            if fault := path_fault(path):
                raise ReportError(f"{name} = {path!r}: no file can be called so ({fault}).")
        table, page = Path(self.source).expanduser(), Path(self.output)
        if self.output and page.is_file() and table.is_file() and page.samefile(table):
            raise ReportError(
                f"{self.output} is the table itself, which its report would replace: name another "
                "file for the report."
            )

    def given_settings(self) -> dict[str, Any]:
        """Values of the settings that were given, by name."""
        values = {name: getattr(self, name) for name in SETTINGS}
        return {name: value for name, value in values.items() if value is not None}

    @property
    def reading(self) -> ReadingOptions:
        """How a table is read.

        Raises
        ------
        SettingsError
            If a value has the wrong type.
        """
        named = {} if self.columns is None else self.columns
        if not isinstance(named, dict):
            raise SettingsError(f"columns = {named!r}: a dict of headers by column is needed.")
        _require_types(named, self.sheet, self.unit)
        given = {"columns": list(named.items()), "sheet": self.sheet, "unit": self.unit}
        return ReadingOptions.from_dict({**given, "header": self.header})

    @property
    def path(self) -> Path | None:
        """Path of the table; None if `source` is the id of a session.

        Raises
        ------
        ReportError
            If `source` looks like a path and no file is there.
        """
        path = Path(self.source).expanduser()
        if path.is_file():
            return path.absolute()
        if path.suffix or len(path.parts) > 1:
            raise ReportError(f"{self.source}: there is no such file. Check the path.")
        return None

    @classmethod
    def of(cls, values: Mapping[str, object]) -> Parameters:
        """Parameters from a mapping; unknown names raise an error.

        Raises
        ------
        ReportError
            If a name is unknown or a value is refused.
        """
        known = [field.name for field in dataclasses.fields(cls)]
        if unknown := sorted(set(values) - set(known)):
            raise ReportError(
                f"Unknown parameter {', '.join(map(repr, unknown))}: the parameters are "
                f"{', '.join(known)}."
            )
        if "source" not in values:
            raise ReportError("source is missing: name a feature table or the id of a session.")
        return cls(**values)  # type: ignore[arg-type]

    @classmethod
    def of_notebook(cls, namespace: Mapping[str, object]) -> Parameters:
        """Parameters among the globals of a notebook that has set nothing else before.

        papermill runs a notebook with misspelt parameters too, after a warning: here they are
        refused.
        """
        return cls.of(
            {
                name: value
                for name, value in namespace.items()
                if isinstance(value, _PLAIN)
                and not name.startswith("_")
                and name not in _KERNEL_NAMES
            }
        )


def _require_types(columns: dict[Any, Any], sheet: object, unit: object) -> None:
    """Refuse options of reading of the wrong type, each by its name.

    Raises
    ------
    SettingsError
    """
    wrong = " is not among the options of reading: "
    for name, header in columns.items():
        if not (isinstance(name, str) and isinstance(header, str)):
            raise SettingsError(
                f"columns = {{{name!r}: {header!r}}}{wrong}columns and headers are texts, also a "
                f"header that is a number: write {{'Name': '{header}'}}."
            )
    if isinstance(sheet, bool) or not isinstance(sheet, str | int | None):
        raise SettingsError(f"sheet = {sheet!r}{wrong}a name or a whole number from 0 is needed.")
    if not isinstance(unit, str | None):
        raise SettingsError(f"unit = {unit!r}{wrong}a text is needed, min or s.")
