"""MRMkit: long tables of all transitions and files, as text or CSV, also as midar writes them.

Sources of the headers: SLINGhub/midar (`inst/extdata/MRMkit_demo.tsv`, `plain_long_dataset.csv`).
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "MRMkit",
        files="long table of transitions and files, also as midar writes it",
        marks=(
            ("feature_name", "raw_data_filename"),
            ("feature_id", "raw_data_filename"),
            ("feature_id", "analysis_id"),
            ("feature_name", "rt_apex"),
            ("rt_apex", "rt_int_start"),
        ),
        columns={
            "name": ("feature_name", "feature_id", "transition_name", "feature_label"),
            "sample": ("raw_data_filename", "analysis_id", "sample_name"),
            "sample_type": ("sample_type", "qc_type"),
            "rt": ("rt_apex", "rt", "feature_rt"),
            "volume": ("area", "feature_area", "height", "feature_height"),
            "mz": ("precursor_mz", "method_precursor_mz"),
        },
        taken="features, raw files and their types, precursor m/z, RT of the apex and raw areas",
    ),
)
