"""Drift between runs: the difference of each sample's retention times from the study's.

In each run, everything elutes a little earlier or later than in the middle of the study, and the
difference grows along the run:

    own RT = RT + shift + stretch * (RT - middle)      all in min, stretch in min per min

Features of one name elute at the same few RTs in every sample, whatever made them. These shared
peaks align the samples before lines, curves or verdicts are known.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, ranges, robust_sd

#: Features in shared peaks that a sample needs for a shift, and for a stretch; and the standard
#: deviation of their RT, min, that a stretch needs.
FOR_SHIFT: Final = 3
FOR_STRETCH: Final = 10
_SPAN: Final = 0.3

_REACH: Final = 2.0  # min, that samples usually are apart at most
#: Another column or pump delays a run by more. That is thought of where fewer than this share of
#: its features agree on a usual shift, and taken where this many times as many, at least so many
#: and this share of them agree on one within the distance, min.
_FEW_AGREE: Final = 0.5
_FARTHEST: Final = 30.0
_TIMES_MORE: Final = 2.0
_FOR_FAR: Final = 6.0
_SHARE_FAR: Final = 0.2
_BIN: Final = 0.02  # min; width of a bin of the histogram of coarse shifts
_COARSE: Final = 1 - np.abs(np.arange(-5, 6)) / 6  # a stretched run agrees only roughly
_SMOOTHING: Final = np.array([0.1, 0.5, 1.0, 0.5, 0.1])
_WIDTHS: Final = (0.1, 0.06, 0.03, 0.03, 0.03)  # min, by round; farther features count little
_USUAL_STRETCH: Final = 0.01  # per min; standard deviation before the study is seen
_LEAST_NOISE: Final = 0.002  # min
_NOISE: Final = 0.01  # min, scatter of one RT about its peak, before the study is seen

#: Distance between two peaks of one name: this many times the scatter of a feature, within these
#: limits (min); the bins of the histogram that this distance covers; and the most bins in all.
_APART: Final = 5.0
_APART_WITHIN: Final = (0.04, 0.15)
_BINS_APART: Final = 4
_MOST_BINS: Final = 20000


@dataclass(frozen=True, eq=False)
class Drift:
    """Shift and stretch of each of S samples.

    Attributes
    ----------
    samples : tuple of str, length S
        In alphabetical order; empty text for rows without a sample.
    middle : float
        RT about which runs stretch, min.
    shift : numpy.ndarray, shape (S,)
        min at the middle.
    stretch : numpy.ndarray, shape (S,)
        min per min from the middle.
    shared : numpy.ndarray of int, shape (S,)
        Features in peaks that other samples share: what the drift rests on.
    noise : float
        Scatter of one feature about its peak once the drift is taken off, min.
    gradient : tuple of int
        Gradient of each sample, where samples have several: RT of unlike ones cannot be compared.
        Empty for one gradient.
    """

    samples: tuple[str, ...]
    middle: float
    shift: FloatArray
    stretch: FloatArray
    shared: IntArray
    noise: float
    gradient: tuple[int, ...] = ()

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def is_none(self) -> bool:
        """Whether no sample drifts at all."""
        return not (self.shift.any() or self.stretch.any())

    def to_study(self, rt: FloatArray, sample: IntArray) -> FloatArray:
        """RT in the study's time, min, shape (n,): middle + (RT - middle - shift) / scale.

        Parameters
        ----------
        rt : numpy.ndarray, shape (n,)
            min, in the samples' own time.
        sample : numpy.ndarray of int, shape (n,)
            Index into `samples`.
        """
        if self.is_none:
            return rt
        moved = rt - self.middle - self.shift[sample]
        return np.asarray(self.middle + moved / self.scale(sample))

    def to_sample(self, rt: FloatArray, sample: IntArray) -> FloatArray:
        """RT in the samples' own time, min, shape (n,): RT + shift + stretch * (RT - middle).

        Parameters
        ----------
        rt : numpy.ndarray, shape (n,)
            min, in the study's time.
        sample : numpy.ndarray of int, shape (n,)
            Index into `samples`.
        """
        if self.is_none:
            return rt
        return np.asarray(rt + self.shift[sample] + self.stretch[sample] * (rt - self.middle))

    def scale(self, sample: IntArray) -> FloatArray:
        """1 + stretch: minutes of each sample per minute of the study, shape (n,)."""
        return np.asarray(1 + self.stretch[sample])

    def sd_in_sample(self, sd: FloatArray, sample: IntArray) -> FloatArray:
        """Standard deviation of features about the expected RT of their peak, min, shape (n,).

        Where several samples share peaks, the scatter of one feature about its peak adds to it.

        Parameters
        ----------
        sd : numpy.ndarray, shape (n,)
            Of the peaks about their expected RT, min, in the study's time.
        sample : numpy.ndarray of int, shape (n,)
            Index into `samples`.
        """
        noise = self.noise if len(self) > 1 else 0.0
        return np.asarray(np.sqrt(sd**2 + noise**2) * self.scale(sample))

    @property
    def gradients(self) -> IntArray:
        """Gradient of each sample, shape (S,)."""
        return np.array(self.gradient or (0,) * len(self), dtype=np.int64)

    @property
    def is_alone(self) -> BoolArray:
        """Whether no other sample has the gradient of each sample, shape (S,)."""
        return np.asarray(np.bincount(self.gradients)[self.gradients] == 1)

    def to_dict(self) -> dict[str, Any]:
        """The values, ready for JSON."""
        several = {"gradient": list(self.gradient)} if self.gradient else {}
        return {
            "samples": list(self.samples),
            "middle": self.middle,
            "shift": self.shift.tolist(),
            "stretch": self.stretch.tolist(),
            "shared": self.shared.tolist(),
            "noise": self.noise,
            **several,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Drift:
        """The drift whose `to_dict` gave these values."""
        return cls(
            tuple(values["samples"]),
            values["middle"],
            np.array(values["shift"], dtype=np.float64),
            np.array(values["stretch"], dtype=np.float64),
            np.array(values["shared"], dtype=np.int64),
            values["noise"],
            tuple(values.get("gradient", ())),
        )


def no_drift(samples: tuple[str, ...] = ("",)) -> Drift:
    """A drift with shift and stretch 0 for every sample."""
    zero = np.zeros(len(samples))
    return Drift(samples, 0.0, zero, zero, np.zeros(len(samples), dtype=np.int64), _NOISE)


def joined_drift(parts: Sequence[Drift]) -> Drift:
    """Drift of all samples of several gradients, about the middle of the first one.

        RT + shift + stretch (RT - m) = RT + (shift + stretch (m0 - m)) + stretch (RT - m0)

    Parameters
    ----------
    parts : sequence of Drift
        Of each gradient, with samples of its own.
    """
    if len(parts) == 1:
        return parts[0]
    middle = parts[0].middle
    samples = np.array([name for part in parts for name in part.samples], dtype=object)
    order = np.argsort(samples, kind="stable")
    shift = np.concatenate([p.shift + p.stretch * (middle - p.middle) for p in parts])
    number = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    return Drift(
        samples=tuple(samples[order].tolist()),
        middle=middle,
        shift=shift[order],
        stretch=np.concatenate([part.stretch for part in parts])[order],
        shared=np.concatenate([part.shared for part in parts])[order],
        noise=parts[0].noise,
        gradient=tuple(number[order].tolist()),
    )


def estimate_drift(
    samples: tuple[str, ...], sample: IntArray, species: IntArray, rt: FloatArray
) -> Drift:
    """Drift of each sample, relative to the median sample, from the features of each name.

    Parameters
    ----------
    samples : tuple of str, length S
    sample : numpy.ndarray of int, shape (n,)
        Index into `samples`.
    species : numpy.ndarray of int, shape (n,)
        Equal for features of one name; from 0 upwards.
    rt : numpy.ndarray, shape (n,)
        min, in the samples' own time.
    """
    drift = no_drift(samples)
    if len(samples) < 2 or len(rt) == 0:
        return drift
    middle = float(np.median(rt))
    shift = _coarse_shifts(len(samples), sample, species, rt)
    drift = replace(drift, middle=middle, shift=shift)
    for width in _WIDTHS:
        drift = _refined(drift, sample, species, rt, width)
    return drift


def _coarse_shifts(
    n_samples: int, sample: IntArray, species: IntArray, rt: FloatArray
) -> FloatArray:
    """Shift of most features of each sample against the largest sample, min, shape (S,).

    It is the mode of the histogram of all RT differences between features of one name, within the
    usual reach unless clearly more agree on a larger one.
    """
    largest = np.bincount(sample, minlength=n_samples).argmax()
    reference = np.flatnonzero(sample == largest)
    reference = reference[np.argsort(species[reference], kind="stable")]
    # Every feature with every feature of its name in the largest sample.
    low = np.searchsorted(species[reference], species, side="left")
    count = np.searchsorted(species[reference], species, side="right") - low
    feature = np.repeat(np.arange(len(rt)), count)
    partner = reference[ranges(low, count)]
    later, of_sample = rt[feature] - rt[partner], sample[feature]
    shift, height = _most_agreed(later, of_sample, n_samples, _REACH)
    has_partner = np.bincount(sample[count > 0], minlength=n_samples)
    unsure = np.flatnonzero(height < _FEW_AGREE * has_partner)
    needed = np.maximum(_TIMES_MORE * height, np.maximum(_SHARE_FAR * has_partner, _FOR_FAR))
    for run, of_run in zip(unsure, _of_samples(later, of_sample, unsure), strict=True):
        farther, more = _most_agreed(of_run, np.zeros(len(of_run), np.int64), 1, _FARTHEST)
        if more[0] >= needed[run]:
            shift[run], height[run] = farther[0], more[0]
    return np.where(height >= FOR_SHIFT, shift, 0.0)


def _most_agreed(
    later: FloatArray, sample: IntArray, n_samples: int, reach: float
) -> tuple[FloatArray, FloatArray]:
    """Shift of each sample within a reach on which most pairs agree, min, and how many, (S,).

    Parameters
    ----------
    later : numpy.ndarray, shape (k,)
        RT difference of each pair, min.
    sample : numpy.ndarray of int, shape (k,)
        Sample of each pair, below `n_samples`.
    n_samples, reach
    """
    near = np.abs(later) < reach
    bins = round(2 * reach / _BIN) + 1
    bin_of_pair = np.rint((later[near] + reach) / _BIN).astype(np.int64)
    histogram = np.bincount(sample[near] * bins + bin_of_pair, minlength=n_samples * bins)
    height = _smooth(histogram.reshape(n_samples, bins), _COARSE)
    return (height.argmax(axis=1) - bins // 2) * _BIN, height.max(axis=1)


def _of_samples(values: FloatArray, sample: IntArray, wanted: IntArray) -> list[FloatArray]:
    """The values of each of some samples, which ascend."""
    of_wanted = np.flatnonzero(np.isin(sample, wanted))
    order = of_wanted[np.argsort(sample[of_wanted], kind="stable")]
    ends = np.searchsorted(sample[order], wanted, side="right")
    return np.split(values[order], ends)[:-1]


def _smooth(histogram: IntArray, kernel: FloatArray) -> FloatArray:
    """The rows of a histogram convolved with a kernel, shape (k, bins)."""
    half, bins = len(kernel) // 2, histogram.shape[1]
    padded = np.pad(histogram.astype(np.float64), ((0, 0), (half, half)))
    result = np.zeros(histogram.shape)
    for i, weight in enumerate(kernel):
        result += weight * padded[:, i : i + bins]
    return result


def _refined(
    drift: Drift, sample: IntArray, species: IntArray, rt: FloatArray, width: float
) -> Drift:
    """The drift after one more fit of each sample to the centres of the shared peaks.

    A feature at distance r from its centre has the weight 1 / (1 + (r / width)^2)^2, and 0 where
    no other feature is in its peak.
    """
    study = drift.to_study(rt, sample)
    peak = nearest_peak(species, study, _NOISE)
    residual = study - centres(peak, study, width)[peak]
    shared = np.bincount(peak)[peak] > 1
    weight = np.where(shared, 1 / (1 + (residual / width) ** 2) ** 2, 0.0)
    shift, stretch, count = _fit_drift(drift, sample, study, residual, weight)
    return replace(
        drift,
        shift=_about_median(drift.shift + shift, count >= FOR_SHIFT),
        stretch=_about_median(drift.stretch + stretch, count >= FOR_STRETCH),
        shared=count,
        noise=_scatter(residual[shared]),
    )


def _about_median(values: FloatArray, known: BoolArray) -> FloatArray:
    """Known values less their median; 0 for the others."""
    middle = np.median(values[known]) if known.any() else 0.0
    return np.where(known, values - middle, 0.0)


def _scatter(residual: FloatArray) -> float:
    """Robust scatter of residuals, min; the usual one without residuals."""
    if len(residual) == 0:
        return _NOISE
    return max(robust_sd(residual), _LEAST_NOISE)


def centres(peak: IntArray, study: FloatArray, width: float) -> FloatArray:
    """Robust mean RT of each of P peaks, min, shape (P,).

    A feature at distance r from the centre has the weight 1 / (1 + (r / width)^2).

    Parameters
    ----------
    peak : numpy.ndarray of int, shape (n,)
        Peak of each feature, from 0 to P - 1.
    study : numpy.ndarray, shape (n,)
        RT in the study's time, min.
    width : float
        min.
    """
    n = int(peak.max()) + 1
    size = np.bincount(peak, minlength=n)
    centre = np.bincount(peak, study, n) / np.maximum(size, 1)
    for _ in range(2):
        weight = 1 / (1 + ((study - centre[peak]) / width) ** 2)
        total = np.bincount(peak, weight, n)
        centre = np.bincount(peak, weight * study, n) / np.maximum(total, 1e-9)
    return np.asarray(centre)


def _fit_drift(
    drift: Drift, sample: IntArray, study: FloatArray, residual: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Shift (min) and stretch (min per min) that remain, and the features used; each shape (S,).

    Weighted least squares of the residuals r on x = RT - middle, by sample, with m the weighted
    mean of x and a prior that holds the stretch near 0:

        stretch = sum w (x - m) r / (sum w (x - m)^2 + (noise / usual stretch)^2)
        shift   = mean r - stretch m
    """
    n = len(drift)
    x = study - drift.middle
    total = np.bincount(sample, weight, n)
    sum_x = np.bincount(sample, weight * x, n)
    sum_xx = np.bincount(sample, weight * x**2, n)
    sum_r = np.bincount(sample, weight * residual, n)
    total = np.maximum(total, 1e-9)
    mean_x = sum_x / total
    spread = sum_xx - total * mean_x**2
    product = np.bincount(sample, weight * (x - mean_x[sample]) * residual, n)
    prior = (_NOISE / _USUAL_STRETCH) ** 2
    stretch = np.asarray(product / (spread + prior), dtype=np.float64)
    count = np.bincount(sample, weight > 0.1, n).astype(np.int64)
    can_stretch = (count >= FOR_STRETCH) & (spread > total * _SPAN**2)
    stretch = np.where(can_stretch, stretch, 0.0)
    shift = sum_r / total - stretch * mean_x
    return shift, stretch, count


