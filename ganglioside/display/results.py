"""Cards of results: an analysis, and the explanation of one feature."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from ganglioside.amounts.accepted import number_of_samples
from ganglioside.columns import PARENT_VERDICTS, VERDICTS
from ganglioside.display.cards import card
from ganglioside.display.sketch import retention_sketch
from ganglioside.support.formatting import area, confidence, minutes, percent, percent_number, share

if TYPE_CHECKING:
    from ganglioside.analysis import Analysis
    from ganglioside.questions.explanation import Explanation

#: Rows of each table of a card.
MOST_QUEUED: Final = 6
MOST_SPECIES: Final = 8
MOST_HYPOTHESES: Final = 6
#: Probability below which a hypothesis is only counted.
LEAST_SHOWN: Final = 0.001

#: Features from which on the card lists findings and no species: to ask for other names and to
#: consolidate areas would take seconds.
LARGE: Final = 5_000


@dataclass(frozen=True, slots=True)
class VerdictCount:
    """The number of features of one verdict."""

    verdict: str
    count: str
    share: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A table of a card: its title, headings, and cells."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def analysis_card(analysis: Analysis) -> str:
    """Card of an analysis: verdicts, what to look at first, largest species, one chart.

    Parameters
    ----------
    analysis : Analysis

    Returns
    -------
    str
        HTML.
    """
    summary = analysis.summary
    counts = {verdict: int(getattr(summary, verdict)) for verdict in VERDICTS}
    total = max(summary.features, 1)
    headings, queue, more = _queue(analysis)
    species = None if len(analysis.features) > LARGE else top_species(analysis)
    return card(
        "analysis",
        title=analysis.source.name,
        lead=summary.lead,
        why="" if analysis.model.is_fitted else analysis.model.reason,
        tiles=[VerdictCount(v, f"{n:,}", share(n, total)) for v, n in counts.items()],
        shares={v: n / total for v, n in counts.items()},
        queue_headings=headings,
        queue=queue,
        more=f"{more:,}" if more else "",
        species=species,
        chart=retention_sketch(_drawn(analysis)),
        others=int((~analysis.is_on_model).sum()),
        has_pieces=any(counts[verdict] for verdict in PARENT_VERDICTS),
        settings=_settings_line(analysis),
        version=analysis.version,
        example=_example_name(analysis.features),
    )


def top_species(analysis: Analysis) -> Listed:
    """The accepted species of the largest consolidated area, with their shares.

    Parameters
    ----------
    analysis : Analysis
    """
    species = analysis.species
    largest = species.sort_values("area_consolidated", ascending=False, kind="stable")
    columns = ["name", "rt", "area_consolidated", "share", "confidence"]
    rows = [
        (name, minutes(rt, unit=""), area(amount), percent_number(part), percent(p))
        for name, rt, amount, part, p in largest[columns].head(MOST_SPECIES).itertuples(index=False)
    ]
    what = "Largest species" if species["area_consolidated"].notna().any() else "Species"
    title = f"{what} ({len(rows)} of {len(species):,} accepted)"
    return Listed(title, ("Name", "RT (min)", "Area", "Share", "Confidence"), tuple(rows))


def explanation_card(explanation: Explanation) -> str:
    """Card of the explanation of a feature: its verdict, and the likeliest hypotheses.

    Parameters
    ----------
    explanation : Explanation

    Returns
    -------
    str
        HTML.
    """
    likely = [h for h in explanation.hypotheses if h.probability >= LEAST_SHOWN]
    shown = likely[:MOST_HYPOTHESES] or explanation.hypotheses[:1]
    rows = [
        (
            percent(h.probability),
            h.statement,
            minutes(h.expected_rt, "", unit=""),
            minutes(h.difference, "", unit="", signed=True),
            h.basis,
        )
        for h in shown
    ]
    return card(
        "explanation",
        explanation=explanation,
        rt=minutes(explanation.rt),
        confidence=confidence(explanation.confidence, missing=""),
        shares={v: explanation.probabilities.get(v, 0.0) for v in VERDICTS},
        rows=rows,
        more=len(explanation.hypotheses) - len(shown),
    )


def _queue(analysis: Analysis) -> tuple[tuple[str, ...], list[tuple[object, ...]], int]:
    """Headings and cells of the first features to look at, and the number of the others."""
    features = analysis.features
    queue = _reasons(analysis)
    first = queue.head(MOST_QUEUED)
    rows = features.iloc[first["feature_id"].astype("int64")]
    columns = {
        "Row": rows["row"] if "row" in rows else rows["feature_id"],
        "Name": rows["name"],
        "RT (min)": rows["rt"].map(lambda rt: minutes(rt, unit="")),
        "Verdict": rows["verdict"].astype("str"),
        "Why": first["why"],
    }
    if number_of_samples(features) > 1:
        columns["Sample"] = rows["sample"]
    return tuple(columns), list(zip(*columns.values(), strict=True)), len(queue) - len(first)


def _reasons(analysis: Analysis) -> pd.DataFrame:
    """Features to look at first and why: the review queue; of a large table the findings."""
    if len(analysis.features) <= LARGE:
        return analysis.review_queue[["feature_id", "why"]]
    named = analysis.findings.dropna(subset=["feature_id"]).drop_duplicates("message")
    return named.drop_duplicates("feature_id").rename(columns={"message": "why"})


def _drawn(analysis: Analysis) -> pd.DataFrame:
    """What the chart shows: features of one gradient, those that samples share once."""
    if not analysis.is_on_model.all():
        return analysis.features[analysis.is_on_model]
    return analysis.consensus if len(analysis.consensus) else analysis.features


def _settings_line(analysis: Analysis) -> str:
    """The thresholds in one line."""
    settings = analysis.settings
    return (
        f"R² from {settings.r2_threshold:g}, outliers beyond {settings.outlier_threshold:g} sigma, "
        f"pairs within {analysis.coelution_tolerance:.3g} min."
    )


def _example_name(features: pd.DataFrame) -> str:
    """Name that one row has, that of the largest valid feature if any, as an example."""
    named = features.dropna(subset=["name"]).drop_duplicates("name", keep=False)
    valid = named[named["verdict"] == "valid"]
    largest = (valid if len(valid) else named).sort_values("volume", ascending=False)["name"]
    return str(largest.iloc[0]).replace('"', "") if len(largest) else "GM3(36:1;O2)"
