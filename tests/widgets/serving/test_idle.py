"""The kernel of a closed page is ended when its analysis is done, and not before."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
from effort import PATIENCE

import ganglioside as gg
from ganglioside_widgets.serving import idle


def test_a_kernel_is_busy_as_long_as_its_analysis_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.duckdb"
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(path))
    monkeypatch.setattr(idle, "_LOOK", 0.01)
    asyncio.run(idle.until_idle(os.getpid()))  # there is no history
    assert not path.exists()
    history = gg.History.open(path)
    sid = history.begin(gg.example().source, gg.Settings())

    async def close() -> None:
        closing = asyncio.create_task(idle.until_idle(os.getpid()))
        done, _ = await asyncio.wait([closing], timeout=0.5)
        assert not done
        await asyncio.to_thread(history.record_cancelled, sid)
        await asyncio.wait_for(closing, PATIENCE)

    asyncio.run(close())


def test_a_history_that_cannot_be_read_keeps_no_kernel_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "history.duckdb"
    path.write_bytes(b"no history")
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", str(path))
    monkeypatch.setattr(idle, "_LOOK", 0.0)
    asyncio.run(idle.until_idle(os.getpid()))
