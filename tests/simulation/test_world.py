"""Worlds: each effect has random numbers of its own, and drift moves samples."""

from __future__ import annotations

import pandas as pd
from simulated_tables import draw


def test_one_knob_leaves_the_other_effects_as_they_were() -> None:
    plain, trusted = draw(3), draw(3, anchors=10, log_p_slips=0.0)
    assert not plain["Anchor"].equals(trusted["Anchor"])
    pd.testing.assert_frame_equal(
        plain[["Name", "RT", "Volume"]], trusted[["Name", "RT", "Volume"]]
    )


def test_drift_moves_samples_and_is_part_of_the_true_rt() -> None:
    table = draw(7, n_samples=6, drift_shift=0.2)
    genuine = table[(table["verdict"] == "valid") & ~table["merged"]]
    means = genuine.pivot_table(index="true_name", columns="Sample", values="RT").dropna().mean()
    assert means.std() > 0.05
    assert (genuine["RT"] - genuine["true_rt"]).std() < 0.025
