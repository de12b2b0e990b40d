"""SIEVE: frames, with names added and without."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, read

from ganglioside.errors import ValidationError


def frames(*, named: bool = True) -> str:
    """Text of a table of frames."""
    header = ["Id", "MZ", "Time", "MZ Start", "MZ Stop", "Time Start", "ChargeState", "PRElement"]
    header += ["Ratio_ctx", "PValue_ctx", *(f"ReconArea_{file}" for file in FILES)]
    rows: list[list[object]] = [[*header, "Annotation"] if named else list(header)]
    for f in FEATURES:
        row = [f.number, f.mz, f.rt, f.mz - 1, f.mz + 1, f.rt - 1, 1, 1, 2.0, 0.01]
        row += [f.area(file) for file in FILES]
        rows.append([*row, f"{f.head}(d{f.chains})"] if named else list(row))
    return "\n".join(",".join(map(str, row)) for row in rows)


def test_frames_with_names_added() -> None:
    assert_content(read(frames()), tool="SIEVE", ions=False)


def test_frames_without_names_are_refused() -> None:
    with pytest.raises(ValidationError, match="feature list of SIEVE has no lipid names"):
        read(frames(named=False))
