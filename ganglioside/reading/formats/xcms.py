"""XCMS: peak tables, feature definitions with values, reports of differences, with names added.

Sources of the headers: CCMS-UCSD/GNPS_Workflows (`reference_input_file_for_formatter/xcms3`) and
the manual of xcms (`peakTable`, `diffreport`, `featureDefinitions`, `featureValues`). XCMS gives no
names: a table to which none were added is refused. RT is in seconds.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "XCMS",
        files="peak table, feature definitions with values, report of differences",
        marks=(
            ("mzmed", "rtmed"),
            ("mzmin", "mzmax", "rtmin", "rtmax"),
            ("mz", "rt", "npeaks"),
            ("mzmed", "npeaks"),
        ),
        columns={
            "rt": ("rtmed", "rt", "rtime"),
            "mz": ("mzmed", "mz"),
            "adduct": ("best ion", "adduct"),
            "volume": ("into", "intb", "maxo"),
        },
        others=(
            "mzmin", "mzmax", "rtmin", "rtmax", "npeaks", "sample", "Row.names", "feature_id",
            "featureid", "feature", "ms_level", "peakidx", "fold", "log2fold", "tstat", "pvalue",
            "qvalue", "updown", "anova", "metlin", "isotopes", "pcgroup", "groupid", "row ID",
            "annotation network number", "identified by n=", "partners", "neutral M mass",
            "correlation group ID", "auto MS2 verify", "sn", "is_filled", "merged_columns",
            "dataset", "intb", "maxo", "egauss", "mu", "sigma", "h", "f", "dppm", "scale", "scpos",
            "scmin", "scmax", "lmin", "lmax",
        ),
        taken=(
            "names, which have to be added first, m/z, RT and the areas of all samples; ranges and"
            " numbers of peaks are left out"
        ),
    ),
)  # fmt: skip
