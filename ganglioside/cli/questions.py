"""Commands on one feature (explain, suggest), and the library of expected ions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from ganglioside.cli import output
from ganglioside.cli.options import (
    NO_OPTIONS,
    Changes,
    Json,
    TableOrSession,
    require_other_file,
    with_options,
)
from ganglioside.reading.options import ReadingOptions
from ganglioside.support.formatting import counted

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis

Feature = Annotated[
    str | None,
    typer.Argument(
        metavar="FEATURE",
        help="Name of the feature, such as 'GM3(36:1;O2)', or its number (feature_id).",
        show_default=False,
    ),
]
Row = Annotated[
    int | None,
    typer.Option("--row", help="Row of the feature in the file, instead of FEATURE.", min=1),
]

#: Columns of suggested names, with their headings.
_SUGGESTED: Final = {
    "name": "name",
    "isomer": "isomer",
    "process": "by",
    "predicted_rt": "expected RT (min)",
    "difference": "RT - expected (min)",
    "sigma": "sigma",
    "mass_difference_mda": "mDa",
    "ppm": "ppm",
    "basis": "basis",
    "note": "note",
}


@with_options
def explain(
    source: TableOrSession,
    feature: Feature = None,
    row: Row = None,
    chart: Annotated[
        Path | None, typer.Option(help="Draw it: a .png, .svg, .pdf or .html file.")
    ] = None,
    as_json: Json = False,
    *,
    changes: Changes,
    reading: ReadingOptions,
) -> None:
    """Show all explanations of one feature with their probabilities."""
    asked = _asked(feature, row)
    analysis = _analysis(source, changes, reading)
    explanation = analysis.explain(asked, row=row)
    if as_json:
        output.json_document(
            {
                "feature_id": explanation.feature_id,
                "name": explanation.name,
                "rt": explanation.rt,
                "verdict": explanation.verdict,
                "confidence": explanation.confidence,
                "reason": explanation.reason,
                "hypotheses": output.records(explanation.table),
            }
        )
    else:
        output.text(explanation.text)
    if chart is not None:
        from ganglioside import charts

        output.note(f"Chart: {charts.save(charts.hypotheses(explanation), chart)}")


@with_options
def suggest(
    source: TableOrSession,
    feature: Feature = None,
    row: Row = None,
    n: Annotated[int, typer.Option("-n", help="How many names at most.", min=1)] = 5,
    as_json: Json = False,
    *,
    changes: Changes,
    reading: ReadingOptions,
) -> None:
    """Suggest names for a feature: of the same mass, and expected at its RT."""
    asked = _asked(feature, row)
    analysis = _analysis(source, changes, reading)
    suggested = analysis.suggest(asked, n, row=row)
    if as_json:
        output.json_document(output.records(suggested))
    elif suggested.empty:
        output.note("No name of this mass is expected at the RT of this feature.")
    else:
        from ganglioside.lipids.process_words import processes_in_words

        words = processes_in_words(suggested["process"])
        output.frame(suggested.assign(process=words), _SUGGESTED)


@with_options
def library(
    source: TableOrSession,
    out: Annotated[Path, typer.Option(help="The CSV file.", show_default=False)],
    skyline: Annotated[
        bool, typer.Option("--skyline", help="Write Skyline's small-molecule transition list.")
    ] = False,
    series: Annotated[
        list[str] | None,
        typer.Option(help="Head group, may be repeated.", show_default="all of the table"),
    ] = None,
    ceramide: Annotated[
        list[str] | None,
        typer.Option(help="Such as 36:1;O2, may be repeated.", show_default="of valid features"),
    ] = None,
    adduct: Annotated[
        list[str] | None,
        typer.Option(help="Such as [M-2H]2-, may be repeated.", show_default="by sialic acids"),
    ] = None,
    minutes: Annotated[
        float | None,
        typer.Option(
            help="Width of the RT windows, min.", show_default="95 % intervals", min=0.001, max=999
        ),
    ] = None,
    *,
    changes: Changes,
    reading: ReadingOptions,
) -> None:
    """Write an inclusion list: expected RT and m/z of species."""
    require_other_file(out, [Path(source)])
    analysis = _analysis(source, changes, reading)
    listed = analysis.expected_library(
        series, ceramide, adduct, "95%" if minutes is None else minutes
    )
    from ganglioside.exporting import export_library

    target = export_library(listed, out, "skyline" if skyline else "generic")
    output.note(f"{counted(len(listed), 'ion')} written to {target}")


def _asked(feature: str | None, row: int | None) -> int | str | None:
    """The feature that is asked about: its number or its name; None where its row is given.

    Raises
    ------
    typer.BadParameter
        If both are given, or neither.
    """
    if (feature is None) is (row is None):
        raise typer.BadParameter("name one feature, or give its --row", param_hint="FEATURE")
    return int(feature) if feature is not None and feature.isdecimal() else feature


def _analysis(source: str, changes: Changes, reading: ReadingOptions) -> Analysis:
    """Analysis of a file, or of a session with the settings that were given.

    Raises
    ------
    typer.BadParameter
        If a session is to be read in another way.
    """
    path = Path(source)
    if not path.is_file() and not path.suffix and len(path.parts) == 1:
        if reading != NO_OPTIONS:
            raise typer.BadParameter(
                f"there is no file {source!r}, and a session keeps the way in which it was read: "
                "give the file to read it in another way",
                param_hint="FILE|ID",
            )
        return _session(source, changes)
    from ganglioside.analysis import analyze

    with output.progress_bar(path.name) as progress:
        return analyze(path, changes.of_table, progress, **reading.keywords)


def _session(sid: str, changes: Changes) -> Analysis:
    """Analysis of a session, decided again if settings are given."""
    from ganglioside.history import History

    stored = History.open().load(sid)
    return stored.redecide(stored.settings.changed(**changes)) if changes else stored
