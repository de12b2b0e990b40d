"""Content of a report as plain values, without markup."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, cast

import pandas as pd

from ganglioside.amounts.accepted import number_of_samples
from ganglioside.analysis import Analysis
from ganglioside.charts.network import pieces_of_peaks
from ganglioside.columns import OVERRIDE_COLUMNS, VERDICT_KINDS, VERDICTS
from ganglioside.lipids.process_words import process_words
from ganglioside.reading.wordings import worded
from ganglioside.reports.methods_text import is_unjudged
from ganglioside.settings import setting_specs
from ganglioside.support.formatting import counted, minutes, percent, share
from ganglioside.verdicts.result_tables import wrong_anchors

#: Rows of a table on the page; the export has all.
MOST_ROWS: Final = 5_000
#: Items of one kind in the list of things to fix.
MOST_ITEMS: Final = 20
#: Places that are named of things that say the same.
MOST_PLACES: Final = 3
#: Characters of a name that stays in one line: of longer ones no other column would have room.
LONGEST_IN_LINE: Final = 42
#: Rows of the two tables of results that paper has.
MOST_SPECIES: Final = 36
MOST_WRONG: Final = 22

#: Which export holds each table that is not printed.
LONG_TABLES: Final = (
    ("Accepted species, by sample too", "species list (XLSX or CSV)"),
    ("All features with their reasons", "verdicts (CSV or XLSX)"),
    ("Lines of the retention model, findings, reading report", "verdicts (XLSX)"),
)


@dataclass(frozen=True, slots=True)
class Tile:
    """One headline number; `verdict` is empty if it counts something else."""

    label: str
    value: str
    note: str = ""
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class FaultToFix:
    """One thing to fix: its location, fault and advice."""

    where: str
    value: str
    message: str
    advice: str
    feature_id: int | None = None


@dataclass(frozen=True, slots=True)
class ToFix:
    """Things of one kind to fix: `MOST_ITEMS` rows at most, which tell of `listed` of `total`."""

    heading: str
    rows: tuple[FaultToFix, ...]
    total: int
    listed: int

    @property
    def has_values(self) -> bool:
        """Whether any row quotes a value."""
        return any(row.value for row in self.rows)


@dataclass(frozen=True, slots=True)
class Statement:
    """One line of the reporting checklist, or of the provenance."""

    item: str
    answer: str


def tiles(analysis: Analysis) -> list[Tile]:
    """Headline numbers: one per verdict, then the anchors and the model's scatter."""
    summary = analysis.summary
    total = max(summary.features, 1)
    counts = {verdict: int(getattr(summary, verdict)) for verdict in VERDICTS}
    found = [Tile(v, f"{n:,}", share(n, total), v) for v, n in counts.items()]
    agree = f"{summary.anchors_confirmed:,} of {summary.anchors:,}"
    found.append(Tile("anchors confirmed", agree))
    if analysis.model.is_fitted:
        found.append(Tile("scatter of the model", minutes(summary.curve_sigma), "1 sigma"))
    return found


def warnings(analysis: Analysis) -> list[str]:
    """Errors of the whole table, such as that it allows no model, each with what to do."""
    findings = analysis.findings
    whole = findings[findings["feature_id"].isna() & (findings["severity"] == "error")]
    return [f"{row.message} {row.advice}" for row in whole.itertuples(index=False)]


def legend(analysis: Analysis) -> list[Statement]:
    """What each verdict of the table means, in one line, and what an anchor is."""
    present = set(analysis.features["verdict"].astype("str"))
    meanings = [Statement(kind.name, kind.help) for kind in VERDICT_KINDS if kind.name in present]
    return [*meanings, Statement("anchor", _ANCHOR)]


_ANCHOR: Final = "A name that the input marks as trusted, such as a standard."


def to_fix(analysis: Analysis) -> list[ToFix]:
    """Things to fix first: wrong anchors, unreadable rows, other errors, warnings."""
    found = [
        _kind("Anchors that contradict the other features", _wrong_anchors(analysis)),
        _kind("Rows that could not be read", _problems(analysis, "error")),
        _kind("Contradictions in the table", _findings(analysis, "error", but="wrong-anchor")),
        _kind("Worth checking", _findings(analysis, "warning") + _problems(analysis, "warning")),
    ]
    return [kind for kind in found if kind.total]


def _kind(heading: str, items: list[FaultToFix]) -> ToFix:
    """Things of a kind, of which those that say the same share a row."""
    same: dict[tuple[str, str, str], list[FaultToFix]] = {}
    for item in items:
        same.setdefault((item.value, item.message, item.advice), []).append(item)
    shown = list(same.values())[:MOST_ITEMS]
    rows = tuple(replace(some[0], where=_places(some)) for some in shown)
    return ToFix(heading, rows, len(items), sum(map(len, shown)))


