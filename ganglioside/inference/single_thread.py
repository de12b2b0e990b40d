"""One thread for linear algebra: the matrices are small, and the bytes must not depend on cores."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller(with_scipy: bool) -> ThreadpoolController:
    """Controller of the linear algebra libraries, which takes a while to find them.

    SciPy brings one of its own, so they are sought again once it is loaded.
    """
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Run linear algebra on one thread within the block."""
    with _controller("scipy.linalg" in sys.modules).limit(limits=1, user_api="blas"):
        yield
