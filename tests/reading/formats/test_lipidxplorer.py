"""LipidXplorer: intensities of all files, with an RT that was added."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, read

from ganglioside.errors import GangliosideError


def lipidxplorer(*, rt: bool) -> str:
    header = ["NAME", "MASS", "CHEMSC", "ERROR", *(["RT"] if rt else [])]
    lines = [",".join([*header, *(f"PRECURINTENS:{file}.mzML" for file in FILES)])]
    for f in FEATURES:
        row = [f"{f.head} {f.chains};O2", f.mz, "C1 H1", "0.5ppm", *([f.rt] if rt else [])]
        lines.append(",".join(map(str, [*row, *(f.area(file) for file in FILES)])))
    return "\n".join(lines)


def test_an_rt_that_was_added_makes_it_readable() -> None:
    assert_content(read(lipidxplorer(rt=True)), tool="LipidXplorer", ions=False)


def test_results_without_rt_are_refused() -> None:
    with pytest.raises(GangliosideError, match="RT"):
        read(lipidxplorer(rt=False))
