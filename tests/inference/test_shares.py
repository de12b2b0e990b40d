"""Shares: probabilities of missing parents, summed by the verdict on their children."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.inference.shares import NO_MISSING_PARENTS, MissingParents
from ganglioside.lipids.artefacts import artefacts


def entries(process: list[int]) -> MissingParents:
    """Entries of rows 0, 1, 0, 1, ... with probabilities 0.1, 0.2, ..."""
    n = len(process)
    zeros = np.zeros(n, dtype=np.int64)
    return MissingParents(
        child=np.arange(n) % 2,
        line=zeros,
        ceramide=zeros,
        process=np.array(process),
        log_ratio=np.full(n, np.nan),
        probability=np.arange(1, n + 1) / 10,
    )


def test_the_verdict_is_that_of_the_process() -> None:
    known = artefacts()
    found = entries([-1, *range(len(known))])
    assert found.verdicts.tolist() == ["fragment", *(a.verdict for a in known)]


def test_probabilities_are_summed_by_row_and_verdict() -> None:
    adduct = next(k for k, a in enumerate(artefacts()) if a.verdict == "adduct")
    found = entries([-1, -1, -1, adduct])
    assert found.by_row(3, "fragment") == pytest.approx([0.4, 0.2, 0.0])
    assert found.by_row(3, "adduct") == pytest.approx([0.0, 0.4, 0.0])


def test_other_probabilities_leave_the_parents_as_they_are() -> None:
    found = entries([-1, -1])
    other = found.with_probability(np.array([0.7, 0.8]))
    assert other.probability.tolist() == [0.7, 0.8]
    assert found.probability.tolist() == [0.1, 0.2]
    assert other.child is found.child
    assert other.process is found.process


def test_without_missing_parents_no_row_has_one() -> None:
    assert NO_MISSING_PARENTS.by_row(2, "fragment").tolist() == [0.0, 0.0]
