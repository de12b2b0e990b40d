"""LOBSTAHS: peak lists of annotated groups of peaks, which XCMS and CAMERA found.

Sources of the headers: lists as in wkumler/EdwardsLipids (`Data/LOB_Peaklist_Neg.csv`) and
hholm/OceanLipidome (`Holm_SCOPE_screen.csv`). RT is in s; the columns of the files stand between
`peakgroup_rtmax` and `xcms_peakgroup`, behind the number of files of each group.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "LOBSTAHS",
        files="peak list (`getLOBpeaklist`), also with columns that people add",
        marks=(
            ("peakgroup_rt", "LOBdbase_mz"),
            ("peakgroup_rt", "compound_name"),
        ),
        columns={
            "name": ("compound_name",),
            "rt": ("peakgroup_rt",),
            "mz": ("peakgroup_mz",),
            "adduct": ("major_adduct",),
        },
        others=(
            "match_ID", "elem_formula", "LOBdbase*", "peakgroup*", "xcms*", "CAMERA*",
            "lipid_class", "species", "FA_*", "degree_oxidation", "C1*", "C2*", "C3*", "casecodes",
            "iso_C3*", "DNPPE*", "RTF*", "Flag*", "ms2*", "notes", "Keep",
        ),
        taken="compounds, RT and m/z of the groups of peaks, ions and the areas of all files",
    ),
)  # fmt: skip
