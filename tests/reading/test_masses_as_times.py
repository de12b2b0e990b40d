"""RT columns that hold the m/z of the names."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.errors import ValidationError

NAMES = [f"Cer 18:1;O2/{carbons}:0" for carbons in range(16, 24)]
MASSES = [gg.parse_name(name).monoisotopic_mass for name in NAMES]


def table(times: list[float], header: str = "retention_time") -> bytes:
    """Table as MetaboLights has it, with the mass of each molecule as m/z."""
    lines = [f"metabolite_identification\tmass_to_charge\t{header}\tS1"]
    lines += [
        f"{name}\t{mass:.4f}\t{time:.4f}\t{1000 + i}"
        for i, (name, mass, time) in enumerate(zip(NAMES, MASSES, times, strict=True))
    ]
    return "\n".join(lines).encode()


@pytest.mark.parametrize("header", ["retention_time", "RT (min)", "RT (s)"])
@pytest.mark.parametrize(
    ("shift", "ion"), [(-1.00728, "[M-H]-"), (44.9977, "[M+HCOO]-"), (1.00728, "[M+H]+"), (0, "M")]
)
def test_a_column_of_masses_is_no_column_of_times(header: str, shift: float, ion: str) -> None:
    times = [mass + shift for mass in MASSES]
    with pytest.raises(ValidationError) as refused:
        gg.read_features(table(times, header))
    (problem,) = refused.value.problems.itertuples()
    assert problem.code == "rt-holds-mz"
    assert problem.message == (
        f"The column {header} holds m/z, no retention times: {times[0]:.4f} is that of "
        f"Cer(34:1;O2) as {ion}."
    )


def test_other_faults_of_rows_are_not_told_beside_it() -> None:
    rows = table([mass - 1.00728 for mass in MASSES]) + b"\nGM3(99)\t5\t6\t7"
    with pytest.raises(ValidationError) as refused:
        gg.read_features(rows)
    assert refused.value.problems["code"].tolist() == ["rt-holds-mz"]


def test_times_in_seconds_are_times_though_one_is_near_an_mz() -> None:
    times = [480.0 + 30 * i for i in range(len(NAMES))]
    times[2] = MASSES[2] - 1.00728
    read = gg.read_features(table(times))
    assert read.data["rt"].tolist() == pytest.approx([time / 60 for time in times], abs=1e-4)
