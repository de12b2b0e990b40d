"""Run of the report notebook, which writes its page."""

from __future__ import annotations

import dataclasses
import re
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Unpack

from ganglioside import errors
from ganglioside.errors import ReportError
from ganglioside.progress import Progress, ProgressCallback
from ganglioside.reading.options import ReadingKeywords, ReadingOptions
from ganglioside.reports.parameters import NO_PAGE, PAGE_ENDINGS, SETTINGS, Parameters
from ganglioside.reports.pdf import print_pdf, require_browser
from ganglioside.settings import Settings
from ganglioside.support import locations

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis
    from ganglioside.history import History

NOTEBOOK: Final = "session_report.ipynb"


def render_report(
    source: str | PathLike[str],
    out: str | PathLike[str] | None = None,
    *,
    settings: Settings | None = None,
    title: str | None = None,
    pdf: bool = False,
    history: History | None = None,
    save: bool = True,
    progress: ProgressCallback | None = None,
    **reading: Unpack[ReadingKeywords],
) -> Path:
    """Render the report of a table or a stored session as one HTML file.

    The analysis of a table is kept as a session, which the report names.

    Parameters
    ----------
    source
        Path of a feature table, or id of a session.
    out
        The HTML file; where None, `NAME.html` beside a table, or of a session in the current
        folder.
    settings
        Settings for the analysis of a table; a session keeps its own.
    title
        Heading; the input's name where None.
    pdf
        Whether to print a PDF beside it; needs a Chromium.
    history
        History of the session; the default one where None.
    save
        Whether the analysis of a table is kept.
    progress
        Called with each event (see `ganglioside.progress`); may raise `Cancelled`.
    **reading
        How a table is read: `columns`, `sheet`, `unit`, `header` of `read_features`; a session
        was read already.

    Returns
    -------
    pathlib.Path
        The HTML file.

    Raises
    ------
    ReportError
        If a parameter is refused, the input cannot be analysed, or a file cannot be written.
    HistoryError
        If there is no such session.

    Examples
    --------
    >>> from ganglioside.reports import render_report
    >>> render_report("liver.csv", "liver.html", pdf=True)  # doctest: +SKIP
    PosixPath('liver.html')
    """
    report = Progress(progress)
    values: dict[str, Any] = {"source": str(source), "title": title or "", "save": save, **reading}
    parameters = _parameters(values, settings, history)
    target = _target(parameters, out)
    if pdf:
        require_browser()
    report.done("loading", f"{parameters.source} is ready to be reported")
    from ganglioside.reports.report import history_at_hand

    with history_at_hand(history):
        run_notebook(dataclasses.replace(parameters, output=str(target.absolute())))
    report.done("verdicts", "The report notebook has run")
    if pdf:
        print_pdf(target, target.with_suffix(".pdf"))
    report.done("saving", f"Written to {target}")
    report.done("complete", f"Report of {parameters.source}")
    return target


def report_analysis(
    analysis: Analysis,
    out: str | PathLike[str] | None = None,
    *,
    title: str | None = None,
    pdf: bool = False,
) -> Path:
    """Render the report of an analysis as one HTML file.

    Parameters
    ----------
    analysis : Analysis
    out
        The HTML file; where None, the name of the input in the current folder.
    title
        Heading; the input's name where None.
    pdf
        Whether to print a PDF beside it; needs a Chromium.

    Returns
    -------
    pathlib.Path
        The HTML file.

    Raises
    ------
    ReportError
        If a file cannot be written.

    Examples
    --------
    >>> import ganglioside as gg
    >>> from ganglioside.reports import report_analysis
    >>> report_analysis(gg.analyze(gg.example()), "liver.html")  # doctest: +SKIP
    PosixPath('liver.html')
    """
    from ganglioside.reports.report import UNSAVED, analysis_at_hand

    parameters = Parameters(source=UNSAVED, title=title or "")
    target = _target(parameters, out or f"{Path(analysis.source.name).stem}.html")
    if pdf:
        require_browser()
    with analysis_at_hand(analysis):
        run_notebook(dataclasses.replace(parameters, output=str(target.absolute())))
    if pdf:
        print_pdf(target, target.with_suffix(".pdf"))
    return target


def _parameters(
    values: dict[str, Any], settings: Settings | None, history: History | None
) -> Parameters:
    """Parameters with the settings, and the source and history by their full names."""
    if history is not None:
        values["history"] = history.name
    if settings is not None:
        values |= {name: getattr(settings, name) for name in SETTINGS}
    parameters = Parameters.of(values)
    path = parameters.path
    if path is not None:
        return Parameters.of(values | {"source": str(path)})
    if settings is not None:
        raise ReportError("settings: a session keeps those it was analysed with.")
    if parameters.reading != ReadingOptions():
        raise ReportError("A session keeps the way in which it was read: give its file.")
    from ganglioside.history import History

    stored = history or History.open()
    sid = str(stored.session(parameters.source)["id"])
    return Parameters.of(values | {"source": sid, "history": stored.name})


def _target(parameters: Parameters, out: str | PathLike[str] | None) -> Path:
    target = Path(out) if out is not None else _usual_target(parameters)
    if target.suffix.lower() not in PAGE_ENDINGS:
        raise ReportError(f"out = {str(target)!r}: {NO_PAGE}")
    return target


def _usual_target(parameters: Parameters) -> Path:
    """Beside the table, or for a session in the current folder; never in the installation."""
    name = f"{Path(parameters.source).stem}.html"
    path = parameters.path
    if path is None or locations.is_installed(path):
        return Path(name)
    return path.with_name(name)


def run_notebook(parameters: Parameters) -> None:
    """Run the report notebook through papermill; it writes its page to `parameters.output`.

    The cells run in this process: see `engine`.

    Raises
    ------
    ReportError
        If a cell fails; the message is that of the failure.
    """
    import papermill
    from papermill.exceptions import PapermillExecutionError

    from ganglioside.reports.engine import NAME

    values = {name: getattr(parameters, name) for name in Parameters.__slots__}
    given = {name: value for name, value in values.items() if value not in (None, "", {})}
    try:
        papermill.execute_notebook(
            str(locations.reports() / NOTEBOOK),
            None,
            parameters=given,
            engine_name=NAME,
            progress_bar=False,
        )
    except PapermillExecutionError as error:
        raise ReportError(_failure(error)) from error


def _failure(error: Any) -> str:
    message = re.sub(r"\x1b\[[0-9;]*m", "", error.evalue)  # without the colours of a terminal
    if isinstance(getattr(errors, error.ename, None), type):
        return message
    return f"The report notebook failed: {error.ename}: {message}"
