"""A paragraph for the methods of a paper, with the numbers of one analysis."""

from __future__ import annotations

from ganglioside.analysis import Analysis
from ganglioside.columns import WRONG_VERDICTS
from ganglioside.support.formatting import counted, minutes
from ganglioside.verdicts.decisions import threshold_in_words


def methods_text(analysis: Analysis) -> str:
    """Paragraph on how the annotations were checked and the areas consolidated.

    Examples
    --------
    >>> import ganglioside as gg
    >>> methods_text(gg.analyze(gg.example()))[:62]
    'Ganglioside annotations were checked with Ganglioside 0.1.0. T'
    """
    parts = [
        f"Ganglioside annotations were checked with Ganglioside {analysis.version}.",
        _model(analysis),
        _verdicts(analysis),
        _amounts(analysis),
        _people(analysis),
    ]
    return " ".join(part for part in parts if part)


def _model(analysis: Analysis) -> str:
    summary = analysis.summary
    anchors = counted(summary.anchors, "of them an anchor", "of them anchors")
    table = f"The table held {counted(summary.features, 'feature')}, {anchors}."
    if not analysis.model.is_fitted:
        return f"{table} No retention model was fitted: {analysis.model.reason}"
    error = analysis.models["rmse_loo"].dropna()
    left_out = f"; median error of features left out, {minutes(error.median())}" * bool(len(error))
    return (
        f"{table} Reversed-phase retention was modelled as the offset of each series or isomer "
        "plus one function of the carbons, double bonds and hydroxyls of the ceramide that all "
        f"series share, fitted robustly ({counted(summary.lines, 'line')}; residual standard "
        f"deviation {minutes(summary.curve_sigma)}{left_out}).{_other_gradients(analysis)}"
    )


def _other_gradients(analysis: Analysis) -> str:
    """Sentence on samples whose gradient is another; empty without any."""
    if analysis.is_on_model.all():
        return ""
    samples = analysis.features["sample"].fillna("")
    own, others = (samples[on].nunique() for on in (analysis.is_on_model, ~analysis.is_on_model))
    return (
        f" {counted(others, 'sample')} on other gradients "
        f"{'was' if others == 1 else 'were'} judged apart, by models of their own; these numbers "
        f"are of the model of the remaining {'sample' if own == 1 else f'{own:,} samples'}."
    )


def _verdicts(analysis: Analysis) -> str:
    summary, settings = analysis.summary, analysis.settings
    wrong = sum(int(getattr(summary, verdict)) for verdict in WRONG_VERDICTS)
    n = summary.not_judged
    no_part = f"; {n:,} more could not be judged and took no part" if n else ""
    if is_unjudged(analysis):
        undecided = counted(summary.undecided, "feature was", "features were")
        return f"No name was judged: {undecided} left undetermined{no_part}."
    return (
        "Each feature was assigned to the likeliest origin: its own series, in-source "
        f"fragmentation of a larger ganglioside of the same ceramide that co-elutes within "
        f"{analysis.coelution_tolerance:.3g} min, another ion of a co-eluting species, or chance; "
        f"{threshold_in_words(settings.outlier_threshold)}. "
        f"{counted(summary.valid, 'feature was', 'features were')} valid; "
        f"{counted(wrong, 'name was', 'names were')} rejected "
        f"({counted(summary.fragment, 'in-source fragment')}, "
        f"{counted(summary.adduct, 'adduct or other ion', 'adducts and other ions')}, "
        f"{counted(summary.outlier, 'outlier')}) and {summary.undecided:,} left "
        f"undetermined{no_part}."
    )


def is_unjudged(analysis: Analysis) -> bool:
    """Whether there is no retention model, and so no verdict but `undetermined`.

    Examples
    --------
    >>> import ganglioside as gg
    >>> is_unjudged(gg.analyze(gg.example()))
    False
    """
    summary = analysis.summary
    return not analysis.model.is_fitted and summary.undecided == summary.judged


def _amounts(analysis: Analysis) -> str:
    has_area = analysis.species["area_consolidated"].notna()
    if not has_area.any():
        return ""
    lacking = "" if has_area.all() else f" of {len(has_area):,} that have an area"
    known = f"{int(has_area.sum()):,} accepted species{lacking}"
    return (
        f"For the {known}, areas of in-source fragments were returned "
        "to their parents in proportion to the probability of each origin, and losses without a "
        "feature of their own were estimated from the yields of the same table; intervals (95 %) "
        "cover this consolidation, not the scatter of injections. Shares are percentages of the "
        "consolidated area of all accepted species, without correction for response factors."
    )


def _people(analysis: Analysis) -> str:
    decided = sum(override.is_decided for override in analysis.overrides)
    if not decided:
        return ""
    words = "feature was" if decided == 1 else "features were"
    return f"{decided:,} {words} decided on by analysts."