def _places(items: list[FaultToFix]) -> str:
    """Where some things are: `rows 2, 3, 12 and 40 more, RT`, the column where it is one."""
    places = list(dict.fromkeys(item.where for item in items))
    named, more = places[:MOST_PLACES], len(places) - MOST_PLACES
    parts = [place.partition(", ") for place in places]
    column = parts[0][2]
    if len(named) > 1 and all(part[2] == column for part in parts):
        named = [first for first, *_ in parts[:MOST_PLACES]]
    else:
        column = ""
    words = [place.partition(" ") for place in named]
    if len(named) > 1 and len({word for word, *_ in words}) == 1:
        named = [f"{words[0][0]}s {words[0][2]}", *(number for *_, number in words[1:])]
    listed = ", ".join(named) + (f" and {more:,} more" if more > 0 else "")
    return ", ".join(filter(None, (listed, column)))


def _wrong_anchors(analysis: Analysis) -> list[FaultToFix]:
    features = analysis.features
    wrong = features[wrong_anchors(features)]
    advice = analysis.findings.drop_duplicates("feature_id").set_index("feature_id")["advice"]
    peak = analysis.shared_peak[wrong["feature_id"].to_numpy("int64")]
    first = wrong.groupby(peak)["feature_id"].transform("first")
    rt = wrong.groupby(peak)["rt"].agg(["min", "max"]).loc[peak]
    return [
        FaultToFix(
            where=where_is(row),
            value=f"{row.name} at {_from_to(low, high)}",
            message=_explanation(row),
            advice=str(advice.get(of_first, "Take the anchor away or check the peak.")),
            feature_id=int(cast(int, row.feature_id)),
        )
        for row, of_first, low, high in zip(
            wrong.itertuples(index=False), first, rt["min"], rt["max"], strict=True
        )
    ]


def _from_to(low: float, high: float) -> str:
    """RT of a peak in its samples, which is a range where they differ."""
    if minutes(low) == minutes(high):
        return minutes(low)
    return f"{minutes(low, unit='')} to {minutes(high)}"


def _explanation(row: Any) -> str:
    text = str(row.verdict)
    if pd.notna(row.parent):
        text += f" of {row.parent}"
        if pd.notna(row.process):
            text += f" ({process_words(row.process)})"
    return f"{text}, {percent(row.confidence)} sure"


def _problems(analysis: Analysis, severity: str) -> list[FaultToFix]:
    problems = analysis.problems[analysis.problems["severity"] == severity]
    return [
        FaultToFix(
            where=_cell(row.row, row.column),
            value=_text(row.value),
            message=worded(_text(row.message), "report"),
            advice=worded(_text(row.advice), "report"),
        )
        for row in problems.itertuples(index=False)
    ]


def _cell(number: Any, column: Any) -> str:
    """Location of a problem in the input: `row 4, rt`; either part may be missing."""
    line = "" if pd.isna(number) else f"row {number}"
    return ", ".join(part for part in (line, _text(column)) if part)


def _findings(analysis: Analysis, severity: str, but: str = "") -> list[FaultToFix]:
    findings = analysis.findings
    where = places(analysis)
    chosen = findings[(findings["severity"] == severity) & (findings["code"] != but)]
    return [
        FaultToFix(
            where=where.get(row.feature_id, _text(row.series)),
            value="",
            message=worded(_text(row.message), "report"),
            advice=worded(_text(row.advice), "report"),
            feature_id=int(_text(row.feature_id)) if _text(row.feature_id) else None,
        )
        for row in chosen.itertuples(index=False)
    ]


def places(analysis: Analysis) -> dict[Any, str]:
    """Where each feature with a finding is, by its number."""
    features = analysis.features
    named = features[features["feature_id"].isin(analysis.findings["feature_id"].dropna())]
    return {row.feature_id: where_is(row) for row in named.itertuples(index=False)}


def where_is(row: Any) -> str:
    """Row of the input in which a feature is, else its number."""
    line = getattr(row, "row", None)
    return f"feature {row.feature_id}" if line is None or pd.isna(line) else f"row {line}"


def _text(value: Any) -> str:
    missing: bool = pd.isna(value)
    return "" if missing else str(value)


def checklist(analysis: Analysis) -> list[Statement]:
    """Answers to the lipidomics reporting checklist on separation and identity.

    Items as worded by the Lipidomics Standards Initiative (Koefeler et al., J Lipid Res 2021).
    """
    answers = [
        Statement("Retention time verified by a standard", _anchors(analysis)),
        Statement("Model for separation prediction", _model(analysis)),
    ]
    if is_unjudged(analysis):
        return [*answers, *(Statement(check, _UNJUDGED) for check in _CHECKS)]
    checks = zip(_CHECKS, (_isomers, _isobars, _fragmentation), strict=True)
    answers += [Statement(check, answer(analysis)) for check, answer in checks]
    return [*answers, Statement("Assumptions presumed", _ASSUMPTIONS)]


_CHECKS: Final = (
    "Check on isomeric overlap",
    "Check on isobaric overlap",
    "Check on in-source fragmentation",
)
_UNJUDGED: Final = "No: without a retention model no name was judged."

