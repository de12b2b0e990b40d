"""Numbers that nobody means are refused in words, wherever they are given."""

from __future__ import annotations

from typing import Any, Final

import pytest
from typer.testing import CliRunner

import ganglioside as gg
from ganglioside.cli import app
from ganglioside.errors import NameFormError, SettingsError
from ganglioside.lipids.names import parse_name
from ganglioside.settings import setting_specs

ODD: Final[list[Any]] = [
    10**400, -(10**400), 10**30, float("nan"), float("inf"), -float("inf"), -1, True, None, "1", [],
]  # fmt: skip


@pytest.mark.parametrize("name", setting_specs())
@pytest.mark.parametrize("odd", ODD, ids=lambda value: repr(value)[:9])
def test_a_setting_takes_no_odd_number(name: str, odd: Any) -> None:
    with pytest.raises(SettingsError, match=name) as refusal:
        gg.Settings(**{name: odd})
    assert len(str(refusal.value)) < 200


@pytest.mark.parametrize("seed", [-1, 10**30, 1.5, "1", None, True])
def test_a_seed_is_a_whole_number(seed: Any) -> None:
    with pytest.raises(SettingsError, match="seed"):
        gg.simulate(seed)


@pytest.mark.parametrize("name", [5, None, 1.5, b"GM1(36:1;O2)"])
def test_a_name_is_text(name: Any) -> None:
    with pytest.raises(NameFormError, match="is no name"):
        parse_name(name)


def test_a_prediction_wants_names() -> None:
    with pytest.raises(NameFormError, match="is no name"):
        gg.analyze(gg.example()).predict([5])  # type: ignore[list-item]


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


def test_a_polarity_that_is_not_set_leaves_stored_settings_as_they_were() -> None:
    assert "polarity" not in gg.Settings().to_dict()
    positive = gg.Settings(polarity="positive")
    assert positive.to_dict()["polarity"] == "positive"
    assert gg.Settings.from_dict(positive.to_dict()) == positive
