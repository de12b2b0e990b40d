"""m/z of a whole table that are not those of name and ion: found once, and no evidence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
import rows_of_peaks

import ganglioside as gg
from ganglioside.lipids.adducts import mz
from ganglioside.lipids.elements import Elements
from ganglioside.lipids.names import parse_name
from ganglioside.observations.mass_shifts import MassShift, MeasuredMasses, find_shifts

NEUTRON = 1.0033548


def table(seed: int = 0, ion: str = "[M-H]-") -> pd.DataFrame:
    return rows_of_peaks.plain(seed, ion)


def masses(rows: pd.DataFrame) -> np.ndarray:
    return np.array([parse_name(name).monoisotopic_mass for name in rows["Name"]])


def with_mz(rows: pd.DataFrame, values: np.ndarray, ppm: float = 1.5) -> pd.DataFrame:
    """The rows with other m/z, measured with some scatter."""
    rng = np.random.default_rng(len(rows))
    return rows.assign(**{"m/z": (values * (1 + 1e-6 * rng.normal(0, ppm, len(rows)))).round(4)})


def shifted(analysis: gg.Analysis) -> list[str]:
    findings = analysis.findings
    return findings.loc[findings["code"] == "mz-shifted", "message"].tolist()


def verdicts(analysis: gg.Analysis) -> set[str]:
    return set(analysis.features["verdict"])


def average(rows: pd.DataFrame) -> np.ndarray:
    formulas = [parse_name(name).formula for name in rows["Name"]]
    return np.array([Elements.from_formula(formula).average_mass for formula in formulas])


def as_ion(ion: str) -> Callable[[pd.DataFrame], np.ndarray]:
    return lambda rows: mz(masses(rows), ion)


@pytest.mark.parametrize(
    ("named", "measured", "says"),
    [
        ("[M+H]+", as_ion("[M-H]-"), "lies 2.0146 Da below that of name and ion: it fits [M-H]-"),
        ("[M-H]-", as_ion("[M+H]+"), "Da above that of name and ion: it fits [M+H]+"),
        ("[M-2H]2-", as_ion("[M+2H]2+"), "it fits [M+2H]2+"),
        ("[M-H]-", as_ion("[M+HCOO]-"), "it fits [M+HCOO]-"),
        ("[M+H]+", as_ion("[M+NH4]+"), "it fits [M+NH4]+"),
        ("[M-2H]2-", as_ion("[M-H]-"), "it fits the ion of one charge"),
        ("[M-H]-", masses, "it fits the mass of the neutral molecule"),
        ("[M-H]-", lambda rows: average(rows) - 1.00728, "it fits the average mass"),
        ("[M-H]-", lambda rows: as_ion("[M-H]-")(rows) + NEUTRON, "it fits the isotope peak M+1"),
        (
            "[M-2H]2-",
            lambda rows: as_ion("[M-2H]2-")(rows) + NEUTRON / 2,
            "Da above that of name and ion: it fits the isotope peak M+1",
        ),
        ("[M-H]-", lambda rows: as_ion("[M-H]-")(rows) - 17.3, "17.3000 Da below that of name"),
        ("[M-H]-", lambda rows: np.full(len(rows), 290.0876), "fits neither name and ion"),
    ],
)
def test_a_shift_of_all_rows_is_said_once_and_takes_no_part(
    named: str, measured: Callable[[pd.DataFrame], np.ndarray], says: str
) -> None:
    rows = table(ion=named)
    exact = says.startswith("lies 2.0146") or says.startswith("17.3")
    analysis = gg.analyze(with_mz(rows, measured(rows), 0.0 if exact else 1.5))
    [message] = shifted(analysis)
    assert message.startswith(f"m/z of {len(rows)} of {len(rows)} rows ")
    assert says in message
    assert verdicts(analysis) == {"valid"}
    severity = analysis.findings.set_index("code")["severity"]
    assert severity["mz-shifted"] == "warning"


def test_rows_are_judged_as_without_mz() -> None:
    rows = table()
    rows.loc[3, "RT"] += 0.6
    without = gg.analyze(rows.drop(columns=["m/z", "Adduct"])).features
    shift = gg.analyze(with_mz(rows, as_ion("[M+H]+")(rows))).features
    assert shift["verdict"].tolist() == without["verdict"].tolist()
    assert shift["verdict"][3] == "outlier"
    assert np.allclose(shift["confidence"], without["confidence"], atol=1e-6)


def test_half_of_the_rows_as_another_ion() -> None:
    rows = table()
    half = np.arange(len(rows)) % 2 == 0
    values = np.where(half, as_ion("[M-H]-")(rows), as_ion("[M+HCOO]-")(rows))
    analysis = gg.analyze(with_mz(rows, values))
    [message] = shifted(analysis)
    assert message.startswith(f"m/z of {int((~half).sum())} of {len(rows)} rows")
    assert verdicts(analysis) == {"valid"}
    named = rows.assign(Adduct=np.where(half, "[M-H]-", "[M+HCOO]-"))
    analysis = gg.analyze(with_mz(named, values))
    assert shifted(analysis) == []
    assert verdicts(analysis) == {"valid"}


def test_the_other_half_keeps_its_mz() -> None:
    rows = table()
    half = np.arange(len(rows)) % 2 == 0
    values = np.where(half, as_ion("[M-H]-")(rows), as_ion("[M+HCOO]-")(rows))
    values[4] *= 1 + 60e-6
    analysis = gg.analyze(with_mz(rows, values))
    assert analysis.features["verdict"][4] == "outlier"
    assert (analysis.features["verdict"] == "valid").sum() == len(rows) - 1


def test_a_minority_is_not_the_table() -> None:
    rows = table()
    values = as_ion("[M-H]-")(rows)
    values[[2, 9, 16, 19]] += NEUTRON
    analysis = gg.analyze(with_mz(rows, values))
    assert shifted(analysis) == []
    wrong = analysis.features["verdict"] == "outlier"
    assert np.flatnonzero(wrong).tolist() == [2, 9, 16, 19]


def test_a_wrong_name_in_many_samples_is_no_shift_of_the_table() -> None:
    rows = table()
    wrong = rows["Name"].isin(["GM1(34:1;O2)", "GD3(38:1;O2)"])
    assert wrong.sum() == 2
    samples = [rows.assign(Sample="S0")]
    samples += [rows[wrong].assign(Sample=f"S{k}") for k in range(1, 9)]
    many = pd.concat(samples, ignore_index=True)
    values = as_ion("[M-H]-")(many)
    is_wrong = many["Name"].isin(rows["Name"][wrong]).to_numpy()
    assert is_wrong.mean() > 0.4
    values[is_wrong] += 5.0
    analysis = gg.analyze(with_mz(many, values))
    assert shifted(analysis) == []
    assert not (analysis.features["verdict"][is_wrong] == "valid").any()


def test_a_mass_that_fits_nothing_is_evidence_where_most_fit() -> None:
    rows = table()
    values = as_ion("[M-H]-")(rows)
    third = np.arange(len(rows)) % 3 == 0
    values[third] = as_ion("[M+HCOO]-")(rows)[third]
    values[4] += 77.7
    analysis = gg.analyze(with_mz(rows, values))
    [message] = shifted(analysis)
    assert message.startswith("m/z of 7 of 21 rows")
    assert analysis.features["verdict"][4] == "outlier"
    assert (analysis.features["verdict"] == "valid").sum() == len(rows) - 1


@pytest.mark.parametrize("rounded", [np.rint, np.floor, lambda mz: np.round(mz, 1)])
def test_mz_with_few_digits_are_no_wrong_names(
    rounded: Callable[[np.ndarray], np.ndarray],
) -> None:
    rows = table()
    analysis = gg.analyze(rows.assign(**{"m/z": rounded(rows["m/z"].to_numpy())}))
    assert verdicts(analysis) == {"valid"}


def test_without_ions_the_isotope_peak_is_found_too() -> None:
    rows = table().drop(columns="Adduct")
    analysis = gg.analyze(with_mz(rows, as_ion("[M-H]-")(rows) + NEUTRON))
    [message] = shifted(analysis)
    assert "isotope peak M+1" in message
    assert verdicts(analysis) == {"valid"}


def test_suggestions_go_by_the_name_where_mz_takes_no_part() -> None:
    rows = table()
    analysis = gg.analyze(with_mz(rows, as_ion("[M+HCOO]-")(rows)))
    assert rows["Name"][5] in analysis.suggest(5)["name"].tolist()


def test_no_shift_is_sought_where_most_fit() -> None:
    n = 40
    expected = np.linspace(1000.0, 1800.0, n)
    measured = MeasuredMasses(
        mz=expected + np.where(np.arange(n) < 5, 3.3, 0.0),
        expected=expected,
        mass=expected,
        average=expected + 0.7,
        ion=np.zeros(n, dtype=np.int64),
        species=np.arange(n),
    )
    shifts, ignored = find_shifts(measured)
    assert shifts == ()
    assert not ignored.any()


def test_a_range_of_distances_is_given_as_such() -> None:
    message = MassShift(7, 9, 0.5, 0.75, "the average mass").message
    assert "m/z of 7 of 9 rows lies 0.5000 to 0.7500 Da above" in message
