"""One report: an analysis and the parts of its page, in the order of the notebook."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, partial
from os import PathLike
from pathlib import Path
from typing import Any, Final

import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from ganglioside import charts
from ganglioside.amounts.accepted import number_of_samples
from ganglioside.analysis import Analysis, analyze
from ganglioside.charts.feature_marks import MANY_POINTS
from ganglioside.charts.files import javascript, json_for_html, png, spec, still, svg
from ganglioside.charts.overviews import series_panels
from ganglioside.charts.palette import DARK, PAPER
from ganglioside.charts.vega import Spec, View
from ganglioside.columns import VERDICT_KINDS
from ganglioside.errors import ExportError, ReportError
from ganglioside.history import History
from ganglioside.history.location import URLS
from ganglioside.lipids.process_words import process_words
from ganglioside.reading.options import ReadingOptions
from ganglioside.reading.wordings import worded
from ganglioside.reports import citation, content
from ganglioside.reports.figures import Figure, planned, series_in_order
from ganglioside.reports.methods_text import methods_text
from ganglioside.reports.next_steps import next_steps
from ganglioside.reports.parameters import Parameters
from ganglioside.reports.results import species_rows, wrong_names
from ganglioside.settings import Settings
from ganglioside.support import formatting
from ganglioside.support.whole_files import made_folder, write_whole


@cache
def templates() -> Environment:
    """Templates of the page; all values that they insert are escaped."""
    environment = Environment(
        loader=PackageLoader("ganglioside.reports"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.globals["most_rows"] = content.MOST_ROWS
    environment.globals["longest_in_line"] = content.LONGEST_IN_LINE
    environment.globals["verdict_kinds"] = VERDICT_KINDS
    environment.globals["dark_colours"] = Markup(json_for_html({**DARK, "white": DARK[PAPER]}))
    environment.globals["verdict_paths"] = {kind.name: kind.path for kind in VERDICT_KINDS}
    environment.globals["counted"] = formatting.counted
    environment.filters["number"] = _number
    environment.filters["known"] = _known
    environment.filters["worded"] = partial(worded, place="report")
    environment.filters["in_words"] = _in_words
    environment.filters["percent_number"] = partial(formatting.percent_number, missing="")
    environment.filters["confidence"] = partial(formatting.confidence, missing="")
    column = partial(formatting.minutes, missing="", unit="")
    environment.filters["minutes"] = column
    environment.filters["minutes_apart"] = partial(column, signed=True)
    environment.filters["area"] = partial(formatting.area, missing="")
    return environment


def _number(value: object, form: str) -> str:
    return "" if pd.isna(value) else format(value, form)  # type: ignore[call-overload]


def _known(value: object) -> str:
    return "" if pd.isna(value) else str(value)  # type: ignore[call-overload]


def _in_words(process: object) -> str:
    return "" if pd.isna(process) else process_words(str(process))  # type: ignore[call-overload]


@dataclass(frozen=True, slots=True)
class Part:
    """Part of the page; notebooks display it as HTML."""

    html: str

    def _repr_html_(self) -> str:
        return self.html


@dataclass(frozen=True, eq=False)
class Report:
    """Analysis with the parts of its report.

    Attributes
    ----------
    analysis : Analysis
    title : str
    session_id : str or None
        Id of the stored session, if there is one.
    made : str
        Date and time of the report, UTC.
    pictures : bool
        Whether charts are also put into the page as still pictures.
    shown : dict of str to str
        HTML of the parts made so far, in order: the body that `write` writes.
    """

    analysis: Analysis
    title: str
    session_id: str | None
    made: str
    pictures: bool = True
    shown: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, parameters: Parameters) -> Report:
        """Report of a table, which is analysed, or of a stored session.

        Raises
        ------
        ReadError, ValidationError, HistoryError, ReportError
            If the table cannot be read, or there is no such session.
        """
        analysis, sid = _open(parameters)
        made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
        title = parameters.title or f"Gangliosides of {Path(analysis.source.name).stem}"
        return cls(analysis, title, sid, made, parameters.pictures)

    @property
    def n_samples(self) -> int:
        """Number of samples that the table names."""
        return number_of_samples(self.analysis.features)

    def headline(self) -> Part:
        """Headline numbers."""
        return self._part(
            "headline",
            warnings=content.warnings(self.analysis),
            tiles=content.tiles(self.analysis),
            legend=content.legend(self.analysis),
        )

    def figure(self, name: str) -> Part:
        """Figure of the report: profile, retention, normalised, predicted, residuals, fragments.

        Raises
        ------
        KeyError
            If there is no such figure (`data/figures.csv`).
        """
        return self._figure(planned(name, self.analysis))

    def species(self) -> Part:
        """Table 1: the accepted species with their areas and shares."""
        rows = species_rows(self.analysis)
        shown = rows.head(content.MOST_ROWS)
        return self._part(
            "species",
            rows=list(shown.itertuples(index=False)),
            total=len(rows),
            on_paper=content.MOST_SPECIES,
            n_samples=self.n_samples,
            has_areas=bool(rows["area_consolidated"].notna().any()),
        )

    def wrong_names(self) -> Part:
        """Table 2: what is not to be published under its name, by area."""
        rows = wrong_names(self.analysis)
        shown = rows.head(content.MOST_ROWS)
        return self._part(
            "wrong_names",
            rows=list(shown.itertuples(index=False)),
            total=len(rows),
            on_paper=content.MOST_WRONG,
            n_samples=self.n_samples,
            has_areas=bool(rows["volume"].notna().any()),
        )

    def next_steps(self) -> Part:
        """What to measure next, with m/z and RT windows."""
        return self._part("next_steps", steps=next_steps(self.analysis))

    def to_fix(self) -> Part:
        """List of what to fix first."""
        return self._part("to_fix", kinds=content.to_fix(self.analysis))

    def overrides(self) -> Part:
        """Table of overrides beside the model's verdicts; empty without overrides."""
        rows = content.override_rows(self.analysis)
        shown = rows.head(content.MOST_ROWS)
        return self._part("overrides", rows=list(shown.itertuples(index=False)), total=len(rows))

    def section(self, heading: str, text: str = "", key: str = "") -> Part:
        """Heading with a paragraph; links in the page use `key`."""
        return self._part("section", heading, heading=heading, text=text, key=key)

    def chart(self, draw: Callable[..., Any], *arguments: Any) -> Part:
        """One chart: `draw(analysis, *arguments)`, by Altair or as a specification."""
        drawn = draw.spec if isinstance(draw, View) else draw
        return self._figure(Figure.of(spec(drawn(self.analysis, *arguments))))

    def _figure(self, shown: Figure) -> Part:
        document = shown.document
        picture = _picture(document, len(self.analysis.features)) if self.pictures else ""
        number = 1 + sum(key.startswith("chart ") for key in self.shown)
        html = figure_html(shown, picture, number)
        self.shown[f"chart {number}"] = html
        return Part(html)

    def appendix(self) -> Part:
        """The long tables, folded on screen and left out on paper."""
        self._part("appendix", listed=content.LONG_TABLES)
        _, rest = series_in_order(self.analysis)
        if rest:
            panels = Figure.of(series_panels.spec(self.analysis, rest))
            self._part("more_series", chart=Markup(figure_html(panels)), count=len(rest))
        self.models()
        self.fragments()
        self.features()
        self.findings()
        parts = [html for key, html in self.shown.items() if key.split()[0] in _FOLDED]
        return Part("\n".join(parts))

    def models(self) -> Part:
        """Table of the lines of the retention model, one row per series and isomer."""
        return self._part("models", rows=list(self.analysis.models.itertuples(index=False)))

    def fragments(self) -> Part:
        """Table of every fragment and adduct with its parent."""
        table = charts.fragment_table(self.analysis)
        shown = table.head(content.MOST_ROWS)
        return self._part("fragments", rows=list(shown.itertuples(index=False)), total=len(table))

    def features(self) -> Part:
        """Table of all features, which can be searched."""
        rows = content.feature_rows(self.analysis)
        return self._part(
            "features",
            rows=list(rows.itertuples(index=False)),
            total=len(self.analysis.features),
        )

    def findings(self) -> Part:
        """Table of all findings and problems of the input."""
        findings, problems = self.analysis.findings, self.analysis.problems
        return self._part(
            "findings",
            findings=list(findings.head(content.MOST_ROWS).itertuples(index=False)),
            problems=list(problems.head(content.MOST_ROWS).itertuples(index=False)),
            totals=(len(findings), len(problems)),
            places=content.places(self.analysis),
        )

    def methods(self) -> Part:
        """A paragraph to paste, the citation, and the reporting checklist filled in."""
        return self._part(
            "methods",
            paragraph=methods_text(self.analysis),
            reference=citation.sentence(self.analysis.version),
            bibtex=citation.bibtex(self.analysis.version),
            statements=content.checklist(self.analysis),
        )

    def provenance(self) -> Part:
        """Provenance: input, settings, version and time."""
        origin = content.origin(self.analysis, self.session_id, self.made)
        statements = origin + content.settings_used(self.analysis)
        return self._part("provenance", statements=statements)

    def write(self, path: str | PathLike[str]) -> Path:
        """Write the parts made so far as one HTML page that opens without a network.

        Raises
        ------
        ReportError
            If the file cannot be written.
        """
        target = Path(path)
        text = templates().get_template("page.html.j2").render(
            report=self, body=Markup("\n".join(self.shown.values())), bundle=Markup(javascript())
        )  # fmt: skip
        try:
            made_folder(target.parent)
        except OSError as error:
            raise ReportError(f"{target.parent} cannot be made: {error.strerror}.") from error
        try:
            return write_whole(target, text.encode())
        except ExportError as error:
            raise ReportError(str(error)) from error

    def _part(self, name: str, key: str = "", /, **values: Any) -> Part:
        template = templates().get_template(f"{name}.html.j2")
        html = template.render(analysis=self.analysis, report=self, **values)
        self.shown[f"{name} {key}"] = html
        return Part(html)


