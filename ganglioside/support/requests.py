"""Ids of requests: one follows a request into its job, and into the log of its worker."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

#: An id that a proxy or client may give: no more than it needs, so that it is safe in every log.
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")

_REQUEST: Final[ContextVar[str]] = ContextVar("request", default="")
_JOB: Final[ContextVar[str]] = ContextVar("job", default="")


def current_request() -> str:
    """Id of the request that is answered or worked for now; empty where there is none."""
    return _REQUEST.get()


def current_job() -> str:
    """Id of the job that is carried out now; empty where there is none."""
    return _JOB.get()


def request_id(given: str = "") -> str:
    """Id of a request: the one that it came with, if that is well-formed; else a new one.

    >>> request_id("0123456789abcdef")
    '0123456789abcdef'
    >>> len(request_id("two words"))
    16
    """
    return given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(8)


@contextmanager
def answering(request: str) -> Iterator[None]:
    """Answer a request, or work for it, meanwhile.

    >>> with answering("0123456789abcdef"):
    ...     current_request()
    '0123456789abcdef'
    """
    before = _REQUEST.set(request)
    try:
        yield
    finally:
        _REQUEST.reset(before)


@contextmanager
def working(job: str, request: str = "") -> Iterator[None]:
    """Carry out a job meanwhile, for the request that asked for it.

    >>> with working("1a2b", "0123456789abcdef"):
    ...     current_job(), current_request()
    ('1a2b', '0123456789abcdef')
    """
    before = _JOB.set(job)
    try:
        with answering(request):
            yield
    finally:
        _JOB.reset(before)
