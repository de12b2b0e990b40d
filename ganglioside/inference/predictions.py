"""RT of many species by a fitted model: those of one head group at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from ganglioside.inference.model_parameters import Basis, Parameters, basis_of, curve_ceramides
from ganglioside.lipids.chain_traits import has_moved_hydroxyl, has_unusual_base, moved_bonds
from ganglioside.lipids.species import Species
from ganglioside.observations.groups import UNIT_SIGN
from ganglioside.retention.chain_effects import ChainEffect
from ganglioside.retention.curve import Curve
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray

_AT_ONCE: Final = 500  # ceramides: a prediction of each line of the model is held for each


@dataclass(frozen=True, eq=False)
class Predictions:
    """Predictions of n species, one for each line of each, in the order of the species.

    Attributes
    ----------
    species : numpy.ndarray of int, shape (m,)
        Positions of the species.
    isomer : list of (str or None), length m
    rt, lower, upper : numpy.ndarray, shape (m,)
        min; bounds of the 95 % interval.
    basis : list of str, length m
    support : numpy.ndarray, shape (m,)
        Number of features on the line.
    """

    species: IntArray
    isomer: list[str | None]
    rt: FloatArray
    lower: FloatArray
    upper: FloatArray
    basis: list[Basis]
    support: FloatArray

    @classmethod
    def nothing(cls, n: int) -> Predictions:
        """Predictions of n species without a model."""
        unknown = np.full(n, np.nan)
        nobody: list[str | None] = [None] * n
        return cls(np.arange(n), nobody, unknown, unknown, unknown, ["no model"] * n, np.zeros(n))

    @property
    def of_most_features(self) -> IntArray:
        """Index of the prediction of each species on its line with most features, shape (n,)."""
        order = np.lexsort((np.arange(len(self.species)), -self.support, self.species))
        first = np.unique(self.species[order], return_index=True)[1]
        return np.asarray(order[first])


@dataclass(frozen=True, eq=False)
class _Targets:
    """Lines of a curve on which the species of a head group may elute, (l,) each."""

    curve: Curve
    line: IntArray
    isomer: list[str | None]
    support: FloatArray

    @classmethod
    def of(cls, parameters: Parameters, species: Species) -> _Targets:
        """The lines of the series or isomer; without any, that which its composition predicts."""
        curve, lines = parameters.curve, parameters.lines
        line = lines.find(species.series, species.isomer)
        if len(line):
            return cls(curve, line, [lines.isomer[k] for k in line], lines.support[line])
        units = np.array([tuple(species.composition)], np.float64) * UNIT_SIGN
        mean, variance = parameters.composition.predict(units)
        longer = curve.with_line(float(mean[0]), float(variance[0]))
        return cls(longer, np.array([len(lines.series)]), [species.isomer], np.zeros(1))


def predictions(parameters: Parameters, species: Sequence[Species]) -> Predictions:
    """RT of species on each of their lines, with interval and basis.

    Parameters
    ----------
    parameters : Parameters
    species : sequence of Species, length n
    """
    traits = np.array([_traits(one) for one in species], np.int64).reshape(len(species), 6)
    beyond = _is_beyond(parameters.curve.ceramides, traits[:, :3])
    parts = [
        _of_head(parameters, _Targets.of(parameters, species[same[0]]), same, traits, beyond)
        for same in _by_head(species)
    ]
    return _joined(parts)


def _by_head(species: Sequence[Species]) -> Iterator[IntArray]:
    """Positions of the species of each series or isomer."""
    found: dict[tuple[str, str | None], list[int]] = {}
    for position, one in enumerate(species):
        found.setdefault((one.series, one.isomer), []).append(position)
    return (np.array(positions) for positions in found.values())


def _traits(species: Species) -> tuple[int, ...]:
    """All that tells the RT of species of one head group apart: ceramide, and what chains do."""
    ceramide = species.ceramide
    return (
        ceramide.carbons,
        ceramide.double_bonds,
        ceramide.hydroxyls,
        moved_bonds(species),
        has_moved_hydroxyl(species),
        has_unusual_base(species),
    )


def _is_beyond(seen: FloatArray, ceramide: IntArray) -> BoolArray:
    """Whether each ceramide, shape (n, 3), is outside the range of those seen, shape (K, 3)."""
    outside = (ceramide < seen.min(axis=0)) | (ceramide > seen.max(axis=0))
    return np.asarray(outside.any(axis=1))


def _of_head(
    parameters: Parameters, targets: _Targets, same: IntArray, traits: IntArray, beyond: BoolArray
) -> Predictions:
    """Predictions of the species of one head group, at the positions `same`."""
    distinct, index = np.unique(traits[same], axis=0, return_inverse=True)
    parts = [
        _expected(parameters, targets, distinct[start : start + _AT_ONCE])
        for start in range(0, len(distinct), _AT_ONCE)
    ]
    rt, sd = (np.concatenate(columns)[index].ravel() for columns in zip(*parts, strict=True))
    lower, upper = parameters.run.interval(rt, sd)
    n_lines = len(targets.line)
    origins = [basis_of(support) for support in targets.support]
    return Predictions(
        species=np.repeat(same, n_lines),
        isomer=targets.isomer * len(same),
        rt=rt,
        lower=lower,
        upper=upper,
        basis=[
            f"{origin}, extrapolated" if is_beyond else origin
            for is_beyond in beyond[same].tolist()
            for origin in origins
        ],
        support=np.tile(targets.support, len(same)),
    )


def _expected(
    parameters: Parameters, targets: _Targets, traits: IntArray
) -> tuple[FloatArray, FloatArray]:
    """RT and standard deviation of ceramides of known chains on lines, min, each (c, l)."""
    curve, priors = targets.curve, parameters.composition.priors
    ceramides = curve_ceramides(curve, traits[:, :3].astype(np.float64))
    moved_hydroxyl, unusual_base = traits[:, 4:].T.astype(np.bool_)
    chains = ChainEffect.of(traits[:, 3], moved_hydroxyl, unusual_base, curve, priors)
    rt, sd = parameters.expect(curve, ceramides, chains)
    return rt[targets.line].T, sd[targets.line].T


def _joined(parts: Sequence[Predictions]) -> Predictions:
    """All predictions in the order of the species."""
    if not parts:
        return Predictions.nothing(0)
    species = np.concatenate([part.species for part in parts])
    order = np.argsort(species, kind="stable")
    isomers = [isomer for part in parts for isomer in part.isomer]
    basis = [origin for part in parts for origin in part.basis]
    return Predictions(
        species=species[order],
        isomer=[isomers[k] for k in order.tolist()],
        rt=np.concatenate([part.rt for part in parts])[order],
        lower=np.concatenate([part.lower for part in parts])[order],
        upper=np.concatenate([part.upper for part in parts])[order],
        basis=[basis[k] for k in order.tolist()],
        support=np.concatenate([part.support for part in parts])[order],
    )
