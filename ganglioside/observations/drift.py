"""Drift between runs: how far each sample's retention times stand from the study's.

In a run, everything elutes a little earlier or later than in the middle of the study, and the
more so the later: own RT = RT + shift + stretch * (RT - middle). Features of one name stand at the
same few places in every sample, whatever made them, so these places align the samples before
anything is known of lines, curves or verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from ganglioside.support.arrays import FloatArray, IntArray

#: Shared places that a sample needs for a shift, and for a stretch too; and the standard
#: deviation of their RT that a stretch needs, min.
FOR_SHIFT: Final = 3
FOR_STRETCH: Final = 10
_SPAN: Final = 0.3

_REACH: Final = 2.0  # min; samples that stand farther apart are not aligned
_BIN: Final = 0.02  # min; of the histogram of coarse shifts
_COARSE: Final = 1 - np.abs(np.arange(-5, 6)) / 6  # a stretched run agrees only roughly
_SMOOTHING: Final = np.array([0.1, 0.5, 1.0, 0.5, 0.1])
_WIDTHS: Final = (0.1, 0.06, 0.03, 0.03, 0.03)  # min, by round; farther rows count little
_USUAL_STRETCH: Final = 0.01  # per min; standard deviation before the study is seen
_LEAST_NOISE: Final = 0.002  # min
_NOISE: Final = 0.01  # min, of one RT about its place, before the study is seen

#: Places of one name stand as many scatters apart, within these limits (min): bins of the
#: histogram in which they are found.
_APART: Final = 5.0
_APART_WITHIN: Final = (0.04, 0.15)
_BINS_APART: Final = 4
_MOST_BINS: Final = 20000


@dataclass(frozen=True, eq=False)
class Drift:
    """How each of S samples drifted.

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
        Features at places that other samples share: what the drift rests on.
    noise : float
        Scatter of one feature about its place once the drift is taken off, min.
    """

    samples: tuple[str, ...]
    middle: float
    shift: FloatArray
    stretch: FloatArray
    shared: IntArray
    noise: float

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def is_none(self) -> bool:
        """Whether no sample drifts at all."""
        return not (self.shift.any() or self.stretch.any())

    def to_study(self, rt: FloatArray, sample: IntArray) -> FloatArray:
        """Return RT of the samples with these numbers in the study's time, min, shape (n,)."""
        if self.is_none:
            return rt
        moved = rt - self.middle - self.shift[sample]
        return np.asarray(self.middle + moved / self.scale(sample))

    def to_sample(self, rt: FloatArray, sample: IntArray) -> FloatArray:
        """Return study RT in the own time of the samples with these numbers, min, shape (n,)."""
        if self.is_none:
            return rt
        return np.asarray(rt + self.shift[sample] + self.stretch[sample] * (rt - self.middle))

    def scale(self, sample: IntArray) -> FloatArray:
        """Return how much longer a minute of the study is in these samples, shape (n,)."""
        return np.asarray(1 + self.stretch[sample])

    def to_dict(self) -> dict[str, Any]:
        """Return the values, ready for JSON."""
        return {
            "samples": list(self.samples),
            "middle": self.middle,
            "shift": self.shift.tolist(),
            "stretch": self.stretch.tolist(),
            "shared": self.shared.tolist(),
            "noise": self.noise,
        }

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Drift:
        """Rebuild a drift from `to_dict`."""
        return cls(
            tuple(values["samples"]),
            values["middle"],
            np.array(values["shift"], dtype=np.float64),
            np.array(values["stretch"], dtype=np.float64),
            np.array(values["shared"], dtype=np.int64),
            values["noise"],
        )


def no_drift(samples: tuple[str, ...] = ("",)) -> Drift:
    """Return the drift of samples that do not."""
    zero = np.zeros(len(samples))
    return Drift(samples, 0.0, zero, zero, np.zeros(len(samples), dtype=np.int64), _NOISE)


