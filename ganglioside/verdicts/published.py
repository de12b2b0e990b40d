"""Names under which features may be published: as the model judges, and as analysts decide."""

from __future__ import annotations

from typing import Any

import pandas as pd


def published_names(features: pd.DataFrame) -> pd.Series[Any]:
    """Name under which each feature may be published; NA where none may.

    ============  =====================================================
    renamed       the analyst's name
    accepted      its own
    rejected      none
    later, or no  its own where the model or the analyst calls it valid
    decision
    ============  =====================================================

    Parameters
    ----------
    features : pandas.DataFrame
        `Analysis.overridden`.

    Examples
    --------
    >>> import ganglioside as gg
    >>> analysis = gg.analyze(gg.example())
    >>> int(published_names(analysis.overridden).count()) == analysis.summary.valid
    True
    """
    names, verdicts = features["name"], features["verdict"].astype("str")
    if "analyst_decision" in features:
        names = features["analyst_name"].fillna(names)
        verdicts = features["analyst_verdict"].fillna(verdicts)
    return names.where(verdicts == "valid")
