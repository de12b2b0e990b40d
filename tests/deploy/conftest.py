"""Tests that build images and machines run where they are asked for: `make test-deploy`."""

from __future__ import annotations

import os

import pytest


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what takes minutes, unless it is asked for."""
    if os.environ.get("GANGLIOSIDE_TESTS_DEPLOY"):
        return
    for item in items:
        if item.get_closest_marker("containers"):
            item.add_marker(pytest.mark.skip(reason="builds containers: make test-deploy"))
