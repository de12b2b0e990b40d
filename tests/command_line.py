"""Commands run as from a shell, for tests."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
from typer import testing
from typer.testing import CliRunner, Result

import ganglioside as gg
from ganglioside.cli import app

# The commands are made of the functions once: for each call it would take longer than most of them.
testing._get_command = cache(testing._get_command)  # type: ignore[attr-defined]

EXAMPLE: Final = Path(gg.__file__).parent / "data" / "example.csv"
ROWS: Final = len(pd.read_csv(EXAMPLE))


def run(*arguments: object, code: int = 0, answer: str | None = None) -> Result:
    """Run a command; fail unless it ends with this exit code and without a traceback."""
    result = CliRunner().invoke(app, [str(a) for a in arguments], input=answer)
    assert result.exit_code == code, result.output
    assert "Traceback" not in result.output
    return result


def run_json(*arguments: object, code: int = 0) -> Any:
    """Run a command with `--json`; return its document."""
    return json.loads(run(*arguments, "--json", code=code).stdout)
