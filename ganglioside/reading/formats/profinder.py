"""MassHunter Profinder: compound groups with one column a file, and details with one row a file.

Sources of the headers: exports as read by CCMS-UCSD/GNPS_Workflows (`_convert_compoundgroups_...`,
`_convert_details_...`) and others: `Group`, `Mass (avg)`, `RT (avg)`, `[Area] file`; details:
`Label`, `Mass`, `RT`, `Area`, `File` below two title lines. `Mass` is neutral, so it is no m/z.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format, PerSample

FORMATS: Final = (
    Format(
        "Profinder",
        files="compound groups, and details of single files",
        marks=(
            ("Mass (avg)", "RT (avg)"),
            ("RT (avg)", "[Area]*"),
            ("RT (avg)", "Compound*"),
            ("Cpd", "Mass", "RT", "File"),
            ("Label", "Mass", "RT", "File"),
        ),
        columns={
            "name": ("Name", "Compound Name", "Cpd Name", "Compound", "Label"),
            "rt": ("RT (avg)", "RT", "RT (Tgt)"),
            "volume": ("Area", "Height"),
            "sample": ("File", "Data File"),
            "adduct": ("Ion Species", "Adduct"),
        },
        per_sample=(
            PerSample("volume", r"\[(?:Raw )?Area\] ?(?P<sample>.+)"),
            PerSample("volume", r"(?:Raw )?Area ?: ?(?P<sample>.+)"),
            PerSample("volume", r"(?P<sample>.+\.d) ?: ?Area"),
            PerSample("volume", r"\[(?:Raw )?Height\] ?(?P<sample>.+)"),
            PerSample("rt", r"\[RT\] ?(?P<sample>.+)"),
            PerSample("rt", r"RT ?: ?(?P<sample>.+)"),
            PerSample("mz", r"\[m/z\] ?(?P<sample>.+)"),
        ),
        taken=(
            "compounds, RT, the areas of all files; means and masses, which are neutral, are left "
            "out"
        ),
    ),
)
