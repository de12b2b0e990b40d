"""asari: feature tables, with names added and without."""

from __future__ import annotations

import pytest
from reading.formats.content import FEATURES, FILES, assert_content, read

from ganglioside.errors import ValidationError


def features(*, named: bool = True) -> str:
    """Text of a feature table."""
    header = ["id_number", "mz", "rtime", "rtime_left_base", "rtime_right_base"]
    header += ["parent_masstrack_id", "peak_area", "cSelectivity", "goodness_fitting", "snr"]
    header += ["detection_counts", *FILES]
    rows: list[list[object]] = [[*header, "Annotation"] if named else list(header)]
    for f in FEATURES:
        rt = round(60 * f.rt, 2)
        row = [f"F{f.number}", f.mz, rt, rt - 4, rt + 5, 100 + f.number]
        row += [int(sum(map(f.area, FILES))), 0.98, 0.91, 120 + f.number, len(FILES)]
        row += [f.area(file) for file in FILES]
        rows.append([*row, f"{f.head}(d{f.chains})"] if named else list(row))
    return "\n".join("\t".join(map(str, row)) for row in rows)


def test_a_feature_table_with_names_added() -> None:
    assert_content(read(features()), tool="asari", ions=False)


def test_a_feature_table_without_names_is_refused() -> None:
    with pytest.raises(ValidationError, match="feature list of asari has no lipid names"):
        read(features(named=False))
