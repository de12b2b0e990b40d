"""El-MAVEN and MAVEN: reports of groups (a column a sample) and of peaks (a row a sample).

Sources of the headers: ElucidataInc/ElMaven (`src/core/libmaven/csvreports.cpp`), and reports of
its predecessor MAVEN. A group report may have a second line with the cohort of each sample.
Intensities of a group report are areas or heights, as was chosen; `medRt` is in minutes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from ganglioside.reading.formats.format import Format
from ganglioside.reading.records import Body, Sheet, header_key

_LAST: Final = "parent"


def _unfold(sheet: Sheet) -> Sheet | None:
    """A group report whose line of cohorts stands above its header, as other tools write it."""
    if len(sheet.head) < 2:
        return None
    header, cohorts = sheet.head[:2]
    keys = [header_key(text) for text in header[1]]
    if "medmz" not in keys or _LAST not in keys:
        return None
    begin = keys.index(_LAST) + 1
    if any(cell.strip() for cell in cohorts[1][:begin]) or not any(cohorts[1][begin:]):
        return None

    def body(_: int) -> Body:
        below = sheet.body(0)
        return below.only(np.arange(len(below.lines)) > 0)

    return replace(sheet, head=[cohorts, header, *sheet.head[2:]], body=body)


FORMATS: Final = (
    Format(
        "El-MAVEN",
        files="group report and peak report, also of MAVEN",
        marks=(
            ("medMz", "medRt"),
            ("peakMz", "peakArea"),
            ("peakMz", "peakAreaTop"),
            ("groupId", "metaGroupId"),
        ),
        columns={
            "name": ("compound", "compoundId", "note"),
            "rt": ("medRt", "rt"),
            "mz": ("medMz", "peakMz"),
            "adduct": ("adductName",),
            "sample": ("sample",),
            "volume": ("peakArea", "peakAreaCorrected", "peakAreaTop", "peakIntensity"),
        },
        others=(
            "label", "metaGroupId", "groupId", "goodPeakCount", "maxQuality", "isotopeLabel",
            "formula", "expectedRtDiff", "ppmDiff", "parent", "ms2EventCount",
            "fragNumIonsMatched", "fragmentFractionMatched", "TICMatched", "dotProduct",
            "weigtedDotProduct", "weightedDotProduct", "hyperGeomScore",
            "spearmanRankCorrelation", "mzFragmentError", "ms2Purity", "mzmin", "mzmax", "rtmin",
            "rtmax", "quality", "peakSplineArea", "peakAreaTopCorrected", "noNoiseObs",
            "signalBaseLineRatio", "fromBlankSample", "category", "database", "srmId",
        ),
        unfold=_unfold,
        taken=(
            "compounds, m/z, RT, ions and the intensities of all samples (group report) or the "
            "areas of all peaks (peak report)"
        ),
    ),
)  # fmt: skip
