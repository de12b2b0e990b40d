"""What small products of factors say is what the whole Jacobian, multiplied out, says."""

from __future__ import annotations

import numpy as np
import pytest

from ganglioside.retention.curve_covariance import OF_ONE, SHARED, Slopes

L, K = 4, 7
SIZE = SHARED + 2 * L + K


def make_slopes(known: list[int] | None = None) -> Slopes:
    """Return slopes at all K ceramides, or at others of which only some were seen."""
    rng = np.random.default_rng(0)
    places = np.arange(K) if known is None else np.array(known)
    line_factor, ceramide_factor = (
        rng.normal(0, 1, (L, OF_ONE)),
        rng.normal(0, 1, (len(places), OF_ONE)),
    )
    line_factor[:, SHARED:] = 1
    return Slopes(line_factor, ceramide_factor, places)


def jacobian_of(slopes: Slopes) -> np.ndarray:
    """Return dRT/d(parameter) written out, shape (L, c, P)."""
    c = len(slopes.known)
    jacobian = np.zeros((L, c, SIZE))
    for line in range(L):
        for at, known in enumerate(slopes.known.tolist()):
            row = jacobian[line, at]
            nine = [*range(SHARED), SHARED + line, SHARED + L + line]
            row[nine] = slopes.line_factor[line] * slopes.ceramide_factor[at]
            if known >= 0:
                row[SHARED + 2 * L + known] = 1
    return jacobian


def test_the_gradient_sums_residuals_over_the_jacobian() -> None:
    slopes, residual = make_slopes(), np.random.default_rng(1).normal(0, 1, (L, K))
    expected = np.einsum("lkp,lk->p", jacobian_of(slopes), residual)
    np.testing.assert_allclose(slopes.gradient(residual), expected, rtol=1e-12)


def test_the_covariance_is_the_inverse_of_all_that_is_known() -> None:
    """Lines are eliminated one by one; the whole matrix, inverted at once, says the same."""
    slopes, rng = make_slopes(), np.random.default_rng(2)
    weight, precision = rng.uniform(0, 1, (L, K)) / 0.03**2, rng.uniform(1, 1000, SIZE)
    jacobian = jacobian_of(slopes)
    information = np.einsum("lkp,lk,lkq->pq", jacobian, weight, jacobian) + np.diag(precision)
    found = slopes.covariance(weight, precision)
    np.testing.assert_allclose(found @ information, np.eye(SIZE), atol=1e-8)
    np.testing.assert_allclose(found, found.T, rtol=1e-9, atol=1e-15)


def test_without_features_nothing_but_the_prior_is_known() -> None:
    precision = np.arange(1.0, SIZE + 1)
    found = make_slopes().covariance(np.zeros((L, K)), precision)
    np.testing.assert_allclose(found, np.diag(1 / precision), atol=1e-15)


@pytest.mark.parametrize("known", [None, [-1, -1], [3, -1, 0, -1]])
def test_the_variance_is_that_of_the_parameters(known: list[int] | None) -> None:
    slopes, rng = make_slopes(known), np.random.default_rng(3)
    root = rng.normal(0, 0.1, (SIZE, SIZE))
    jacobian = jacobian_of(slopes)
    expected = np.einsum("lkp,pq,lkq->lk", jacobian, root @ root.T, jacobian)
    expected += np.where(slopes.known >= 0, 0.0, 0.25)
    np.testing.assert_allclose(slopes.variance(root @ root.T, 0.25), expected, rtol=1e-9)
