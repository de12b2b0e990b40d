"""The example: written the same again, and with every difficulty."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import ganglioside as gg
from ganglioside.simulation.example import write_example

DATA = Path(gg.__file__).parent / "data"


def test_the_example_is_written_the_same_again(tmp_path: Path) -> None:
    for written in write_example(tmp_path):
        assert written.read_bytes() == (DATA / written.name).read_bytes()


def test_the_example_does_not_depend_on_the_process(tmp_path: Path) -> None:
    code = """
import sys, pathlib
from ganglioside.simulation.example import write_example
write_example(pathlib.Path(sys.argv[1]))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    subprocess.run(command, check=True, env={"PYTHONHASHSEED": "17", "LC_ALL": "C"})
    assert (tmp_path / "example.csv").read_bytes() == (DATA / "example.csv").read_bytes()


def test_who_changes_the_example_changes_it_for_nobody_else() -> None:
    mine = gg.example()
    assert mine.truth is not None
    before = mine.data["rt"].copy()
    mine.data["rt"] = 0.0
    mine.truth["verdict"] = "valid"
    mine.problems["row"] = 0
    again = gg.example()
    assert again.truth is not None
    assert again.data["rt"].equals(before)
    assert again.truth["verdict"].nunique() > 1
    assert len(gg.analyze(again).features) == len(before)


def test_the_example_holds_every_difficulty() -> None:
    table = gg.example()
    truth = table.truth
    assert truth is not None
    assert 200 <= len(table) <= 335
    assert len(truth) == len(table)
    assert {"GD1a", "GD1b", "GT1a", "GT1b"} <= set(truth["isomer"].dropna())
    assert {"+Na-H", "-H2O", "NeuGc", "chance"} <= set(truth["process"].dropna())
    assert truth["wrong_anchor"].sum() >= 1
    assert truth["log_p_slip"].any()
    missing = truth["parent"].notna() & truth["parent_id"].isna()
    assert missing.any()
    joined = truth.assign(name=table.data["name"], volume=table.data["volume"])
    largest = joined.pivot_table(index="name", columns="verdict", values="volume", aggfunc="max")
    assert (largest["fragment"] > largest["valid"]).any()
    assert len(table.problems) == 0
