"""asari: feature tables with a column of peak areas for each file, with names added.

Sources of the headers: feature tables of asari 1 (`preferred_Feature_table.tsv`). RT is in s;
`peak_area` is that of the composite peak of all files. asari gives no names: a table to which none
were added is refused.
"""

from __future__ import annotations

from typing import Final

from ganglioside.reading.formats.format import Format

FORMATS: Final = (
    Format(
        "asari",
        files="preferred and full feature table",
        marks=(
            ("parent_masstrack_id", "cSelectivity"),
            ("cSelectivity", "goodness_fitting"),
            ("rtime", "parent_masstrack_id"),
        ),
        columns={"rt": ("rtime",), "mz": ("mz",)},
        others=(
            "id_number", "id", "rtime_left_base", "rtime_right_base", "left_base", "right_base",
            "parent_masstrack_id", "parent_epd_id", "peak_area", "peak_height", "height",
            "cSelectivity", "goodness_fitting", "snr", "detection_counts",
        ),
        taken="names, which have to be added first, m/z, RT and the areas of all files",
    ),
)  # fmt: skip
