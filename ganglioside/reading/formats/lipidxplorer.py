"""LipidXplorer: results with one column of intensities a file; read where RT was added.

Source of the headers: LipidXplorer's tutorial of queries (`NAME`, `MASS`, `PRECURINTENS`). Its
spectra are taken without a column, so its own results have no retention time.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format, PerSample

FORMATS: Final = (
    Format(
        "LipidXplorer",
        files="table of results, with a column of RT added",
        marks=(("NAME", "MASS", "PRECURINTENS*"), ("SPECIE", "MASS", "PRECURINTENS*")),
        columns={"name": ("NAME", "SPECIE", "MOLECULAR SPECIES"), "mz": ("MASS",)},
        per_sample=(
            PerSample("volume", r"PRECURINTENS ?[: ] ?(?P<sample>.+)"),
            PerSample("volume", r"INTENSITY ?[: ] ?(?P<sample>.+)"),
        ),
        taken="lipid species, m/z, the RT that was added, the intensities of all files",
    ),
)
