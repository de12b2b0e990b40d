"""Rows of one sample that are one peak: which, and what each is in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rows_of_peaks import as_ion, plain

import ganglioside as gg
from ganglioside.observations.observations import observe
from ganglioside.observations.peak_rows import PeakRows, peak_rows
from ganglioside.support.priors import Priors

USUAL = Priors.usual()


def rows_of(table: pd.DataFrame) -> tuple[PeakRows, np.ndarray]:
    """The rows of the peaks of a table, and the position of each of its rows among them."""
    observed = observe(gg.read_features(table))
    return peak_rows(observed, USUAL), np.argsort(observed.row)


def with_second_ion(digits: int, apart: float = 0.004) -> pd.DataFrame:
    first = plain()
    rng = np.random.default_rng(5)
    second = as_ion(first, "[M-2H]2-").assign(
        RT=first["RT"] + rng.normal(0, apart, len(first)), Volume=first["Volume"] * 2
    )
    return pd.concat([first, second], ignore_index=True).round({"RT": digits})


@pytest.mark.parametrize("digits", [1, 2, 3])
@pytest.mark.parametrize("left_out", [[], ["Adduct"], ["m/z"], ["Adduct", "m/z"]])
def test_ions_of_one_species_are_one_peak_and_have_one_verdict(
    digits: int, left_out: list[str]
) -> None:
    table = with_second_ion(digits).drop(columns=left_out)
    rows, at = rows_of(table)
    assert len(rows.best) == 21
    assert set(rows.best) == set(at[21:])  # the larger ion stands for both
    features = gg.analyze(table).features
    assert (features["verdict"] == "valid").all()
    assert (features["peak_id"].to_numpy()[:21] == np.arange(21, 42)).all()
    assert features["reason"].str.contains("also as").all()


def test_the_reason_names_both_ions_and_the_other_row() -> None:
    features = gg.analyze(with_second_ion(3)).features
    assert features["reason"][0].endswith("seen as [M-H]-, also as [M-2H]2-, row 23.")
    assert features["reason"][21].endswith("seen as [M-2H]2-, also as [M-H]-, row 2.")


def test_areas_of_ions_are_never_added() -> None:
    table = with_second_ion(3)
    features = gg.analyze(table).features
    assert features["consolidated_volume"][:21].isna().all()
    np.testing.assert_allclose(features["consolidated_volume"][21:], table["Volume"][21:])


def test_the_second_ion_teaches_the_model_nothing() -> None:
    alone, twice = gg.analyze(plain()), gg.analyze(pd.concat([plain(), plain()]))
    predicted = alone.features["predicted_rt"].to_numpy()
    np.testing.assert_allclose(twice.features["predicted_rt"][:21], predicted, atol=1e-6)
    assert twice.model.sigma == pytest.approx(alone.model.sigma)


def test_the_table_teaches_how_far_the_rows_of_a_peak_may_be_apart() -> None:
    narrow, _ = rows_of(with_second_ion(3))
    wide, _ = rows_of(with_second_ion(3, apart=0.02))
    assert narrow.width < 0.01 < wide.width < 0.03
    assert len(wide.best) == 21


@pytest.mark.parametrize("columns", [["Isotope"], ["Isotope", "Adduct"], ["m/z", "Adduct"]])
def test_isotope_peaks_are_known_by_mz_or_by_column(columns: list[str]) -> None:
    first = plain()
    some = first.iloc[::2]
    parts = [first.assign(Isotope="M+0")]
    for k in (1, 2):
        shifted = as_ion(some, "[M-H]-", k).assign(Isotope=f"M+{k}", RT=some["RT"] + 0.002 * k)
        parts.append(shifted.assign(Volume=some["Volume"] * 0.6))
    table = pd.concat(parts, ignore_index=True).drop(columns=columns)
    analysis = gg.analyze(table)
    features = analysis.features
    assert (features["verdict"][:21] == "valid").all()
    assert (features["verdict"][21:] == "adduct").all()
    assert features["process"][21:].tolist() == ["M+1"] * 11 + ["M+2"] * 11
    assert features["parent_id"][21:].tolist() == list(range(0, 21, 2)) * 2
    np.testing.assert_allclose(features["consolidated_volume"][:21], first["Volume"])
    assert "wrong-anchor" not in set(analysis.findings["code"])
    assert analysis.summary.anchors_not_valid == 0
    explanation = analysis.explain(21)
    assert explanation.hypotheses[0].statement.startswith("isotope peak M+1 of GM1(34:1;O2)")
    assert explanation.verdict == "adduct"


def test_rows_of_a_name_that_are_apart_are_two_peaks() -> None:
    table = plain()
    far = table.iloc[[3]].assign(RT=table["RT"][3] + 0.05)
    rows, _ = rows_of(pd.concat([table, far], ignore_index=True))
    assert rows.are_single


def test_isomers_of_a_large_study_are_not_one_peak() -> None:
    """However many there are, rows 0.09 min apart and more do not widen what is one peak."""
    n = 40_000
    rng = np.random.default_rng(0)
    first = pd.DataFrame({"Name": "GM1(36:1;O2)", "RT": 9.0, "Sample": np.arange(n).astype(str)})
    first.loc[: n // 2, "Name"] = "GM3(42:1;O2)"
    first["RT"] += 4.0 * (first["Name"] == "GM3(42:1;O2)")
    second = first.assign(RT=first["RT"] + 0.09 + rng.exponential(0.3, n))
    rows, _ = rows_of(pd.concat([first, second], ignore_index=True))
    assert rows.are_single
    assert rows.width == pytest.approx(USUAL.coelution_width.value, rel=0.01)


def test_a_part_of_a_split_peak_is_an_adduct_of_it() -> None:
    table = plain().drop(columns=["Adduct", "m/z"])
    beside = table.iloc[[3, 9]].assign(Anchor="F")
    beside = beside.assign(
        RT=beside["RT"] + np.array([0.09, -0.1]), Volume=beside["Volume"] * [0.2, 0.1]
    )
    features = gg.analyze(pd.concat([table, beside], ignore_index=True)).features
    assert (features["verdict"][:21] == "valid").all()
    assert features["verdict"][21:].tolist() == ["adduct"] * 2
    assert features["process"][21:].tolist() == ["split peak"] * 2
    assert features["parent_id"][21:].tolist() == [3, 9]


def test_chains_of_one_sum_are_names_of_their_own() -> None:
    table = plain().drop(columns=["Adduct", "m/z"])
    table["Name"] = table["Name"].str.replace(r"\((\d+):(\d);O2\)", _chains, regex=True)
    other = table[table["Name"].str.contains(r"18:1/2[02]:0")].assign(Anchor="F")
    other = other.assign(
        Name=other["Name"].str.replace("18:1/20:0", "20:1/18:0").str.replace("18:1/22", "20:1/20"),
        RT=other["RT"] + 0.025,
    )
    total = table[table["Name"].str.contains("18:1/20:0")].assign(
        Name=["GM1(38:1;O2)", "GM3(38:1;O2)", "GD3(38:1;O2)"], Anchor="F"
    )
    rows, _ = rows_of(pd.concat([table, other, total], ignore_index=True))
    assert rows.are_single
    features = gg.analyze(pd.concat([table, other, total], ignore_index=True)).features
    assert (features["verdict"] == "valid").all()


def _chains(found: object) -> str:
    carbons, double_bonds = int(found[1]), int(found[2])  # type: ignore[index]
    return f"(d18:1/{carbons - 18}:{double_bonds - 1})"


def test_the_samples_of_a_study_count_each_peak_once() -> None:
    parts = [
        with_second_ion(3).assign(Sample=name, RT=lambda t, k=k: t["RT"] + 0.01 * k)
        for k, name in enumerate("ABC")
    ]
    once = [part.iloc[21:] for part in parts]  # the larger ion alone
    twice = gg.analyze(pd.concat(parts, ignore_index=True))
    single = gg.analyze(pd.concat(once, ignore_index=True))
    assert (twice.features["verdict"] == "valid").all()
    assert (twice.consensus["seen"] == 3).all()
    pd.testing.assert_frame_equal(
        twice.consensus[["name", "total_volume", "volume"]],
        single.consensus[["name", "total_volume", "volume"]],
    )
