"""The key of cookies: random, kept, and in a file of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganglioside_widgets.serving.cookies import cookie_secret


def test_the_key_lasts_over_a_restart_beside_that_for_jobs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_JOB_KEY", str(tmp_path / "job.key"))
    secret = cookie_secret()
    assert (cookie_secret(), (tmp_path / "cookies.key").read_bytes()) == (secret, secret)
    monkeypatch.setenv("GANGLIOSIDE_COOKIE_KEY", str(tmp_path / "other.key"))
    assert cookie_secret() != secret
    assert (tmp_path / "other.key").exists()
