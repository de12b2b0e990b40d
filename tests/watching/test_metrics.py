"""Metrics: what Prometheus reads of a server, without names and ids."""

from __future__ import annotations

from pathlib import Path

import httpx
from effort import PATIENCE
from prometheus_client.parser import text_string_to_metric_families
from served import Running, upload

from ganglioside.history import History
from ganglioside.jobs import Analyze, run_here


def values(text: str) -> dict[str, float]:
    """Values by their names and labels."""
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_requests_jobs_and_history_are_counted_without_names(tmp_path: Path) -> None:
    history = History.open(tmp_path / "history.duckdb")
    history.workers.register()
    failed = run_here(history, Analyze(source=str(tmp_path / "secret.csv")))
    history.jobs.add("analyze", {}, "secret name")
    history.care.backup(tmp_path / "copy.duckdb")
    with Running(history) as served, served.caller(person="Rosalind") as ann:
        sid = upload(ann).json()["id"]
        for _ in range(3):
            assert ann.get(f"sessions/{sid}").status_code == 200
        ann.get("nowhere")
        ann.request("BREW", "version")
        text = ann.get("metrics").text
        with served.bearing("") as stranger:
            assert stranger.get("metrics").status_code == 401
        root = served.url.removesuffix("/api/v1")
        for path, status in {"health": 200, "ready": 200, "metrics": 401}.items():
            assert httpx.get(f"{root}/{path}", timeout=PATIENCE).status_code == status
    found = values(text)
    route = ("route", "/sessions/{sid}")
    asked = [("method", "GET"), route, ("status", "200")]
    assert found[f"ganglioside_requests_total{asked}"] == 3
    assert found[f"ganglioside_request_seconds_count{[route]}"] == 3
    assert found["ganglioside_jobs[('status', 'pending')]"] == 1
    assert found["ganglioside_jobs[('status', 'failed')]"] == 1
    assert found["ganglioside_workers[('state', 'working')]"] == 1
    assert found["ganglioside_sessions[]"] == 1
    assert found["ganglioside_history_bytes[]"] > 100_000
    assert found["ganglioside_last_backup_timestamp_seconds[]"] > 1.7e9
    assert found["ganglioside_queue_seconds[]"] >= 0
    labels = [("kind", "analyze"), ("le", "+Inf"), ("status", "failed")]
    assert found[f"ganglioside_job_seconds_bucket{labels}"] == 1
    for secret in ("secret", "Rosalind", sid, failed.id, "BREW", "nowhere"):
        assert secret not in text
