"""Samples of one table that were run on different gradients or columns.

Runs of one method differ by a shift and a slight stretch, which drift takes off. Another gradient
bends the run, or makes it much longer; another column moves head groups against each other. Then RT
of one sample say nothing about those of another, and each gradient is judged by itself.

Two samples are compared by the names that both have, y = RT in one, x = RT in the other:

    y = a + b x + c2 P2(x) + c3 P3(x) + effect of the head group

with P2 and P3 the Legendre polynomials over the range of x. The two have one gradient where b is
near 1 and the other terms are small, or not clearly more than the scatter.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.polynomial import legendre

from ganglioside.observations.drift import Drift, joined_drift
from ganglioside.observations.mass_shifts import MassShift
from ganglioside.observations.observations import Observations, observe, slots
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges, robust_sd, starts
from ganglioside.support.densities import student_weight
from ganglioside.support.priors import Priors

_FEWEST: Final = 8  # names that two samples must share to be compared
#: Median difference at which nothing needs a closer look, min, and in the scatter about peaks.
_ALIKE: Final = 0.02
_ALIKE_SCATTERS: Final = 1.5
_STRETCH: Final = 0.03  # of one method; more only where drift has aligned the samples
_BEND: Final = 0.03  # min, root mean square: what moves peaks of samples apart
_HEADS: Final = 0.05  # min, root mean square
_SURE: Final = 3.0  # standard errors by which a part must differ from nothing
_DEGREE: Final = 3  # of the polynomial
_FREE: Final = 4.0  # names that must be left to show the scatter
_OF_HEAD: Final = 3  # names of a head group whose effect is sought
_ROUNDS: Final = 12
_TAIL: Final = 2.0  # degrees of freedom: names that differ in a sample count little
_HELD: Final = 0.5  # names that hold the effect of a head group at 0
_LEAST_SCATTER: Final = 0.004  # min
_MOST_PAIRS: Final = 300
_COMPARED: Final = 3  # samples of each gradient
_MOST_ROWS: Final = 50_000  # that are compared at first


@dataclass(frozen=True, slots=True)
class SampleGradients:
    """The gradient of each of S samples.

    Attributes
    ----------
    samples : tuple of str, length S
    number : tuple of int, length S
        Gradient of each sample; 0 is that of most rows.
    reasons : tuple of str
        Why there is more than one gradient.
    """

    samples: tuple[str, ...]
    number: tuple[int, ...]
    reasons: tuple[str, ...] = ()

    def __len__(self) -> int:
        return max(self.number, default=0) + 1

    def of(self, gradient: int) -> tuple[str, ...]:
        """Samples of a gradient."""
        pairs = zip(self.samples, self.number, strict=True)
        return tuple(sample for sample, number in pairs if number == gradient)


def one_gradient(samples: tuple[str, ...]) -> SampleGradients:
    """All samples on one gradient."""
    return SampleGradients(samples, (0,) * len(samples))


def sample_gradients(observed: Observations) -> SampleGradients:
    """The gradients of the samples of a table.

    Each sample, the largest first, joins the first gradient with a sample that it agrees with, or
    else begins one. A sample that shares too few names with any is taken for one of the first.

    Parameters
    ----------
    observed : Observations
        Of all samples.
    """
    samples = observed.drift.samples
    if len(samples) < 2:
        return one_gradient(samples)
    alike = _alike(observed)
    if alike.all():
        return one_gradient(samples)
    runs = _runs(observed)
    size = np.bincount(observed.sample, minlength=len(samples))
    largest_first = np.argsort(-size, kind="stable")
    members = [largest_first[alike[largest_first]].tolist()]
    reasons = []
    for sample in largest_first[~alike[largest_first]].tolist():
        gradient, difference = _gradient_of(sample, members, runs)
        if gradient == len(members):
            members.append([])
            reasons.append(_sentence(samples[members[0][0]], samples[sample], difference))
        members[gradient].append(sample)
    members.sort(key=lambda of_gradient: -size[of_gradient].sum())
    number = {sample: k for k, of_gradient in enumerate(members) for sample in of_gradient}
    return SampleGradients(samples, tuple(number[k] for k in range(len(samples))), tuple(reasons))


def _gradient_of(sample: int, members: list[list[int]], runs: list[_Run]) -> tuple[int, str]:
    """Gradient that a sample has, a new one if none fits; and how it differs from the first.

    It is compared with the first members of each: wrong names may hide that it agrees with one.
    """
    differences = []
    for number, of_gradient in enumerate(members):
        found = [_difference(runs[k], runs[sample]) for k in of_gradient[:_COMPARED]]
        if "" in found:
            return number, ""
        differences += [difference for difference in found if difference]
    return (len(members), differences[0]) if differences else (0, "")


def observe_gradients(
    table: FeatureTable, polarity: str = "auto", priors: Priors | None = None
) -> ObservedGradients:
    """The rows of a table that can be judged, those of each gradient by themselves.

    Parameters
    ----------
    table : FeatureTable
    polarity : str
        `negative`, `positive` or `auto`: of m/z without an ion.
    priors : Priors, optional
        The usual priors where omitted.
    """
    whole = observe(table, polarity, priors)
    gradients = sample_gradients(whole)
    if len(gradients) == 1:
        return ObservedGradients(gradients, (whole,), whole.mass_shifts, whole.other_ions)
    parts = [
        observe(table, polarity, priors, gradients.of(number)) for number in range(len(gradients))
    ]
    return ObservedGradients(gradients, tuple(parts), whole.mass_shifts, whole.other_ions)


@dataclass(frozen=True, eq=False)
class ObservedGradients:
    """The rows of a table by the gradient of their sample.

    Attributes
    ----------
    gradients : SampleGradients
    parts : tuple of Observations
        Of each gradient; the first has most rows.
    mass_shifts, other_ions : tuple of MassShift
        Of the whole table.
    """

    gradients: SampleGradients
    parts: tuple[Observations, ...]
    mass_shifts: tuple[MassShift, ...]
    other_ions: tuple[MassShift, ...]

    @property
    def drift(self) -> Drift:
        """Drift of all samples, each within its own gradient."""
        return joined_drift([part.drift for part in self.parts])


def _sentence(one: str, other: str, difference: str) -> str:
    """Why two samples have different gradients."""
    names = " and ".join(name or "(no name)" for name in (one, other))
    return f"The gradients of samples {names} differ: {difference}."


def _names(observed: Observations) -> IntArray:
    """Number of the name of each row, shape (n,)."""
    return slots(observed.group, observed.ceramide, observed.chains, observed.isomer_label)


def _alike(observed: Observations) -> BoolArray:
    """Whether each sample agrees with the largest one, once its drift is taken off, shape (S,).

    The difference of a row is that to the nearest row of its name. A sample without a name of the
    largest one is not told apart from it.
    """
    of_reference = observed.sample == np.bincount(observed.sample).argmax()
    others = np.flatnonzero(~of_reference)
    others = others[:: max(-(-len(others) // _MOST_ROWS), 1)]
    compared = observed.take(np.concatenate([np.flatnonzero(of_reference), others]))
    sample, rt, name = compared.sample, compared.rt, _names(compared)
    reference, others = np.split(np.arange(len(compared)), [int(of_reference.sum())])
    reference = reference[np.argsort(name[reference], kind="stable")]
    low = np.searchsorted(name[reference], name[others], side="left")
    count = np.searchsorted(name[reference], name[others], side="right") - low
    has_name = count > 0
    others, low, count = others[has_name], low[has_name], count[has_name]
    agrees = np.ones(len(observed.drift), dtype=np.bool_)
    if len(others) == 0:
        return agrees
    away = np.abs(np.repeat(rt[others], count) - rt[reference[ranges(low, count)]])
    nearest = np.minimum.reduceat(away, np.cumsum(count) - count)
    enough = max(_ALIKE, _ALIKE_SCATTERS * observed.drift.noise)
    agrees[np.unique(sample[others])] = _medians(sample[others], nearest) <= enough
    return agrees


def _medians(key: IntArray, values: FloatArray) -> FloatArray:
    """Median of the values of each key that occurs, the upper one of an even number."""
    order = np.lexsort((values, key))
    first = np.flatnonzero(starts(key[order]))
    size = np.diff(np.append(first, len(key)))
    return np.asarray(values[order[first + size // 2]])


@dataclass(frozen=True, eq=False)
class _Run:
    """Names that come once in a sample: name, RT (min) and head group of each, by name."""

    name: IntArray
    rt: FloatArray
    group: IntArray


def _runs(observed: Observations) -> list[_Run]:
    """The runs of all samples."""
    name = _names(observed)
    own_rt = observed.in_own_time().rt
    order = np.lexsort((name, observed.sample))
    by_sample = np.split(order, np.searchsorted(observed.sample[order], _later_samples(observed)))
    return [_run(name[rows], own_rt[rows], observed.group[rows]) for rows in by_sample]


def _later_samples(observed: Observations) -> IntArray:
    """All samples but the first."""
    return np.arange(1, len(observed.drift))


def _run(name: IntArray, rt: FloatArray, group: IntArray) -> _Run:
    """The run of a sample; its rows ascend by name."""
    single = starts(name) & np.append(starts(name)[1:], True)
    return _Run(name[single], rt[single], group[single])


def _difference(one: _Run, other: _Run) -> str | None:
    """How the gradients of two samples differ, in words.

    Empty where they do not, None where the samples share too few names.
    """
    _, a, b = np.intersect1d(one.name, other.name, assume_unique=True, return_indices=True)
    if len(a) < _FEWEST or np.ptp(one.rt[a]) <= 0:
        return None
    step = -(-len(a) // _MOST_PAIRS)
    found = _Comparison.of(one.rt[a][::step], other.rt[b][::step], one.group[a][::step])
    return None if found is None else found.words


@dataclass(frozen=True, slots=True)
class _Term:
    """A part of the difference of two runs.

    Attributes
    ----------
    size, error : float
        Root mean square over the names, and its standard error, min; of the stretch the stretch.
    largest : float
        Largest distance between two names, min; of the stretch the stretch with its sign.
    """

    size: float
    error: float
    largest: float

    def exceeds(self, least: float) -> bool:
        """Whether it is surely there, and larger than `least`."""
        return self.size > max(least + self.error, _SURE * self.error)


@dataclass(frozen=True, slots=True)
class _Comparison:
    """What RT of one sample are against those of another: by stretch, bend and head groups."""

    stretch: _Term
    bend: _Term
    heads: _Term

    @classmethod
    def of(cls, x: FloatArray, y: FloatArray, group: IntArray) -> _Comparison | None:
        """Comparison of n names with RT x and y, min, on head groups, each shape (n,).

        None where so few names say nothing.
        """
        low, high = float(x.min()), float(x.max())
        place = 2 * (x - low) / (high - low) - 1
        polynomials = np.asarray(legendre.legvander(place, _DEGREE), dtype=np.float64)
        fit = _robust_fit(polynomials, polynomials[:, :0], y)
        if fit is None:
            return None
        slope, rest = _line_and_rest(polynomials, place, fit.weight)
        return cls(
            stretch=fit.stretch(slope, minutes=2 / (high - low)),
            bend=fit.term(rest),
            heads=_effect_of_heads(polynomials, group, y),
        )

    @property
    def words(self) -> str:
        """How the gradients differ; empty where they do not."""
        return "; ".join(self._differences())

    def _differences(self) -> Iterator[str]:
        if self.stretch.exceeds(_STRETCH):
            yield f"the second run is {1 + self.stretch.largest:.2f} times as long as the first"
        if self.bend.exceeds(_BEND):
            yield (
                "beside a shift and a stretch, RT of the same names are up to "
                f"{self.bend.largest:.2f} min apart"
            )
        if self.heads.exceeds(_HEADS):
            yield f"head groups move against each other by up to {self.heads.largest:.2f} min"


@dataclass(frozen=True, eq=False)
class _Fit:
    """Effects on RT with their covariance, min and min^2, and the weights of the n names."""

    effects: FloatArray
    covariance: FloatArray
    weight: FloatArray

    def value(self, of: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Linear combinations of the effects and their standard errors, each shape (k,).

        Parameters
        ----------
        of : numpy.ndarray, shape (k, effects)
            Factors of the first effects, or of all.
        """
        used = of.shape[1]
        variance = ((of @ self.covariance[:used, :used]) * of).sum(axis=1)
        return of @ self.effects[:used], np.sqrt(np.maximum(variance, 0.0))

    def stretch(self, slope: FloatArray, minutes: float) -> _Term:
        """How much longer one run is than the other: `slope` times `minutes`, less 1."""
        value, error = self.value(slope[None, :])
        stretch = minutes * float(value[0]) - 1
        return _Term(abs(stretch), minutes * float(error[0]), stretch)

    def term(self, of: FloatArray) -> _Term:
        """The part of the difference that the n rows of `of` give."""
        values, errors = self.value(of)
        return _Term(
            size=self._root_mean_square(values),
            error=self._root_mean_square(errors),
            largest=float(np.ptp(values)),
        )

    def _root_mean_square(self, values: FloatArray) -> float:
        return float(np.sqrt(self.weight @ values**2 / self.weight.sum()))


