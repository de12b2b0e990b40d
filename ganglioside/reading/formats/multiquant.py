"""MultiQuant and SCIEX OS Analytics: results tables with one row a component and sample.

Sources of the headers: SLINGhub/MSOrganiser (`tests/testdata/SciExTestData.txt`),
kroemerlab/GRMeta (`loadSciexData`), SCIEX OS user guide (results table columns). Sample names of a
batch need not be distinct: then the index of the sample tells them apart.
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
)
