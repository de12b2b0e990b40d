"""Names of one peak exclude each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from rows_of_peaks import as_ion, plain

import ganglioside as gg
from ganglioside.ion_source.rival_names import rival_names
from ganglioside.observations.observations import observe


def named_twice(*, by_mz: bool) -> pd.DataFrame:
    """Acetylated GM1 with the NeuGc names of the same formula at the same RT."""
    table = plain()
    gm1 = table[table["Name"].str.startswith("GM1")].assign(Anchor="F")
    acetyl = as_ion(
        gm1.assign(Name=gm1["Name"].str.replace("GM1", "GM1+OAc"), RT=gm1["RT"] + 0.05), "[M-H]-"
    )
    other = [f"GM1(NeuGc)({n}:{d};O2)" for n, d in _more(gm1["Name"])]
    neugc = as_ion(acetyl.assign(Name=other), "[M-H]-")
    whole = pd.concat([table, acetyl, neugc], ignore_index=True)
    return whole if by_mz else whole.drop(columns=["m/z", "Adduct"])


def _more(names: pd.Series) -> list[tuple[int, int]]:
    """Carbons and double bonds of ceramides with C2H2 more than those of some names."""
    parsed = gg.parse_names(names).frame()
    pairs = zip(parsed["carbons"], parsed["double_bonds"], strict=True)
    return [(int(n) + 2, int(d) + 1) for n, d in pairs]


@pytest.mark.parametrize("by_mz", [True, False])
def test_two_names_of_one_peak_share_one_probability(by_mz: bool) -> None:
    analysis = gg.analyze(named_twice(by_mz=by_mz))
    features = analysis.features
    acetyl, neugc = features.iloc[21:28], features.iloc[28:]
    assert (features["verdict"][:21] == "valid").all()
    assert not ((acetyl["verdict"] == "valid").to_numpy() & (neugc["verdict"] == "valid")).any()
    for first, second in zip(acetyl["feature_id"], neugc["feature_id"], strict=True):
        both = [analysis.explain(int(k)).probabilities.get("valid", 0.0) for k in (first, second)]
        assert sum(both) <= 1 + 1e-6
    assert neugc["reason"].str.contains(r"same peak as row \d+, GM1\+OAc").all()
    statements = [h.statement for h in analysis.explain(28).hypotheses]
    assert any(s.startswith("the same peak as GM1+OAc(") for s in statements)


def test_an_ion_without_water_is_never_preferred_to_a_plain_one() -> None:
    table = plain()
    lost = table[~table["Name"].str.contains(":2;")]
    names = lost["Name"].str.replace(":1;O2", ":0;O3", regex=False)
    lost = as_ion(lost.assign(Name=names, Anchor="T"), "[M-H2O-H]-")
    features = gg.analyze(pd.concat([table.assign(Anchor="F"), lost], ignore_index=True)).features
    assert (features["verdict"][:21] == "valid").all()
    assert not (features["verdict"][21:] == "valid").any()
    assert features["reason"][21:].str.contains("same peak as row").all()


def test_names_that_agree_are_no_rivals() -> None:
    names = ["GD1(36:1;O2)", "GD1a(36:1;O2)", "GD1b(36:1;O2)", "GM1(d18:1/20:0)", "GM1(d20:1/18:0)"]
    table = gg.read_features(pd.DataFrame({"Name": names, "RT": [9.0, 9.0, 9.0, 10.0, 10.0]}))
    observed = observe(table)
    found = rival_names(observed, np.nan)
    pairs = {
        frozenset(observed.row[[a, b]].tolist())
        for a, b in zip(found.row, found.other, strict=True)
    }
    assert pairs == {frozenset({1, 2})}  # GD1a is not GD1b


def test_rows_of_unlike_mz_or_rt_are_no_rivals() -> None:
    table = named_twice(by_mz=True)
    table.loc[28:, "RT"] += 0.2
    assert len(rival_names(observe(gg.read_features(table)), 1.0).row) == 0
    assert len(rival_names(observe(gg.read_features(named_twice(by_mz=True))), 1.0).row) == 14