#: Templates of what is folded.
_FOLDED: Final = ("more_series", "appendix", "models", "fragments", "features", "findings")

_HISTORY_AT_HAND: Final[ContextVar[History | None]] = ContextVar("history at hand", default=None)
#: Analyses by what parameters call their source, each with the id of its session, if it has one.
_ANALYSES_AT_HAND: Final[ContextVar[dict[str, tuple[Analysis, str | None]]]] = ContextVar(
    "analyses at hand"
)

#: Source of the report of an analysis that is no session.
UNSAVED: Final = "analysis at hand"


@contextmanager
def history_at_hand(history: History | None) -> Iterator[None]:
    """Find sessions in this history meanwhile: a notebook knows its name, never its password."""
    token = _HISTORY_AT_HAND.set(history)
    try:
        yield
    finally:
        _HISTORY_AT_HAND.reset(token)


def _named(name: str) -> History:
    """History with a name; the default one where it is of that name or there is none."""
    default = History.open() if name.startswith(URLS) else None
    return default if default and default.name == name else History.open(name or None)


@contextmanager
def session_at_hand(sid: str, analysis: Analysis) -> Iterator[None]:
    """Make reports of one session possible without its history, for workers of a batch."""
    with _at_hand({sid: (analysis, sid)}):
        yield


