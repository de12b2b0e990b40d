"""Rates: one person's haste hinders nobody else."""

from __future__ import annotations

import pytest

from ganglioside.server.problems import Problem
from ganglioside.server.rates import RateLimits
from ganglioside.server.service_limits import ServiceLimits


def until_refused(count: object, who: str, most: int = 100) -> tuple[int, Problem | None]:
    for number in range(most):
        try:
            count(who)  # type: ignore[operator]
        except Problem as problem:
            return number, problem
    return most, None


def test_an_upload_too_many_is_refused_for_this_person_only() -> None:
    rates = RateLimits(ServiceLimits(uploads_per_minute=2))
    number, problem = until_refused(rates.count_upload, "Ann")
    assert number == 2
    assert problem is not None
    assert (problem.status, problem.code) == (429, "too-many")
    assert 1 <= int(problem.headers["Retry-After"]) <= 61
    rates.count_upload("Bob")


def test_requests_are_counted_apart_from_uploads() -> None:
    rates = RateLimits(ServiceLimits(requests_per_second=3, uploads_per_minute=1))
    rates.count_upload("Ann")
    number, problem = until_refused(rates.count_request, "Ann")
    assert number >= 3  # more where the second is over meanwhile
    assert problem is not None


def test_work_is_counted_by_what_it_costs_and_for_this_person_only() -> None:
    rates = RateLimits(ServiceLimits())
    number, problem = until_refused(lambda who: rates.count_work(who, 10), "Ann")
    assert number == 6
    assert problem is not None
    assert problem.status == 429
    rates.count_work("Bob", 10)
    rates.count_request("Ann")
    free = RateLimits(ServiceLimits(requests_per_second=0))
    assert until_refused(lambda who: free.count_work(who, 10), "Ann") == (100, None)


def test_nothing_is_refused_without_a_limit() -> None:
    rates = RateLimits(ServiceLimits(requests_per_second=0, uploads_per_minute=0))
    assert until_refused(rates.count_request, "Ann") == (100, None)
    assert until_refused(rates.count_upload, "Ann") == (100, None)


def test_strangers_are_counted_by_address() -> None:
    rates = RateLimits(ServiceLimits(requests_per_second=0))
    _, problem = until_refused(rates.count_stranger, "10.0.0.1", 10_000)
    assert problem is not None
    with pytest.raises(Problem):
        rates.count_stranger("10.0.0.1")
    rates.count_stranger("10.0.0.2")
