"""Metrics for Prometheus, in a registry of their own: no name or id of anybody is in them."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import accumulate
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import (
    GaugeMetricFamily,
    HistogramMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from ganglioside.history import History
from ganglioside.version import __version__
from ganglioside.watching.state import Lasting, State, durations, look

#: Type of the answer.
CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

#: Bounds of the durations of requests and of jobs, s.
_REQUEST_BOUNDS: Final = (0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0, 60.0)
_JOB_BOUNDS: Final = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 1800.0, 7200.0)

_EPOCH: Final = datetime(1970, 1, 1)

#: Seconds for which the state of the history is kept, however many ask.
_KEPT: Final = 5.0

_STATUSES: Final = ("pending", "processing", "completed", "failed", "cancelled")
_WORKERS: Final = ("working", "draining", "lost", "ended")


class Metrics:
    """Metrics of one server.

    Parameters
    ----------
    history
        All of it.
    kernels
        Number of kernels of the server; None where it has none.
    """

    def __init__(self, history: History, kernels: Callable[[], int] | None = None) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "ganglioside_requests", "Requests.", ("route", "method", "status"),
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "ganglioside_request_seconds", "Duration of requests.", ("route",),
            buckets=_REQUEST_BOUNDS, registry=self._registry,
        )  # fmt: skip
        self._registry.register(_OfHistory(history, kernels))

    def count(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request that was answered."""
        known = method if method in _METHODS else "other"
        self._requests.labels(route, known, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """All metrics as Prometheus reads them."""
        return generate_latest(self._registry)


_METHODS: Final = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET")


class _OfHistory(Collector):
    """Metrics that are read from the history when somebody asks."""

    def __init__(self, history: History, kernels: Callable[[], int] | None) -> None:
        self._history = history
        self._kernels = kernels
        self._lock = threading.Lock()
        self._seen: tuple[State, tuple[Lasting, ...]] | None = None
        self._read = 0.0

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of the present state."""
        state, lasting = self._look()
        yield InfoMetricFamily("ganglioside", "This program.", {"version": __version__})
        yield _by("jobs", "Jobs by status.", "status", {s: state.jobs.get(s, 0) for s in _STATUSES})
        yield _lasting(lasting)
        waited = 0.0
        if state.waiting_since is not None:
            waited = max(0.0, (state.now - state.waiting_since).total_seconds())
        yield _one("queue_seconds", "How long the oldest job has waited.", waited)
        yield _one("jobs_given_up", "Jobs that failed in all attempts.", state.given_up)
        states = state.worker_states
        yield _by("workers", "Workers by state.", "state", {s: states[s] for s in _WORKERS})
        yield _one("sessions", "Sessions of the history.", state.sessions)
        yield _one("history_bytes", "Size of the history.", state.size)
        yield _one("disk_free_bytes", "Room on the disk of the history.", state.disk.free)
        yield _one("disk_bytes", "Size of that disk.", state.disk.total)
        if state.last_backup is not None:
            seconds = (state.last_backup - _EPOCH).total_seconds()
            yield _one("last_backup_timestamp_seconds", "Time of the last backup.", seconds)
        if self._kernels is not None:
            yield _one("kernels", "Kernels of the server.", self._kernels())

    def describe(self) -> list[Metric]:
        """Nothing: the history is not asked when the server starts."""
        return []

    def _look(self) -> tuple[State, tuple[Lasting, ...]]:
        with self._lock:
            if self._seen is None or time.monotonic() - self._read > _KEPT:
                with self._history.connected() as history:
                    self._seen = look(history), durations(history)
                self._read = time.monotonic()
            return self._seen


def _one(name: str, help_: str, value: float) -> Metric:
    return GaugeMetricFamily(f"ganglioside_{name}", help_, value=value)


def _by(name: str, help_: str, label: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"ganglioside_{name}", help_, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _lasting(jobs: tuple[Lasting, ...]) -> Metric:
    """Durations of the jobs that have ended, as long as the history keeps them."""
    family = HistogramMetricFamily(
        "ganglioside_job_seconds", "Duration of jobs that have ended.", labels=["kind", "status"]
    )
    names = [*map(str, _JOB_BOUNDS), "+Inf"]
    for one in jobs:
        counts = [0] * len(names)
        for seconds in one.seconds:
            counts[bisect_left(_JOB_BOUNDS, seconds)] += 1
        buckets = list(zip(names, map(float, accumulate(counts)), strict=True))
        family.add_metric([one.kind, one.status], buckets, sum(one.seconds))
    return family
