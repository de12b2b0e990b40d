"""One thread for linear algebra: the matrices are small, and the bytes must not depend on cores."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from threadpoolctl import ThreadpoolController

#: Controllers of the linear algebra libraries, by whether SciPy was loaded when they were made.
_controllers: Final[dict[bool, ThreadpoolController]] = {}


def _controller() -> ThreadpoolController:
    """Controller of the linear algebra libraries, which takes a while to find them.

    SciPy brings a library of its own, so they are sought again once it is loaded.
    """
    with_scipy = "scipy.linalg" in sys.modules
    if with_scipy not in _controllers:
        _controllers[with_scipy] = ThreadpoolController()
    return _controllers[with_scipy]


@contextmanager
def one_thread() -> Iterator[None]:
    """Run linear algebra on one thread within the block."""
    with _controller().limit(limits=1, user_api="blas"):
        yield
