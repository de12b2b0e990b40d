"""Measured m/z against the names."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from ganglioside.lipids.adducts import mz
from ganglioside.lipids.mass_errors import mass_errors
from ganglioside.lipids.names import parse_name

MASS = parse_name("GD1(36:1;O2)").monoisotopic_mass
ADDUCTS = ["[M-H]-", "[M-2H]2-", "[M+H]+", "[M+HCOO]-"]


def errors(values: list[float], ions: list[str | None]) -> np.ndarray:
    mass = np.full(len(values), MASS)
    return mass_errors(np.array(values), pd.array(ions, dtype="str"), mass)


@pytest.mark.parametrize("ion", ADDUCTS)
def test_the_error_is_in_ppm_of_the_named_ion(ion: str) -> None:
    measured = mz(MASS, ion) * (1 + 7e-6)
    assert errors([measured], [ion])[0] == pytest.approx(7.0, abs=1e-6)


def test_without_an_ion_the_nearest_usual_one_is_meant() -> None:
    values = [mz(MASS, "[M-2H]2-") * (1 - 3e-6), mz(MASS, "[M-H]-")]
    assert errors(values, [None, None]) == pytest.approx([-3.0, 0.0], abs=1e-6)


def test_what_cannot_be_compared_is_missing() -> None:
    found = errors([np.nan, 1000.0, 1234.5], ["[M-H]-", "[M+Xe]-", None])
    assert np.isnan(found).all()


def test_a_named_ion_keeps_a_large_error() -> None:
    assert errors([mz(MASS, "[M-H]-") + 1.0], ["[M-H]-"])[0] > 300
