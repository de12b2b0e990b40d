"""One thread: within the block alone, and whatever happens there."""

from __future__ import annotations

import subprocess
import sys

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


@pytest.mark.parametrize("later", ["scipy.special", "scipy.linalg", "scipy.optimize"])
def test_every_part_of_scipy_that_brings_a_library_is_noticed(later: str) -> None:
    """In a process of its own, for a library stays loaded."""
    code = f"""
import numpy
from threadpoolctl import threadpool_info, threadpool_limits
from ganglioside.inference.single_thread import one_thread
with one_thread():
    pass
import {later}
with threadpool_limits(limits=2, user_api="blas"), one_thread():
    print({{p["num_threads"] for p in threadpool_info() if p["user_api"] == "blas"}})
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "{1}"
