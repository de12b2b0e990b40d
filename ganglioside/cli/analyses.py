"""Commands on feature tables: analyze, predict, report, simulate."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from ganglioside.cli import output
from ganglioside.cli.options import (
    BY_ENDING,
    ENDINGS,
    NO_OPTIONS,
    YOUR_FILE,
    Changes,
    InputFile,
    InputFiles,
    Json,
    NoSave,
    TableOrSession,
    require_other_file,
    with_options,
)
from ganglioside.cli.stored import open_history
from ganglioside.errors import GangliosideError
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.wordings import worded
from ganglioside.settings import Settings
from ganglioside.support.formatting import counted

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis
    from ganglioside.history import History

    Run = Callable[[Path | list[Path]], tuple[str | None, Analysis]]


#: Endings that look like those of files; folders may be called `results.2024`.
_ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,5}")

#: Columns of predictions, with their headings.
_PREDICTED: Final = {
    "name": "name",
    "isomer": "isomer",
    "predicted_rt": "expected RT (min)",
    "lower": "from",
    "upper": "to (95 %)",
    "basis": "basis",
}


@with_options
def analyze(
    files: InputFiles,
    out: Annotated[
        Path | None,
        typer.Option(help=f"Write the verdicts: a {ENDINGS} file, or a folder."),
    ] = None,
    report_folder: Annotated[
        Path | None, typer.Option("--report", help="Render a report of each table in this folder.")
    ] = None,
    study: Annotated[
        bool, typer.Option("--study", help="The files are samples of one study, judged together.")
    ] = False,
    name: Annotated[str | None, typer.Option(help="Name of the session.")] = None,
    no_save: NoSave = False,
    as_json: Json = False,
    *,
    settings: Settings,
    reading: ReadingOptions,
) -> None:
    """Judge every feature of one or more tables.

    A table that is refused does not stop the others; the exit code is then 1.
    """
    if no_save and name is not None:
        raise typer.BadParameter(
            "with --no-save there is no session to name: leave one of the two out",
            param_hint="--name",
        )
    jobs = _jobs(files, out, report_folder, study=study)
    for job in jobs:
        require_other_file(job.verdicts, files)
        require_other_file(job.report, files, "--report")
    history = None if no_save else open_history()
    run = partial(
        _run, settings=settings, history=history, name=name, reading=reading, silent=as_json
    )
    documents = [_carry_out(job, run, as_json=as_json) for job in jobs]
    if as_json:
        output.json_document(documents)
    if any("error" in document for document in documents):
        raise typer.Exit(1)


@with_options
def annotate(
    file: InputFile,
    out: Annotated[
        Path | None,
        typer.Option(help="The file to write.", show_default="NAME.annotated beside it"),
    ] = None,
    *,
    settings: Settings,
    reading: ReadingOptions,
) -> None:
    """Write FILE again, with the verdicts in columns behind its own."""
    from ganglioside.exporting import ending_of, export

    require_other_file(out, [file])
    _, analysis = _run(file, settings, reading=reading)
    ending = ending_of(YOUR_FILE, analysis.source)
    target = out or file.with_name(f"{file.stem}.annotated{ending}")
    output.note(f"Annotated: {export(analysis, target, YOUR_FILE)}")


@with_options
def predict(
    file: InputFile,
    names: Annotated[
        list[str], typer.Argument(metavar="NAME", help="Names, such as 'GM1(38:1;O2)'.")
    ],
    as_json: Json = False,
    *,
    settings: Settings,
    reading: ReadingOptions,
) -> None:
    """Predict where names elute, from the table in FILE.

    A name that cannot be read does not stop the others; the exit code is then 1.
    """
    _, analysis = _run(file, settings, reading=reading, silent=as_json)
    readable, refused = _readable(names)
    predicted = analysis.predict(readable)
    if as_json:
        output.json_document(output.records(predicted))
    elif readable:
        output.frame(predicted, _PREDICTED)
    for refusal in refused:
        output.error(refusal)
    if refused:
        raise typer.Exit(1)


def _readable(names: list[str]) -> tuple[list[str], list[str]]:
    """Names that can be read, and the refusals of the others."""
    from ganglioside.errors import NameFormError
    from ganglioside.lipids.names import parse_name

    readable, refused = [], []
    for name in names:
        try:
            parse_name(name)
            readable.append(name)
        except NameFormError as refusal:
            refused.append(f"{refusal} {refusal.advice}")
    return readable, refused


@with_options
def report(
    source: TableOrSession,
    out: Annotated[
        Path | None, typer.Option(help="The HTML file.", show_default="NAME.html beside the table")
    ] = None,
    title: Annotated[str | None, typer.Option(help="Title of the report.")] = None,
    pdf: Annotated[bool, typer.Option("--pdf", help="Write a PDF beside it.")] = False,
    no_save: NoSave = False,
    *,
    changes: Changes,
    reading: ReadingOptions,
) -> None:
    """Render the report of a table or a stored session as one HTML file.

    The analysis of a table is kept as a session.
    """
    # A session keeps its own settings, and refuses any that is given.
    given = changes.of_table if changes else None
    _render(source, out, given, reading, title=title, pdf=pdf, save=not no_save)


def simulate(
    seed: Annotated[int, typer.Option(help="Same seed, same table.", min=0, max=2**32 - 1)] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Where to write it.", show_default="standard output")
    ] = None,
    truth: Annotated[Path | None, typer.Option(help="Write the truth as CSV to this file.")] = None,
) -> None:
    """Simulate a feature table with known truth, as CSV."""
    from ganglioside.exporting.formats import require_ending
    from ganglioside.simulation import simulate as make_table
    from ganglioside.support.whole_files import write_whole

    if out is not None and truth is not None and out.absolute() == truth.absolute():
        raise typer.BadParameter("table and truth need a file each", param_hint="--truth")
    for target in filter(None, (out, truth)):
        require_ending(target, "csv")
    table = make_table(seed=seed)
    if truth is not None and table.truth is not None:
        write_whole(truth, table.truth.to_csv(index=False).encode())
        output.note(f"Truth written to {truth}")
    if out is None:
        typer.echo(table.source.content.decode(), nl=False)
    else:
        write_whole(out, table.source.content)
        output.note(f"{counted(len(table), 'feature')} written to {out}")


@dataclass(frozen=True, slots=True)
class _Job:
    """One table or study to analyse, and the files of its verdicts and its report."""

    files: list[Path]
    verdicts: Path | None
    report: Path | None

    @property
    def source(self) -> Path | list[Path]:
        """Input of the analysis."""
        return self.files if len(self.files) > 1 else self.files[0]

    @property
    def label(self) -> str:
        """Short name for headings."""
        return _label(self.source)

    @property
    def path(self) -> str:
        """Path of a table, or the label of a study."""
        return str(self.files[0]) if len(self.files) == 1 else self.label


def _label(source: Path | list[Path]) -> str:
    """File name of a table, or the number of files of a study."""
    return f"study of {len(source)} files" if isinstance(source, list) else source.name


def _jobs(
    files: list[Path], out: Path | None, report_folder: Path | None, *, study: bool = False
) -> list[_Job]:
    """One job for each file, or one for the study of all.

    Raises
    ------
    typer.BadParameter
        If the results of two tables would go into one file, or a study has a file twice.
    """
    named = out is not None and not out.is_dir() and out.suffix.lower()[1:] in BY_ENDING
    if out is not None and not named and not out.is_dir() and _ENDING.fullmatch(out.suffix):
        raise typer.BadParameter(
            f"no format is called {out.suffix}: name a {ENDINGS} file, or a folder (one called "
            f"{out} has to be there already)",
            param_hint="--out",
        )

    def job(inputs: list[Path], stem: str) -> _Job:
        verdicts = out if named or out is None else out / f"{stem}.verdicts.csv"
        report = None if report_folder is None else report_folder / f"{stem}.html"
        return _Job(inputs, verdicts, report)

    if study:
        if len({file.resolve() for file in files}) < len(files):
            raise typer.BadParameter(
                "a file is named twice: it would count as two samples", param_hint="FILES"
            )
        return [job(files, "study")]
    if named and len(files) > 1:
        raise typer.BadParameter("several tables need a folder", param_hint="--out")
    if (out or report_folder) and len({file.stem for file in files}) < len(files):
        raise typer.BadParameter(
            "two tables have the same name: their results would replace each other",
            param_hint="FILES",
        )
    return [job([file], file.stem) for file in files]


def _carry_out(job: _Job, run: Run, *, as_json: bool) -> dict[str, Any]:
    """Analyse one table, write its files, and return its JSON document or its error."""
    try:
        sid, analysis = run(job.source)
        if not as_json:
            output.analysis_summary(job.label, analysis)
        if sid is not None:
            output.note(f"Saved as session {sid}: ganglioside history show {sid}")
        if job.verdicts is not None:
            _write(analysis, job.verdicts)
        if job.report is not None:
            _render_job(job, sid, analysis)
        return _document(job, sid, analysis) if as_json else {}
    except GangliosideError as refusal:
        output.error(f"{job.path}: {refusal}")
        return {"file": job.path, "error": worded(str(refusal), "shell")}


def _render_job(job: _Job, sid: str | None, analysis: Analysis) -> None:
    """Render the report of a table that was analysed: of its session, if it has one."""
    if sid is not None:
        _render(sid, job.report)
        return
    from ganglioside.reports.render import report_analysis

    # What was read is at hand: a pipe could not be read again, and a file may have changed.
    output.note(f"Report: {report_analysis(analysis, job.report)}")


def _run(
    file: Path | list[Path],
    settings: Settings,
    history: History | None = None,
    name: str | None = None,
    reading: ReadingOptions = NO_OPTIONS,
    *,
    silent: bool = False,
) -> tuple[str | None, Analysis]:
    """Session (None without a history) and analysis of a table or study, with a progress bar.

    What was read is printed first, unless `silent`.
    """
    from ganglioside.analysis import analyze as judge
    from ganglioside.reading.features import read_with

    table = read_with(file, settings, reading)
    if not silent:
        output.reading_report(table.report)
    with output.progress_bar(_label(file)) as progress:
        if history is None:
            return None, judge(table, settings, progress)
        return history.run(table, settings, name, progress)


def _write(analysis: Analysis, target: Path) -> None:
    """Write the verdicts to a file, and print its path."""
    from ganglioside.errors import UnwritableError
    from ganglioside.exporting import export
    from ganglioside.support.whole_files import made_folder

    try:
        made_folder(target.parent)
    except OSError as error:
        raise UnwritableError(
            f"The folder {target.parent} cannot be made: {error.strerror}. Name another one."
        ) from error
    output.note(f"Verdicts: {export(analysis, target)}")


def _document(job: _Job, sid: str | None, analysis: Analysis) -> dict[str, Any]:
    """JSON document of an analysed table."""
    from ganglioside.exporting.document import document_of

    return {"file": job.path, "session_id": sid, **document_of(analysis)}


def _render(
    source: Path | str,
    target: Path | None,
    settings: Settings | None = None,
    reading: ReadingOptions = NO_OPTIONS,
    *,
    title: str | None = None,
    pdf: bool = False,
    save: bool = True,
) -> None:
    """Render a report, and print its path."""
    from ganglioside.reports import render_report

    with output.progress_bar("report") as progress:
        page = render_report(
            source, target, settings=settings, title=title, pdf=pdf, save=save, progress=progress,
            **reading.keywords,
        )  # fmt: skip
    output.note(f"Report: {page}")
    if pdf:
        output.note(f"PDF: {page.with_suffix('.pdf')}")
