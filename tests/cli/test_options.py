"""Options that several commands share reach what they set."""

from __future__ import annotations

from typing import Any, Final

import pytest
from command_line import EXAMPLE, run, run_json
from typer.testing import CliRunner

from ganglioside.cli import app, options
from ganglioside.exporting import FORMATS


def test_the_settings_reach_the_analysis() -> None:
    thresholds = ("--r2-threshold", 0.9, "--outlier-threshold", 3, "--rt-tolerance", 0.05)
    (document,) = run_json("analyze", EXAMPLE, *thresholds, "--sample-type", "porcine")
    used = document["settings"]
    assert (used["r2_threshold"], used["outlier_threshold"]) == (0.9, 3)
    assert (used["rt_tolerance"], used["sample_type"]) == (0.05, "porcine")


def test_the_formats_are_those_of_the_export(sid: str) -> None:
    assert options.FORMATS == FORMATS
    run("export", sid, "--format", "doc", code=2)


#: Options that take a number, each after its command.
OPTIONS: Final = (
    "history list --limit",
    "history log --limit",
    "history cleanup --yes --older-than",
    "history cleanup --older-than 1d --every",
    "jobs start export x --time-limit",
    "jobs list --limit",
    "simulate --out x.csv --seed",
    "batch x.csv --out results --workers",
    "app --port",
    "analyze x.csv --r2-threshold",
    "analyze x.csv --outlier-threshold",
    "analyze x.csv --rt-tolerance",
    "library x.csv --out y.csv --minutes",
    "suggest x.csv 0 -n",
)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("odd", ["-1", "nan", "1e999", "", "9" * 500, "0.0.0"])
def test_a_command_takes_no_odd_number(
    option: str, odd: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(tmp_path / "history.duckdb"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [*option.split(), odd])
    assert not result.exception or isinstance(result.exception, SystemExit), result.exception
    # Of a list there may be as many as the number says; there is nothing to list here.
    assert result.exit_code in ((0, 1, 2) if "limit" in option else (1, 2)), result.output
