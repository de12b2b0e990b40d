"""Findings: each code where it belongs, and nowhere else."""

from __future__ import annotations

import re

import bent_tables
import known_curve
import numpy as np
import pandas as pd
import pytest
import simulated_tables
from bent_tables import Bend, even, s_shaped, two_steps
from known_curve import Method
from simulated_study import raw_of, study

import ganglioside as gg
from ganglioside.columns import FINDINGS


@pytest.fixture
def table() -> pd.DataFrame:
    """Genuine features with a Log P that follows composition exactly."""
    drawn = known_curve.draw(Method(), np.random.default_rng(0))
    species = gg.parse_names(drawn["Name"]).frame().reset_index(drop=True)
    log_p = 0.54 * species["carbons"] - 1.1 * species["double_bonds"] - 2.0 * species["sugar_count"]
    return drawn.assign(**{"Log P": log_p.astype(float).round(2)})


def found(table: pd.DataFrame, code: str) -> pd.DataFrame:
    findings = gg.analyze(table).findings
    return findings[findings["code"] == code]


def place(table: pd.DataFrame, name: str) -> int:
    return int(np.flatnonzero(table["Name"] == name)[0])


def test_a_clean_table_has_no_findings(table: pd.DataFrame) -> None:
    findings = gg.analyze(table).findings
    assert findings["code"].tolist() == []
    assert {c: str(t) for c, t in findings.dtypes.items()} == FINDINGS


def test_every_finding_says_what_to_do_gravest_first() -> None:
    findings = gg.analyze(gg.example()).findings
    order = findings["severity"].map({"error": 0, "warning": 1, "info": 2})
    assert order.is_monotonic_increasing
    assert (
        findings[["message", "advice"]].apply(lambda c: c.str.fullmatch(r"\S.*\.")).all(axis=None)
    )


def test_a_wrong_anchor_is_named(table: pd.DataFrame) -> None:
    at = place(table, "GD3(38:1;O2)")
    table.loc[at, ["RT", "Anchor"]] = [table.loc[at, "RT"] + 1.2, "T"]
    wrong = found(table, "wrong-anchor")
    assert wrong["feature_id"].tolist() == [at]
    assert wrong["severity"].tolist() == ["error"]
    assert f"{table.loc[at, 'RT']:.3f} min" in wrong["message"].iloc[0]
    table.loc[at, "Anchor"] = "F"
    assert len(found(table, "wrong-anchor")) == 0


def test_a_log_p_slip_is_named_once(table: pd.DataFrame) -> None:
    at = place(table, "GT1(40:1;O2)")
    right = table.loc[at, "Log P"]
    table.loc[at, "Log P"] = right + 1.08
    twice = pd.concat([table, table.iloc[[at]].assign(RT=4.0)])
    slips = found(twice, "log-p-slip")
    assert slips["feature_id"].tolist() == [at]
    assert f"predict {right:.2f}" in slips["message"].iloc[0]


def test_slips_within_the_spread_of_the_others_are_none(table: pd.DataFrame) -> None:
    noise = np.random.default_rng(0).normal(0, 0.05, len(table))
    assert len(found(table.assign(**{"Log P": table["Log P"] + noise}), "log-p-slip")) == 0


def test_few_log_p_values_contradict_nothing(table: pd.DataFrame) -> None:
    log_p = table["Log P"].where(table.index < 5)
    log_p.iloc[2] = 99.0
    assert len(found(table.assign(**{"Log P": log_p}), "log-p-slip")) == 0


def test_a_neugc_form_is_suggested(table: pd.DataFrame) -> None:
    method, rng = Method(), np.random.default_rng(1)
    acetyls = known_curve.draw(method, rng, series=["GT1"])
    acetyls = acetyls.assign(
        Name=acetyls["Name"].str.replace("GT1", "GT1+OAc"), RT=acetyls["RT"] + 0.05
    )
    acetyls = acetyls[~acetyls["Name"].str.contains("36:0")]
    rt = method.rt("GT1", 38, 1, 2) - 0.07
    neugc = pd.DataFrame({"Name": ["GT1+OAc(36:0;O2)"], "RT": [rt], "Volume": 3e5, "Anchor": "F"})
    whole = pd.concat([table, acetyls, neugc], ignore_index=True)
    suggested = found(whole, "neugc-candidate")
    assert suggested["feature_id"].tolist() == [len(whole) - 1]
    assert "NeuGc" in suggested["message"].iloc[0]


