"""One thread for linear algebra: the matrices are small, and the bytes must not depend on cores."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from threadpoolctl import ThreadpoolController

#: Parts of SciPy that load its own library for linear algebra; the last of each to be loaded.
_LOADERS: Final = ("scipy.linalg._fblas", "scipy.special._ufuncs")

#: Controllers of the linear algebra libraries, by the loaders that were loaded when they were made.
_controllers: Final[dict[tuple[str, ...], ThreadpoolController]] = {}


def _controller() -> ThreadpoolController:
    """Controller of the linear algebra libraries, which takes a while to find them.

    SciPy brings a library of its own, so they are sought again once that is loaded.
    """
    loaded = tuple(name for name in _LOADERS if name in sys.modules)
    if loaded not in _controllers:
        _controllers[loaded] = ThreadpoolController()
    return _controllers[loaded]


@contextmanager
def one_thread() -> Iterator[None]:
    """Run linear algebra on one thread within the block."""
    with _controller().limit(limits=1, user_api="blas"):
        yield
