"""LipiDex 1: table of identified peaks, and the matched spectra of one file.

Sources of the headers: results as in coongroup/LipiDex (`Example Data/Liver/Final_Results.csv`,
`Unfiltered_Results.csv`, `Hap1_Pos_1_Results.csv`). `Quant Ion` is the m/z. A name is followed by
its ion and `;` where spectra are matched. Files of both polarities stand in one column:
`Neg_1.raw (F4)+Pos_1.raw (F7)`.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

_NAME: Final = ("Identification",)
_RT: Final = ("Retention Time (min)",)

FORMATS: Final = (
    Format(
        "LipiDex",
        files="final and unfiltered results (`Final_Results.csv`)",
        marks=(
            ("Quant Ion", "Identification"),
            ("Quant Ion", "Lipid Class", "Features Found"),
        ),
        columns={"name": _NAME, "rt": _RT, "mz": ("Quant Ion",)},
        others=(
            "Quant Ion", "Polarity", "Area (max)", "Identification", "Lipid Class",
            "Features Found", "Filter Status", "Comments",
        ),
        taken="identifications, RT, the m/z of the quantified ion and the areas of all files",
    ),
    Format(
        "LipiDex",
        files="matched spectra of one file",
        marks=(
            ("MS2 ID", "Identification"),
            ("Identification", "Dot Product", "Reverse Dot Product"),
        ),
        columns={"name": _NAME, "rt": _RT, "mz": ("Precursor Mass",)},
        taken="identifications with their ions, RT and precursor m/z; there are no areas",
    ),
)  # fmt: skip
