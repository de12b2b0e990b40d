"""LIQUID: identified lipids of one or several raw files, a row each.

Sources of the headers: PNNL-Comp-Mass-Spec/LIQUID (`LiquidBackend/IO/
LipidGroupSearchResultWriter.cs`). A lipid with several identifiers is listed once for each.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "LIQUID",
        files="list of identified lipids, of one or several raw files",
        marks=(
            ("Raw Data File", "Common Name"),
            ("LM_ID", "Apex RT"),
            ("Common Name", "Apex RT"),
        ),
        columns={
            "name": ("Common Name",),
            "rt": ("Apex RT", "Precursor RT"),
            "mz": ("Observed m/z", "Exact m/z"),
            "adduct": ("Adduct", "Ionization"),
            "volume": ("Peak Area", "Intensity"),
            "sample": ("Raw Data File",),
        },
        taken="common names, raw files, m/z, RT of the apex, ions and peak areas",
    ),
)
