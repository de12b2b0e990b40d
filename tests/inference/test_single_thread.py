"""One thread: within the block alone, and whatever happens there."""

from __future__ import annotations

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from ganglioside.inference.single_thread import one_thread


def threads() -> set[int]:
    """Numbers of threads of the libraries for linear algebra."""
    np.linalg.inv(np.eye(2))
    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


def test_linear_algebra_has_one_thread_within_the_block() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        assert threads() == {2}
        with one_thread():
            assert threads() == {1}
        assert threads() == {2}


def test_threads_come_back_after_an_error() -> None:
    with threadpool_limits(limits=2, user_api="blas"):
        with pytest.raises(RuntimeError), one_thread():
            raise RuntimeError
        assert threads() == {2}


def test_a_library_that_was_loaded_since_has_one_thread_too() -> None:
    with one_thread():
        pass
    import scipy.linalg

    scipy.linalg.inv(np.eye(2))
    with threadpool_limits(limits=2, user_api="blas"), one_thread():
        assert threads() == {1}
