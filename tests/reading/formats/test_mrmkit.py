"""MRMkit: long tables of transitions and files."""

from __future__ import annotations

from itertools import product

import pytest
from paths import SHARED_DATA
from reading.formats.content import FEATURES, FILES, assert_content, by_sample, read

import ganglioside as gg

TYPES = dict(zip(FILES, ("SBLK", "BQC", "SPL", "SPL"), strict=True))


def mrmkit(
    separator: str, name: str = "feature_name", file_header: str = "raw_data_filename"
) -> str:
    header = [name, "internal_standard", file_header, "time_stamp", "batch", "sample_type"]
    header += ["precursor_mz", "product_mz", "collision_energy", "polarity", "rt_apex", "area"]
    header += ["area_normalized", "concentration", "height", "FWHM", "rt_int_start", "rt_int_end"]
    lines = [separator.join(header)]
    for f, file in product(FEATURES, FILES):
        row = [
            f"{f.head} {f.chains};O2",
            "GM3-d3 (ISTD)",
            f"{file}.mzML",
            "2024-01-02T10:00:00Z",
            1,
        ]
        row += [TYPES[file], f.mz, 290.1, 30, "-", f.rt_in(file), f.area(file), 0.5, 0.5, 77, 0.07]
        lines.append(separator.join(map(str, [*row, f.rt - 0.1, f.rt + 0.1])))
    return "\ufeff" + "\n".join(lines)


@pytest.mark.parametrize("separator", ["\t", ","])
@pytest.mark.parametrize(
    ("name", "file_header"),
    [("feature_name", "raw_data_filename"), ("feature_id", "analysis_id")],
)
def test_long_tables(separator: str, name: str, file_header: str) -> None:
    table = read(mrmkit(separator, name, file_header))
    assert_content(table, tool="MRMkit", own_rt=True, ions=False)
    kinds = {name: rows["sample_type"].iloc[0] for name, rows in by_sample(table).items()}
    assert kinds == {"Blank_1": "blank", "QC_1": "qc", "S_1": "sample", "S_2": "sample"}


@pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="the real tables are not beside the project")
def test_a_real_panel() -> None:
    table = gg.read_features(SHARED_DATA / "real" / "mrmkit_panel.csv")
    assert table.tables[0].tool == "MRMkit"
    assert table.data["sample"].nunique() == 6
    assert len(table.data) == 702
