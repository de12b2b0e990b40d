"""GNPS: annotations of spectra, and summaries of clusters and features.

Sources of the headers: CCMS-UCSD/GNPS_Workflows (library search: `Compound_Name`, `SpecMZ`,
`RT_Query`; clusters: `cluster index`, `precursor mass`, `RTMean`). GNPS gives RT in seconds or
minutes, as the spectra have it. Tables of features for GNPS are those of the tool that made them.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "GNPS",
        files="annotations of spectra, summaries of clusters and features",
        marks=(
            ("Compound_Name", "SpecMZ"),
            ("Compound_Name", "RT_Query"),
            ("Compound_Name", "MQScore"),
            ("cluster index", "RTMean"),
            ("precursor mass", "RTMean"),
        ),
        columns={
            "name": ("Compound_Name", "LibraryID"),
            "rt": ("RTMean", "RT_Query", "RTConsensus"),
            "mz": ("SpecMZ", "precursor mass", "Precursor_MZ"),
            "adduct": ("Adduct", "Best Ion"),
            "volume": ("sum(precursor intensity)", "SumPeakIntensity"),
        },
        taken="compound names, m/z, RT, ions and the summed intensities of each cluster or feature",
    ),
)
