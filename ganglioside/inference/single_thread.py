"""One thread for linear algebra: the matrices are small, and the bytes must not depend on cores."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from threadpoolctl import ThreadpoolController


@cache
def _controller() -> ThreadpoolController:
    """Controller of the linear algebra libraries, which takes a while to find them."""
    return ThreadpoolController()


@cache
def _controller_with_scipy() -> ThreadpoolController:
    """Controller that was made after SciPy, which brings a library of its own, was loaded."""
    return ThreadpoolController()


@contextmanager
def one_thread() -> Iterator[None]:
    """Run linear algebra on one thread within the block."""
    find = _controller_with_scipy if "scipy.linalg" in sys.modules else _controller
    with find().limit(limits=1, user_api="blas"):
        yield