def nearest_peak(species: IntArray, study: FloatArray, noise: float) -> IntArray:
    """Number of the shared peak in which each feature lies, shape (n,).

    The peaks of a name are the modes of a smoothed histogram of its RTs; a feature belongs to the
    nearest one.

    Parameters
    ----------
    species : numpy.ndarray of int, shape (n,)
        Equal for features of one name; from 0 upwards.
    study : numpy.ndarray, shape (n,)
        RT in the study's time, min.
    noise : float
        Scatter of a feature about its peak, min.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Equal for features of one peak; ascends by name, then by RT.
    """
    start, span = float(study.min()), float(np.ptp(study))
    apart = float(np.clip(_APART * noise, *_APART_WITHIN))
    width = max(apart / _BINS_APART, span / _MOST_BINS)
    bins = int(span / width) + 2 * _BINS_APART
    n_species = int(species.max()) + 1
    bin_of_rt = np.rint((study - start) / width).astype(np.int64)
    bin_of_feature = species * bins + bin_of_rt + _BINS_APART // 2
    histogram = np.bincount(bin_of_feature, minlength=n_species * bins).reshape(n_species, bins)
    modes = np.flatnonzero(_is_mode(_smooth(histogram, _SMOOTHING)).ravel())
    after = np.minimum(np.searchsorted(modes, bin_of_feature), len(modes) - 1)
    before = np.maximum(after - 1, 0)
    before_is_own = modes[before] // bins == species
    after_is_own = modes[after] // bins == species
    to_before = np.abs(modes[before] - bin_of_feature)
    to_after = np.abs(modes[after] - bin_of_feature)
    takes_before = before_is_own & ((to_before <= to_after) | ~after_is_own)
    return np.where(takes_before, before, after)


def _is_mode(height: FloatArray) -> BoolArray:
    """Whether a bin is higher than all within the least distance of two peaks, (species, bins)."""
    padded = np.pad(height, ((0, 0), (_BINS_APART, _BINS_APART)))
    bins = height.shape[1]
    result: BoolArray = height > _SMOOTHING[1]
    for step in range(1, _BINS_APART + 1):
        left = padded[:, _BINS_APART - step : _BINS_APART - step + bins]
        right = padded[:, _BINS_APART + step : _BINS_APART + step + bins]
        result &= height > left
        result &= height >= right
    return result
