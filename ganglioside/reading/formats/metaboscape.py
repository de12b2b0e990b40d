"""MetaboScape 4 and 5, and TASQ: feature tables and results of targets.

Sources of the headers: CCMS-UCSD/GNPS_Workflows (`reference_input_file_for_formatter/MetaboScape`
and its README on group means) for the tables with `PEPMASS`; antonvsdata/notame and
rickhelmus/patRoon for those that the program copies and for TASQ (`m/z meas.`, `RT [min]`).
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "MetaboScape",
        files="feature table, versions 4 and 5; results of TASQ",
        marks=(
            ("FEATURE_ID", "PEPMASS"),
            ("NAME_METABOSCAPE",),
            ("RT [min]", "m/z meas."),
            ("m/z meas.", "M meas."),
        ),
        columns={
            "name": ("NAME_METABOSCAPE", "Name", "Annotation", "Analyte"),
            "rt": ("RT", "RT [min]"),
            "mz": ("PEPMASS", "m/z meas."),
            "adduct": ("ADDUCT", "Ions", "Ion"),
            "volume": ("Area", "MaxIntensity", "Height"),
            "sample": ("Data Set",),
        },
        others=(
            "MaxIntensity", "*_MeanIntensity", "SHARED_NAME", "FEATURE_ID", "Feature ID", "Row",
            "CCS*",
            "SIGMA_SCORE", "mSigma", "MOLECULAR_FORMULA", "Molecular Formula", "KEGG", "CAS", "AQ",
            "M meas.", "m/z calc.", "Annotation*", "Flags", "MS/MS", "Boxplot", "Include", "FWHM*",
            "QC RSD*", "Delta*", "Mobility*", "Max. Intensity", "Maximum Intensity",
        ),
        taken=(
            "names, m/z, RT, ions and the intensities of all samples; means of groups are left out"
        ),
    ),
)  # fmt: skip