def estimate_drift(
    samples: tuple[str, ...], sample: IntArray, species: IntArray, rt: FloatArray
) -> Drift:
    """Return the drift that the features of each name show; that of the median sample is none.

    Parameters
    ----------
    samples : tuple of str, length S
    sample : numpy.ndarray of int, shape (n,)
        Place in `samples`.
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
    """Return by how much most features of each sample stand after the largest sample's, min."""
    reference = np.flatnonzero(sample == np.bincount(sample, minlength=n_samples).argmax())
    reference = reference[np.argsort(species[reference], kind="stable")]
    low = np.searchsorted(species[reference], species, side="left")
    count = np.searchsorted(species[reference], species, side="right") - low
    row = np.repeat(np.arange(len(rt)), count)
    place = np.arange(len(row)) + np.repeat(low - np.cumsum(count) + count, count)
    later = rt[row] - rt[reference[place]]
    near = np.abs(later) < _REACH
    bins = round(2 * _REACH / _BIN) + 1
    at = sample[row[near]] * bins + np.rint((later[near] + _REACH) / _BIN).astype(np.int64)
    height = _smooth(np.bincount(at, minlength=n_samples * bins).reshape(n_samples, bins), _COARSE)
    shift = (height.argmax(axis=1) - bins // 2) * _BIN
    return np.where(height.max(axis=1) >= FOR_SHIFT, shift, 0.0)


def _smooth(histogram: npt.NDArray[np.int64], kernel: FloatArray) -> FloatArray:
    """Return each row of a histogram, shape (k, bins), smoothed."""
    half, bins = len(kernel) // 2, histogram.shape[1]
    padded = np.pad(histogram.astype(np.float64), ((0, 0), (half, half)))
    result = np.zeros(histogram.shape)
    for i, weight in enumerate(kernel):
        result += weight * padded[:, i : i + bins]
    return result


def _refined(
    drift: Drift, sample: IntArray, species: IntArray, rt: FloatArray, width: float
) -> Drift:
    """Return the drift after each sample was fitted to the places that its features share."""
    study = drift.to_study(rt, sample)
    place = nearest_place(species, study, _NOISE)
    residual = study - centres(place, study, width)[place]
    shared = np.bincount(place)[place] > 1
    weight = np.where(shared, 1 / (1 + (residual / width) ** 2) ** 2, 0.0)
    shift, stretch, count = _fit(drift, sample, study, residual, weight)
    return replace(
        drift,
        shift=_about_median(drift.shift + shift, count >= FOR_SHIFT),
        stretch=_about_median(drift.stretch + stretch, count >= FOR_STRETCH),
        shared=count,
        noise=_scatter(residual[shared]),
    )


def _about_median(values: FloatArray, known: npt.NDArray[np.bool_]) -> FloatArray:
    """Return known values less their median; 0 for the others."""
    middle = np.median(values[known]) if known.any() else 0.0
    return np.where(known, values - middle, 0.0)


def _scatter(residual: FloatArray) -> float:
    """Return the robust scatter of residuals, min; what is usual where there are none."""
    if len(residual) == 0:
        return _NOISE
    return max(1.4826 * float(np.median(np.abs(residual))), _LEAST_NOISE)


def centres(place: IntArray, study: FloatArray, width: float) -> FloatArray:
    """Return the robust mean RT of the rows of each place, min."""
    n = int(place.max()) + 1
    centre = np.bincount(place, study, n) / np.maximum(np.bincount(place, minlength=n), 1)
    for _ in range(2):
        weight = 1 / (1 + ((study - centre[place]) / width) ** 2)
        centre = np.bincount(place, weight * study, n) / np.maximum(
            np.bincount(place, weight, n), 1e-9
        )
    return np.asarray(centre)


def _fit(
    drift: Drift, sample: IntArray, study: FloatArray, residual: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray, IntArray]:
    """Fit shift and stretch to the residuals of each sample; count the rows that say so."""
    n, x = len(drift), study - drift.middle
    by = [np.bincount(sample, weight * v, n) for v in (np.ones(len(x)), x, x**2, residual)]
    total, mean = np.maximum(by[0], 1e-9), by[1] / np.maximum(by[0], 1e-9)
    spread = by[2] - total * mean**2
    gain = np.bincount(sample, weight * (x - mean[sample]) * residual, n)
    slope = np.asarray(gain / (spread + (_NOISE / _USUAL_STRETCH) ** 2), dtype=np.float64)
    count = np.bincount(sample, weight > 0.1, n).astype(np.int64)
    slope = np.where((count >= FOR_STRETCH) & (spread > total * _SPAN**2), slope, 0.0)
    return by[3] / total - slope * mean, slope, count


def nearest_place(species: IntArray, study: FloatArray, noise: float) -> IntArray:
    """Return the number of the place in the study at which each feature stands.

    Parameters
    ----------
    species : numpy.ndarray of int, shape (n,)
        Equal for features of one name; from 0 upwards.
    study : numpy.ndarray, shape (n,)
        RT in the study's time, min.
    noise : float
        Scatter of a feature about its place, min.

    Returns
    -------
    numpy.ndarray of int, shape (n,)
        Features of one name that stand together have one number, by name and then by RT.
    """
    start, span = float(study.min()), float(np.ptp(study))
    apart = float(np.clip(_APART * noise, *_APART_WITHIN))
    width = max(apart / _BINS_APART, span / _MOST_BINS)
    bins = int(span / width) + 2 * _BINS_APART
    at = species * bins + np.rint((study - start) / width).astype(np.int64) + _BINS_APART // 2
    shape = int(species.max()) + 1, bins
    height = _smooth(np.bincount(at, minlength=shape[0] * bins).reshape(shape), _SMOOTHING)
    modes = np.flatnonzero(_is_mode(height).ravel())
    after = np.minimum(np.searchsorted(modes, at), len(modes) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.abs(modes[before] - at) <= np.abs(modes[after] - at)
    mode_species = modes // bins
    only = (mode_species[before] == species) & (nearer | (mode_species[after] != species))
    return np.where(only, before, after)


def _is_mode(height: FloatArray) -> npt.NDArray[np.bool_]:
    """Mark the bins that are higher than all within half the distance of places."""
    padded = np.pad(height, ((0, 0), (_BINS_APART, _BINS_APART)))
    bins = height.shape[1]
    result: npt.NDArray[np.bool_] = height > _SMOOTHING[1]
    for step in range(1, _BINS_APART + 1):
        result &= height > padded[:, _BINS_APART - step : _BINS_APART - step + bins]
        result &= height >= padded[:, _BINS_APART + step : _BINS_APART + step + bins]
    return result