def _effect_of_heads(polynomials: FloatArray, group: IntArray, y: FloatArray) -> _Term:
    """The effect of head groups that have several names, beside that of the polynomials."""
    nothing = _Term(0.0, 0.0, 0.0)
    several = np.flatnonzero(np.bincount(group) >= _OF_HEAD)
    if len(several) < 2:
        return nothing
    heads = (group[:, None] == several).astype(np.float64)
    fit = _robust_fit(polynomials, heads, y)
    if fit is None:
        return nothing
    return fit.term(np.hstack([np.zeros(polynomials.shape), heads]))


def _line_and_rest(
    polynomials: FloatArray, place: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """What makes the slope of the straight line through a polynomial, and what it leaves.

    Returns
    -------
    slope : numpy.ndarray, shape (degree + 1,)
        Of the polynomials, per unit of `place`.
    rest : numpy.ndarray, shape (n, degree + 1)
    """
    share = weight / weight.sum()
    away = place - share @ place
    slope = (share * away) @ polynomials / max(float(share @ away**2), 1e-12)
    rest = polynomials - share @ polynomials - np.outer(away, slope)
    return np.asarray(slope), np.asarray(rest)


def _robust_fit(polynomials: FloatArray, heads: FloatArray, y: FloatArray) -> _Fit | None:
    """Effects of polynomials and head groups, rows weighted by Student's t.

    Its scale narrows to the median residual. Effects of head groups are held at 0 as by half a
    name. None where the effects leave too few names free to show the scatter.
    """
    design = np.hstack([polynomials, heads])
    held = np.full(design.shape[1], _HELD)
    held[: polynomials.shape[1]] = 1e-9
    weight = np.ones(len(y))
    for _ in range(_ROUNDS):
        inverse = np.linalg.inv((design * weight[:, None]).T @ design + np.diag(held))
        effects = inverse @ design.T @ (weight * y)
        free = float((1 - weight * ((design @ inverse) * design).sum(axis=1)).sum())
        if free < _FREE:
            return None
        residual = y - design @ effects
        spread = robust_sd(residual) * np.sqrt(len(y) / free)
        scatter = max(float(spread), _LEAST_SCATTER)
        weight = student_weight(residual / scatter, _TAIL)
    return _Fit(np.asarray(effects), np.asarray(scatter**2 * inverse), weight)
