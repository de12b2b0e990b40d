"""ALEX123 tables (`.tab`), as the Lipid Data Analyzer writes them: one row a species and file.

Source of the headers: ThallingerLab/LDA2 (`alex123/RdbOutputWriter.java`).
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "ALEX123",
        files="tables of species (`.tab`), as LDA writes them",
        marks=(("RAW_ID", "Lipid species"), ("Lipid species", "MS evidence level")),
        columns={
            "name": ("Molecular lipid species", "Lipid species", "Lipid ID"),
            "sample": ("RAW_ID",),
            "rt": ("Retention time",),
            "volume": ("Peak area (total)", "Peak area M0"),
            "mz": ("Corrected measured m/z", "Measured m/z"),
            "adduct": ("Adduct",),
        },
        taken="lipid species, files, measured m/z, adducts, RT and areas",
    ),
)