def test_a_series_of_one_feature_is_sparse(table: pd.DataFrame) -> None:
    one = known_curve.draw(
        Method(), np.random.default_rng(1), series=["GM2"], ceramides=[(36, 1, 2)]
    )
    sparse = found(pd.concat([table, one]), "sparse-series")
    assert sparse["series"].tolist() == ["GM2"]
    assert sparse["feature_id"].isna().all()
    assert sparse["message"].iloc[0].startswith("Only 1 feature of GM2 is on its line; it is ")


def test_a_lone_ceramide_at_the_edge_is_extrapolated(table: pd.DataFrame) -> None:
    edge = known_curve.draw(
        Method(), np.random.default_rng(1), series=["GM1"], ceramides=[(44, 1, 2)]
    )
    whole = pd.concat([table, edge], ignore_index=True)
    assert found(whole, "extrapolation")["feature_id"].tolist() == [len(whole) - 1]


def test_a_stack_of_modifications_is_named(table: pd.DataFrame) -> None:
    stack = table.iloc[[0]].assign(Name="GM1+Hex+HexNAc+OAc(36:1;O2)", RT=8.0)
    assert len(found(pd.concat([table, stack]), "modification-stack")) == 1
    two = stack.assign(Name="GM1+Hex+OAc(36:1;O2)")
    assert len(found(pd.concat([table, two]), "modification-stack")) == 0


def test_without_a_model_there_is_one_finding() -> None:
    analysis = gg.analyze(pd.DataFrame({"Name": ["GM3(36:1;O2)"], "RT": [8.0]}))
    findings = analysis.findings
    assert findings["code"].tolist() == ["no-model"]
    assert findings["message"].tolist() == [analysis.model.reason]


def test_a_sample_with_little_in_common_is_reported() -> None:
    raw = raw_of(study())
    kept = raw[(raw["Sample"] != "S003") | (raw.groupby("Sample").cumcount() < 2)]
    findings = gg.analyze(kept).findings
    assert (
        findings.loc[findings["code"] == "sample-not-aligned", "message"].str.contains("S003").all()
    )
    assert (findings["code"] == "sample-not-aligned").sum() == 1


@pytest.mark.parametrize("bend", [s_shaped, two_steps])
def test_an_uneven_gradient_is_told_with_the_time_of_a_carbon(bend: Bend) -> None:
    uneven = found(bent_tables.table(bend), "uneven-gradient")
    assert len(uneven) == 1
    message = uneven["message"].iloc[0]
    slow, slow_at, fast, fast_at = (
        float(number) for number in re.findall(r"[0-9.]+(?= min\b)", message)
    )
    worth = np.linspace(-6.0, 9.0, 3001)
    steepness = np.gradient(bend(worth), worth)
    assert slow == pytest.approx(np.interp(slow_at, bend(worth), steepness), rel=0.15)
    assert fast == pytest.approx(np.interp(fast_at, bend(worth), steepness), rel=0.35)


def test_wide_coelution_is_told_where_rt_scatter() -> None:
    analysis = gg.analyze(simulated_tables.noisy(0))
    wide = analysis.findings[analysis.findings["code"] == "wide-coelution"]
    times = float(re.search(r"within ([\d.]+) times", wide["message"].item())[1])
    assert times == pytest.approx(analysis.coelution_tolerance / 0.1, abs=0.05)
    assert times > 1.5
    assert f"{analysis.model.sigma:.3f} min" in wide["message"].item()


def test_an_even_gradient_is_no_finding() -> None:
    codes = gg.analyze(bent_tables.table(even)).findings["code"].tolist()
    assert "uneven-gradient" not in codes
    assert "lack-of-fit" not in codes


def test_samples_of_a_study_are_no_further_witnesses_against_its_curve() -> None:
    for seed in (3, 6):
        assert found(gg.simulate(seed, n_samples=4), "lack-of-fit").empty


def test_features_that_elute_late_together_are_told() -> None:
    """Late by up to 0.1 min around 11 min: no gradient is as uneven as that."""
    samples = [bent_tables.table(even, s, 0.005).assign(Sample=f"S{s}") for s in range(3)]
    table = pd.concat(samples, ignore_index=True)
    table["RT"] += 0.1 * np.exp(-(((table["RT"] - 11) / 0.25) ** 2))
    told = found(table, "lack-of-fit")
    assert told["severity"].tolist() == ["warning"]
    message = told["message"].iloc[0]
    first, last = map(float, re.findall(r"Between ([0-9.]+) and ([0-9.]+)", message)[0])
    assert first < 11.3
    assert last > 10.7
    assert "later" in message
