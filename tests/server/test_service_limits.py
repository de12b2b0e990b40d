"""Limits of the server."""

from __future__ import annotations

from typing import Any

import pytest

from ganglioside.errors import ServerError
from ganglioside.server.service_limits import VARIABLE, ServiceLimits


@pytest.mark.parametrize(
    "wrong", [{"requests_per_second": -1}, {"uploads_per_minute": -1}, {"megabytes": 0},
              {"seconds": 0}, {"job_seconds": -1}, {"waiting": 0},
              {"megabytes": 10_001}],
)  # fmt: skip
def test_senseless_limits_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ServerError):
        ServiceLimits(**wrong)


def test_megabytes_are_bytes() -> None:
    assert ServiceLimits(megabytes=1.5).most_bytes == 1_500_000


def test_a_kernel_has_the_limits_of_its_server() -> None:
    limits = ServiceLimits(megabytes=7, job_seconds=60, waiting=3)
    assert ServiceLimits.here({VARIABLE: limits.to_json()}) == limits
    assert ServiceLimits.here({}) == ServiceLimits()


@pytest.mark.parametrize("odd", ["{", "[1]", '{"minutes": 1}', '{"megabytes": -1}'])
def test_odd_limits_are_refused(odd: str) -> None:
    with pytest.raises(ServerError):
        ServiceLimits.here({VARIABLE: odd})
