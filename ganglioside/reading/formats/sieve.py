"""SIEVE: frames with one column of reconstructed intensities a file, with names added.

Sources of the headers: reports of SIEVE 2 as its manual shows them (`Id`, `MZ`, `Time`,
`ChargeState`, `ReconArea_S_1`). SIEVE gives no lipid names: a table to which none were added is
refused.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format, PerSample

FORMATS: Final = (
    Format(
        "SIEVE",
        files="table of frames",
        marks=(
            ("MZ", "Time", "ChargeState"),
            ("MZ", "Time", "PRElement"),
            ("FrameID", "MZ"),
            ("MZ Start", "MZ Stop", "Time Start"),
        ),
        columns={"rt": ("Time", "RT"), "mz": ("MZ",)},
        others=(
            "Id", "FrameID", "ChargeState", "PRElement", "MZ Start", "MZ Stop", "Time Start",
            "Time Stop", "Integral*", "Ratio*", "PValue*", "CV*", "StDev*", "ISTD*", "NumFrag*",
        ),
        per_sample=(
            PerSample("volume", r"(?:ReconArea|Area)[_ ](?P<sample>.+)"),
            PerSample("volume", r"(?:ReconIntensity|Intensity)[_ ](?P<sample>.+)"),
            PerSample("volume", r"(?P<sample>.+)[_ ](?:ReconArea|ReconIntensity)"),
        ),
        taken="names, which have to be added first, m/z, RT and the areas of all files",
    ),
)  # fmt: skip
