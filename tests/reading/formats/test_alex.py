"""ALEX123 tables."""

from __future__ import annotations

from itertools import product

from reading.formats.content import FEATURES, FILES, assert_content, read


def alex() -> str:
    header = ["RAW_ID", "Machine", "Polarity", "MS evidence level", "Lipid species"]
    header += ["Molecular lipid species", "Mol. species rank", "Lipid class", "Retention time"]
    header += [
        "Isotope clusters",
        "Peak area (total)",
        "Peak area M0",
        "Max intensity",
        "Target m/z",
    ]
    header += ["Measured m/z", "m/z offset", "ppm error", "Adduct", "Lipid ID"]
    lines = ["\t".join(header)]
    for f, file in product(FEATURES, FILES):
        name = f"{f.head} {f.chains};O2"
        row = [file, "QE", "-", "MS1", name, name, 1, f.head, f.rt_in(file), 3, f.area(file), 5, 6]
        lines.append("\t".join(map(str, [*row, f.mz + 0.004, f.mz, 0, 3.5, "-H", name])))
    return "\n".join(lines)


def test_a_table_of_all_files() -> None:
    assert_content(read(alex()), tool="ALEX123", own_rt=True)
