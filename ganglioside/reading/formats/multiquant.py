"""MultiQuant, SCIEX OS Analytics and Analyst: results tables with one row a component and sample.

Sources of the headers: SLINGhub/MSOrganiser (`tests/testdata/SciExTestData.txt`),
kroemerlab/GRMeta (`loadSciexData`), SCIEX OS user guide (results table columns); of Analyst,
conan19842002/lipidomics (`20130716_Colorectal 2-26 PIPx.xlsx`) and its user guide. Sample names of
a batch need not be distinct: then the index of the sample tells them apart.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "MultiQuant or SCIEX OS",
        files="results table, a row for each component and sample",
        marks=(
            ("Component Name", "Sample Name"),
            ("Component Name", "Sample Index"),
            ("Component Name", "Component Type"),
            ("Component Name", "Component Group*"),
            ("Component Name", "Original Filename"),
            ("Component Name", "Retention Time"),
            ("Component Name", "Expected RT"),
        ),
        columns={
            "name": ("Component Name", "Component Group Name"),
            "sample": ("Sample Name", "Original Filename", "Data File", "Sample ID"),
            "sample_type": ("Sample Type",),
            "rt": ("Retention Time", "Actual RT", "RT", "Apex RT"),
            "volume": ("Area", "Peak Area", "Height"),
            "mz": ("Found At Mass", "Found at m/z", "Precursor Mass"),
            "adduct": ("Adduct/Charge", "Adduct"),
        },
        taken="components, samples and their types, RT and areas, m/z and ions where listed",
    ),
    Format(
        "Analyst",
        files="results table, a row for each analyte and sample",
        marks=(
            ("Analyte Peak Name", "Sample Name"),
            ("Analyte Peak Name", "Analyte Retention Time*"),
            ("Analyte Peak Name", "Analyte Peak Area*"),
        ),
        columns={
            "name": ("Analyte Peak Name",),
            "sample": ("Sample Name", "File Name", "Sample ID"),
            "sample_type": ("Sample Type",),
            "rt": ("Analyte Retention Time (min)", "Analyte Retention Time"),
            "volume": (
                "Analyte Peak Area (counts)",
                "Analyte Peak Area",
                "Analyte Peak Height (cps)",
                "Analyte Peak Height",
            ),
        },
        taken="analytes, samples and their types, RT and areas",
    ),
)
