"""Worlds: each effect has random numbers of its own, and drift moves samples."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from simulated_tables import draw

from ganglioside.simulation import LEVELS, World


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


def test_a_wave_along_the_run_moves_parents_and_pieces_alike() -> None:
    tables = [draw(3, run_drift=drift, merge_width=0.0) for drift in (0.0, 0.2)]
    plain, moved = (t[t["verdict"] == "valid"].set_index("true_name") for t in tables)
    assert len(plain) == len(moved)
    off = (moved["true_rt"] - plain["true_rt"]).dropna()
    assert off.abs().max() == pytest.approx(0.2, abs=0.02)
    assert off.min() < -0.1 < 0.1 < off.max()
    about_line = [t["RT"] - t["true_rt"] for t in (plain, moved)]
    assert about_line[1].std() == pytest.approx(about_line[0].std(), abs=0.004)


def test_samples_whose_gradients_differ_are_no_stretch_of_each_other() -> None:
    world = World.draw(1, LEVELS["middle"].replace(n_samples=3, sample_bend=0.6))
    rt = np.linspace(world.first_rt, world.last_rt, 200)
    runs = [world.in_sample(rt, np.full(len(rt), k)) for k in range(3)]
    assert all((np.diff(run) > 0).all() for run in runs)
    for k in (1, 2):
        line = np.polyval(np.polyfit(runs[0], runs[k], 1), runs[0])
        assert np.abs(runs[k] - line).max() > 0.3