_ASSUMPTIONS: Final = (
    "Reversed-phase separation. One ceramide curve holds for all series. A fragment forms after "
    "the column: it has its parent's ceramide and retention time and never more of any sugar, "
    "sialic acid or acetyl than the parent. Anchors are trusted more than other names, not "
    "blindly. Log P is compared, not used. Chain composition, double bond position and the "
    "position of an acetyl are not judged. Confidence is the model's probability that the verdict "
    "is right."
)


def _anchors(analysis: Analysis) -> str:
    summary = analysis.summary
    if not summary.anchors:
        rests = "; the model rests on the features alone" if analysis.model.is_fitted else ""
        return f"No: the table names no anchors{rests}."
    if is_unjudged(analysis):
        return f"No: {counted(summary.anchors, 'anchor')} given, and no model to compare them with."
    return (
        f"By the table's own anchors, as far as they are standards: {summary.anchors:,} given, "
        f"{summary.anchors_confirmed:,} agree with the model, "
        f"{summary.anchors_not_valid:,} do not, {summary.anchors_undetermined:,} stay undetermined."
    )


def _model(analysis: Analysis) -> str:
    if not analysis.model.is_fitted:
        return f"No: {analysis.model.reason}"
    error = analysis.models["rmse_loo"].dropna()
    median = f", median leave-one-out error {minutes(error.median())}" if len(error) else ""
    return (
        "Yes: RT = offset(series, isomer) + f(carbons, double bonds, hydroxyls), f shared by all "
        f"series; {counted(analysis.summary.lines, 'line')}, scatter "
        f"{minutes(analysis.summary.curve_sigma)}"
        f"{median}."
    )


def _isomers(analysis: Analysis) -> str:
    lines = analysis.models.dropna(subset="isomer")
    several = lines[lines.duplicated("series", keep=False)]
    split = several.groupby("series")["isomer"].agg(", ".join)
    if split.empty:
        return "Yes: no series has more than one line. Co-eluting isomers are not resolved."
    named = "; ".join(f"{series}: {isomers}" for series, isomers in split.items())
    return f"Yes: resolved by retention time ({named}). Co-eluting isomers are not resolved."


def _isobars(analysis: Analysis) -> str:
    neugc = int((analysis.findings["code"] == "neugc-candidate").sum())
    return (
        "Yes, for names that share a mass: sodium against C2H-2 and other adducts "
        f"({analysis.summary.adduct:,} found), NeuGc against O-acetyl "
        f"({counted(neugc, 'candidate')})."
    )


def _fragmentation(analysis: Analysis) -> str:
    pieces = pieces_of_peaks(analysis)
    fragments = pieces[pieces["verdict"] == "fragment"]
    has_areas = analysis.features["consolidated_volume"].notna().any()
    samples = number_of_samples(analysis.features)
    where = f" in {samples:,} samples, pieces" if samples > 1 else ""
    added = ", their areas added to the parents'" if has_areas and len(fragments) else ""
    return (
        f"Yes: co-elution within {analysis.coelution_tolerance:.3g} min with a larger ganglioside "
        f"of the same ceramide; {counted(len(fragments), 'fragment')}{where} of "
        f"{counted(fragments['row'].nunique(), 'parent')}{added}."
    )


def settings_used(analysis: Analysis) -> list[Statement]:
    """Statements of the settings: label, value and unit."""
    specs, values = setting_specs(), analysis.settings.values()
    thresholds = [
        Statement(spec.label, f"{values[name]:g} {spec.unit}".strip())
        for name, spec in specs.items()
        if name not in ("max_megabytes", "max_rows")
    ]
    choices = {"Sample type": "sample_type", "Polarity": "polarity"}
    return [*thresholds, *(Statement(label, str(values[key])) for label, key in choices.items())]


def origin(analysis: Analysis, session_id: str | None, made: str) -> list[Statement]:
    """Statements of the report's provenance: input, session, version and time."""
    source = analysis.source
    given = [Statement(f"Read with {name}", text) for name, text in source.options.given.items()]
    return [
        Statement("Input", f"{source.name} ({source.size:,} bytes)"),
        *given,
        Statement("SHA-256 of the input", source.sha256),
        Statement("Session", session_id or "not stored"),
        Statement("Analysed with", f"Ganglioside {analysis.version}"),
        Statement("Report made", made),
    ]


def override_rows(analysis: Analysis) -> pd.DataFrame:
    """Table of overrides beside the name, RT and verdict of the model, one row per feature."""
    if not len(analysis.overrides):
        return pd.DataFrame()
    overridden = analysis.overridden
    columns = ["feature_id", "row", "name", "rt", "verdict", *OVERRIDE_COLUMNS.values()]
    return overridden.loc[overridden["analyst_time"].notna()].reindex(columns=columns)


def feature_rows(analysis: Analysis) -> pd.DataFrame:
    """First `MOST_ROWS` features with the columns that the report shows."""
    columns = ["feature_id", "row", "name", "isomer", "rt", "predicted_rt", "residual", "volume",
               "anchor", "verdict", "confidence", "parent", "process", "reason"]  # fmt: skip
    rows = analysis.overridden.head(MOST_ROWS)
    return rows.reindex(columns=[*columns, *OVERRIDE_COLUMNS.values()])
