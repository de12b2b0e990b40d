"""Compound Discoverer 2 and 3: table of compounds as text or workbook.

Sources of the headers: reports as read by bhagwataditya/autonomics and other public scripts:
`Area: S_1.raw (F1)`, `Norm. Area: S_1.raw (F1)`, `Group Area: liver`, `Area (Max.)`,
`Reference Ion`, `Calc. MW` (`Molecular Weight` in version 2).
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format, PerSample

#: Sample of a column: its file, without the number that the study gives it.
_FILE: Final = r"(?P<sample>.+?)(?: \(F[0-9]+\))?"

FORMATS: Final = (
    Format(
        "Compound Discoverer",
        files="table of compounds, versions 2 and 3, text or workbook",
        marks=(
            ("Calc. MW", "RT [min]"),
            ("Molecular Weight", "RT [min]"),
            ("RT [min]", "Area (Max.)"),
            ("RT [min]", "Group Area*"),
            ("RT [min]", "Norm. Area*"),
            ("RT [min]", "Gap Status*"),
            ("RT [min]", "Reference Ion"),
            ("Annot. DeltaMass [ppm]",),
        ),
        columns={
            "name": ("Name", "Compound"),
            "rt": ("RT [min]",),
            "mz": ("m/z",),
            "adduct": ("Reference Ion", "Ion"),
            "volume": ("Area (Max.)", "Area"),
        },
        others=(
            "Checked", "Tags", "Formula", "Annot*", "Calc. MW", "Molecular Weight", "Group*",
            "Ratio*", "Log2*", "P-value*", "Adj*", "Gap*", "Peak Rating*", "RSD*", "mzCloud*",
            "mzVault*", "FISh*", "MS2", "MS Depth", "Background", "Area CV*", "Structure",
        ),
        per_sample=(
            PerSample("volume", rf"Area: {_FILE}"),
            PerSample("volume", rf"Peak Area: {_FILE}"),
            PerSample("volume", rf"Norm\. Area: {_FILE}"),
            PerSample("rt", rf"RT(?: \[min\])?: {_FILE}"),
            PerSample("mz", rf"m/z: {_FILE}"),
        ),
        taken=(
            "names, m/z, RT, reference ions and the areas of all files; group areas, ratios and "
            "ratings are left out, normalised areas are read only where there are no others"
        ),
    ),
)  # fmt: skip
