"""Yields are learned from large parents, and from pieces that large parents do not show."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from accepted_features import features_of, piece

import ganglioside as gg
from ganglioside.amounts.accepted import accepted_rows
from ganglioside.amounts.losses import Losses, learn_losses
from ganglioside.amounts.pieces import Pieces, find_pieces
from ganglioside.amounts.rules import assumptions
from ganglioside.support.priors import Priors


def learned(*rows: dict[str, Any]) -> tuple[Pieces, Losses]:
    features = features_of(*rows)
    accepted = accepted_rows(features, gg.Overrides(), 0.1)
    pieces = find_pieces(features, accepted, gg.Overrides(), 0.1)
    area = accepted.peaks["area"].to_numpy(float)
    return pieces, learn_losses(pieces, area, Priors.usual(), assumptions())


def parents(n: int, area: float = 1e7) -> list[dict[str, Any]]:
    return [{"name": f"GM1({32 + k}:1;O2)", "volume": area, "rt": 8.0 + k} for k in range(n)]


def draws_of(pieces: Pieces, losses: Losses, line: str, kind: str) -> np.ndarray:
    at = (losses.line == pieces.lines.index(line)) & (losses.kind == pieces.kinds.index(kind))
    return losses.draw(np.random.default_rng(1), 2000)[at][0]


def test_the_yield_is_that_of_the_pieces() -> None:
    rows = parents(8)
    rows += [piece(f"GM3({32 + k}:1;O2)", k, 2e6, rt=8.0 + k) for k in range(8)]
    drawn = draws_of(*learned(*rows), "GM1", "GM3")
    assert (drawn > 0).mean() > 0.99
    assert abs(np.median(drawn) - 0.2) < 0.03


def test_pieces_that_large_parents_lack_are_small_or_not_there() -> None:
    small = {"name": "GM3(50:1;O2)", "volume": 1e4, "rt": 30.0}
    drawn = draws_of(*learned(*parents(8), small), "GM1", "GM3")
    assert np.quantile(drawn, 0.95) < 0.01


def test_pieces_that_may_be_hidden_say_nothing() -> None:
    rows = parents(8)
    hidden = [{"name": f"GM3({32 + k}:1;O2)", "volume": 5e6, "rt": 8.06 + k} for k in range(8)]
    small = {"name": "GM3(50:1;O2)", "volume": 1e4, "rt": 30.0}
    seen = draws_of(*learned(*rows, small), "GM1", "GM3")
    unseen = draws_of(*learned(*rows, *hidden, small), "GM1", "GM3")
    assert (unseen > 0.02).mean() > 5 * (seen > 0.02).mean() + 0.05


@pytest.mark.parametrize("unit", [1024.0, 0.37, 1e-6])
def test_the_unit_of_the_areas_changes_nothing(unit: float) -> None:
    """Unseen areas differed by up to a half, and shares in their sixth digit."""
    rng = np.random.default_rng(5)
    areas = 10 ** rng.uniform(4, 7, 8)
    areas[1:4] = areas[0] * 10 ** (np.arange(1, 4) / 8)  # on the border of a class
    rows = [{**row, "volume": a} for row, a in zip(parents(8), areas.tolist(), strict=True)]
    rows += [piece(f"GM3({32 + k}:1;O2)", k, 0.2 * areas[k], rt=8.0 + k) for k in range(4)]
    _, losses = learned(*rows)
    _, scaled = learned(*({**row, "volume": unit * row["volume"]} for row in rows))
    np.testing.assert_allclose(scaled.yields, losses.yields, atol=1e-9)
    np.testing.assert_allclose(scaled.share, losses.share, atol=1e-9)
    assert scaled.limit == pytest.approx(unit * losses.limit)


def test_a_table_without_areas_teaches_nothing() -> None:
    rows = [{**row, "volume": None} for row in parents(3)]
    pieces, losses = learned(*rows, {"name": "GM3(36:1;O2)", "volume": None})
    assert np.isfinite(losses.yields).all()
    assert losses.scatter == Priors.usual().fragment_yield_scatter.value
    assert len(pieces.row) == 0


def test_many_doubtful_pieces_are_learned_from_without_a_warning() -> None:
    rows: list[dict[str, Any]] = []
    for k in range(960):
        sample = f"S{k:03d}"
        area = 2e7 if k % 2 else 1e4
        rows.append({"name": "GM1(36:1;O2)", "volume": 1e7, "sample": sample})
        rows.append(piece("GM3(36:1;O2)", 2 * k, area, sample=sample, confidence=0.5))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        _, losses = learned(*rows)
    assert np.isfinite(losses.log_odds).all()
    np.testing.assert_allclose(losses.yields.sum(axis=1), 1)
