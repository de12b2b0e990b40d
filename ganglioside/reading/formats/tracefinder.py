"""TraceFinder: compounds of all samples, as the data review exports them (CSV or workbook).

Sources of the headers: TraceFinder 4 and 5 user guides (columns of the results grids and of custom
reports): `Compound`, `Filename`, `Actual RT`, `m/z (Apex)`; exports of batches have `Sample Name`,
`Data File`, `Compound Name`. No public export was found, so every known wording is accepted.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "TraceFinder",
        files="results grid and custom report, versions 4 and 5, CSV or workbook",
        marks=(
            ("Actual RT", "Filename"),
            ("Actual RT", "Sample*"),
            ("Actual RT", "Compound*"),
            ("Actual RT", "Data File"),
            ("m/z (Apex)",),
            ("Compound*", "Sample Filename"),
            ("Target Compound*", "Filename"),
        ),
        columns={
            "name": ("Compound Name", "Compound", "Target Compound", "Component Name", "Peak Name"),
            "sample": (
                "Sample Filename",
                "Filename",
                "File Name",
                "Data File",
                "Raw File Name",
                "Sample Name",
                "Sample ID",
            ),
            "sample_type": ("Sample Type", "Type"),
            "rt": ("Actual RT", "RT (Measured)", "Measured RT", "RT", "Retention Time", "Apex RT"),
            "volume": ("Area", "Peak Area", "Response", "Height"),
            "mz": ("m/z (Apex)", "m/z (Measured)", "Measured m/z", "Apex m/z"),
            "adduct": ("Adduct", "Ion"),
        },
        taken="compounds, files and their types, RT, m/z of the apex and areas",
    ),
)