@contextmanager
def analysis_at_hand(analysis: Analysis) -> Iterator[None]:
    """Make a report of an analysis possible that is no session; its source is `UNSAVED`."""
    with _at_hand({UNSAVED: (analysis, None)}):
        yield


@contextmanager
def _at_hand(analyses: dict[str, tuple[Analysis, str | None]]) -> Iterator[None]:
    """Find these analyses by the source of a report meanwhile."""
    token = _ANALYSES_AT_HAND.set(analyses)
    try:
        yield
    finally:
        _ANALYSES_AT_HAND.reset(token)


def _history(parameters: Parameters) -> History:
    """History of a report: that at hand, or the one that is named."""
    return _HISTORY_AT_HAND.get() or _named(parameters.history)


def _open(parameters: Parameters) -> tuple[Analysis, str | None]:
    path = parameters.path
    if path is not None:
        settings, reading = Settings(**parameters.given_settings()), parameters.reading.keywords
        if not parameters.save:
            return analyze(path, settings, **reading), None
        history = _history(parameters)
        sid, analysis = history.run(path, settings, parameters.title or None, **reading)
        return analysis, sid
    if given := parameters.given_settings():
        raise ReportError(f"{', '.join(given)}: a session keeps the settings it was analysed with.")
    if parameters.reading != ReadingOptions():
        raise ReportError("A session keeps the way in which it was read: give its file.")
    if (found := _ANALYSES_AT_HAND.get({}).get(parameters.source)) is not None:
        return found
    history = _history(parameters)
    sid = str(history.session(parameters.source)["id"])
    return history.load(sid), sid


def figure(chart: Any, picture: str = "") -> str:
    """Chart with its own title as HTML; see `figure_html`."""
    document = spec(chart)
    shown = Figure("", document["title"]["text"], "", document)
    return figure_html(shown, picture)


def figure_html(shown: Figure, picture: str = "", number: int | None = None) -> str:
    """Figure as HTML: drawn live, with `picture`, the source of an image, where no script runs.

    A number gives it a caption.
    """
    template = templates().get_template("chart.html.j2")
    return template.render(
        figure=shown,
        number=number,
        picture=picture,
        spec=Markup(json_for_html(shown.document)),
    )


def _picture(document: Spec, size: int) -> str:
    """Chart of `size` points as the source of an image: SVG, or PNG for very many points."""
    plain = still(document)
    if size > MANY_POINTS:
        kind, picture = "png", png(plain)
    else:
        kind, picture = "svg+xml", svg(plain).encode()
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode()}"
