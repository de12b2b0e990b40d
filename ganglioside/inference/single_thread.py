"""One thread for linear algebra: the matrices are small, and the bytes must not depend on cores."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    """Controller of the linear algebra libraries, which takes a while to find them."""
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Run linear algebra on one thread within the block."""
    with _controller().limit(limits=1, user_api="blas"):
        yield
