"""Suggested names for a feature: species of its mass, ranked by RT, mass and how usual they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from math import log
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.state import Inference
from ganglioside.lipids.adducts import Adduct, adduct, expected_adducts
from ganglioside.lipids.artefacts import artefact, artefacts
from ganglioside.lipids.composition import Ceramide, Composition
from ganglioside.lipids.names import species
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray, combinations
from ganglioside.support.densities import OWN_TAIL, STANDARD_DEVIATION, normal, student
from ganglioside.support.formatting import with_sign

#: Columns of the table that `suggest` returns.
SUGGESTIONS: Final[dict[str, str]] = {
    "name": "str",  # of the species
    "isomer": "str",  # its line, NA where the series has only one
    "process": "str",  # artefact with this mass, NA for the species itself
    "predicted_rt": "float64",  # min
    "difference": "float64",  # min, measured less predicted
    "sigma": "float64",
    "mass_difference_mda": "float64",  # mDa, less the mass of the present name
    "ppm": "float64",  # measured less theoretical m/z; NA without measured m/z
    "basis": "str",
    "note": "str",
}

#: Largest error of a measured m/z, ppm, and its standard deviation.
MZ_TOLERANCE: Final = 10.0
_MZ_ERROR: Final = 4.0

#: Largest difference of mass between a suggestion and the present name, Da, and its standard
#: deviation: names are given by mass, and an acetyl differs from C3H6 by only 0.0364.
NAME_TOLERANCE: Final = 0.04
_NAME_ERROR: Final = 0.012

#: Carbons beyond the range of the table, and hydroxyls, of the ceramides that are suggested.
_FURTHER_CARBONS: Final = 2
_USUAL_HYDROXYLS: Final = (2, 3)

#: Columns of a ceramide in the features.
_CERAMIDE: Final = ["carbons", "double_bonds", "hydroxyls"]

#: Factor by which a better name explains an RT better than the present name, and than chance.
CLEARLY: Final = 10.0

#: Largest distance from its expected RT, sigma, at which a row may be a species.
_NEAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Head:
    """A head group of the table, or a form of it with one modification, and its line."""

    series: str
    isomer: str | None
    composition: Composition
    line: int
    basis: str
    shift: float = 0.0  # carbons from the line
    spread: float = 0.0  # carbons

    @property
    def is_form(self) -> bool:
        """Whether it is a modified form of a head group of the table."""
        return self.spread > 0

    def on(self, ceramide: FloatArray) -> Species:
        """Its species with a ceramide (carbons, double bonds, hydroxyls)."""
        isomer = self.isomer
        if not isomer or " " in isomer:  # a position, such as `GD1 early`, is no name
            isomer = None
        return species(self.series, Ceramide(*ceramide.astype(int).tolist()), isomer)


@dataclass(frozen=True, slots=True)
class _Process:
    """A process by which a species has another mass; none where `process` is None."""

    process: str | None
    label: str
    mass_shift: float  # Da
    rate: float  # prior weight relative to the species itself
    is_isotope: bool = False


@dataclass(frozen=True, eq=False)
class _Feature:
    """The feature that names are suggested for."""

    feature_id: int
    rt: float  # min, as read
    sample: int  # index into the samples of the drift, -1 without one
    present: Species | None
    mz: float
    ion: Adduct | None
    polarity: str

    @property
    def mass(self) -> float:
        """Mass of the present name, Da; NaN without a readable one."""
        return self.present.monoisotopic_mass if self.present else np.nan


@dataclass(frozen=True, slots=True)
class _Suggestion:
    """One row of the result; see `SUGGESTIONS`."""

    name: str
    isomer: str | None
    process: str | None
    predicted_rt: float
    difference: float
    sigma: float
    mass_difference_mda: float
    ppm: float
    basis: str
    note: str


@dataclass(frozen=True, eq=False)
class _Options:
    """k species that have the mass of the feature, by themselves or by a process, shape (k,).

    Attributes
    ----------
    head, ceramide, process : numpy.ndarray of int
        Indices into the heads, the ceramides and `_processes`.
    mass : numpy.ndarray
        Da, after the process.
    ppm : numpy.ndarray
        Measured less theoretical m/z, NaN without measured m/z.
    """

    head: IntArray
    ceramide: IntArray
    process: IntArray
    mass: FloatArray
    ppm: FloatArray


@dataclass(frozen=True, eq=False)
class _Fits:
    """How well k options fit a feature, shape (k,) each.

    Attributes
    ----------
    this : _Feature
    options : _Options
    rt, sd : numpy.ndarray
        Expected RT and its standard deviation, min.
    sigma : numpy.ndarray
        Measured less expected RT.
    fit : numpy.ndarray
        As `_fit` weighs RT, process and mass.
    best_first : numpy.ndarray of int
        Options within the threshold.
    """

    this: _Feature
    options: _Options
    rt: FloatArray
    sd: FloatArray
    sigma: FloatArray
    fit: FloatArray
    best_first: IntArray


def suggest(
    feature: pd.Series[Any],
    features: pd.DataFrame,
    state: Inference | None,
    n: int,
    threshold: float,
    polarity: str = "negative",
) -> pd.DataFrame:
    """Species of the mass of a feature that are expected at its RT, the best first.

    Parameters
    ----------
    feature : pandas.Series
        Its row of `Analysis.features`.
    features : pandas.DataFrame
        `Analysis.features`.
    state : Inference or None
    n : int
        Largest number of suggestions.
    threshold : float
        Largest distance from the expected RT, sigma.
    polarity : str
        Polarity of an m/z without an ion.

    Returns
    -------
    pandas.DataFrame
        Columns `SUGGESTIONS`; empty where no species fits, or there is no model or no RT.

    Raises
    ------
    NameFormError
        If the feature's adduct is unknown.
    """
    rows: list[_Suggestion] = []
    if state is not None:
        rows = list(Suggester(features, state, threshold, polarity).names(feature, n))
    return pd.DataFrame([asdict(r) for r in rows], columns=list(SUGGESTIONS)).astype(SUGGESTIONS)


@dataclass(frozen=True, eq=False)
class Suggester:
    """Names for features of one table; what all of them share is found once.

    Attributes
    ----------
    features : pandas.DataFrame
        `Analysis.features`.
    state : Inference
        As the sample of the features shows it.
    threshold : float
        Largest distance from the expected RT, sigma.
    polarity : str
        Polarity of an m/z without an ion.
    """

    features: pd.DataFrame
    state: Inference
    threshold: float
    polarity: str

    @cached_property
    def model(self) -> FittedModel:
        """Model by which species are expected at their RT."""
        return FittedModel.from_inference(self.state)

    @cached_property
    def heads(self) -> list[_Head]:
        """Head groups of the table and their forms, length H."""
        return _heads(self.model)

    @cached_property
    def ceramides(self) -> FloatArray:
        """Ceramides that are thought of, shape (C, 3)."""
        return _ceramides(self.state)

    @cached_property
    def processes(self) -> tuple[_Process, ...]:
        """Processes that lead to a mass, length P."""
        return _processes(self.polarity)

    @cached_property
    def masses(self) -> FloatArray:
        """Mass of each head group with each ceramide after each process, Da, shape (H, C, P)."""
        return _masses(self.heads, self.ceramides, self.processes)

    @cached_property
    def present_ceramides(self) -> FloatArray:
        """Ceramide of each feature, shape (n, 3); -1 where its name cannot be read."""
        return self.features[_CERAMIDE].to_numpy(np.float64, na_value=-1)

    @cached_property
    def rt(self) -> FloatArray:
        """RT of each feature, min, shape (n,); NaN without one."""
        return self.features["rt"].to_numpy(np.float64, na_value=np.nan)

    @cached_property
    def has_ceramide(self) -> BoolArray:
        """Whether a feature has each ceramide that is thought of, shape (C,)."""
        present = self.features[_CERAMIDE].drop_duplicates().to_numpy(np.float64, na_value=-1)
        same = self.ceramides[:, None, :] == present[None, :, :]
        return np.asarray(same.all(axis=2).any(axis=1))

    def names(self, feature: pd.Series[Any], n: int) -> Iterator[_Suggestion]:
        """The n best options within the threshold, the best first; none without an RT."""
        if not np.isfinite(feature["rt"]):
            return
        fits = self._fits(feature)
        for k in fits.best_first[:n]:
            yield self._suggestion(fits, int(k))

    def better_name(self, feature: pd.Series[Any]) -> _Suggestion | None:
        """The best name that fits clearly better than the present one; None where there is none.

        It explains the RT at least `CLEARLY` times better than the present name does, and than a
        peak that may be anywhere in the run. Its ceramide is that of another feature too. It is a
        species or an isotope peak of one: other ions were weighed when the verdict was given, and
        refused. On simulated tables these conditions raise the share of names that are right
        from 34 to 78 %, and lose 8 % of the right ones.
        """
        if not np.isfinite(feature["rt"]):
            return None
        fits = self._fits(feature)
        options = fits.options
        is_present = np.array([self._is_present(fits, k) for k in range(len(options.mass))], bool)
        present = np.max(fits.fit, where=is_present, initial=-np.inf)
        is_isotope = np.array([process.is_isotope for process in self.processes])
        density = _rt_density(fits.sigma, fits.sd)
        is_clear = (density * self.state.observed.span >= CLEARLY) & ~is_present
        is_clear &= fits.fit >= present + log(CLEARLY)
        is_clear &= self.has_ceramide[options.ceramide]
        is_clear &= (options.process == 0) | is_isotope[options.process]
        better = fits.best_first[is_clear[fits.best_first]]
        return self._suggestion(fits, int(better[0])) if len(better) else None

    def _fits(self, feature: pd.Series[Any]) -> _Fits:
        """All options for a feature, with how well each fits."""
        this = _feature(feature, self.state, self.polarity)
        options = _options(this, self.heads, self.masses)
        observed = self.state.observed
        rt, sd = _expected(self.model, self.heads, self.ceramides, options)
        if this.sample >= 0:
            drift, sample = observed.drift, np.full(len(rt), this.sample)
            rt = drift.to_sample(rt, sample)
            sd = drift.sd_in_sample(sd, sample)
        rt, sd = observed.run.rt(rt), observed.run.sd(sd)
        sigma = (this.rt - rt) / sd
        fit = _fit(this, sigma, sd, options)
        order = np.lexsort((options.head, options.mass, -fit))
        near = np.abs(sigma[order]) <= self.threshold
        return _Fits(this, options, rt, sd, sigma, fit, order[near])

    def _suggestion(self, fits: _Fits, k: int) -> _Suggestion:
        """The row of one option."""
        this, options = fits.this, fits.options
        head = self.heads[options.head[k]]
        process = self.processes[options.process[k]]
        found = head.on(self.ceramides[options.ceramide[k]])
        mass_difference = 1000 * float(options.mass[k] - this.mass)
        return _Suggestion(
            name=found.name,
            isomer=head.isomer,
            process=process.process,
            predicted_rt=float(fits.rt[k]),
            difference=float(this.rt - fits.rt[k]),
            sigma=float(fits.sigma[k]),
            mass_difference_mda=round(mass_difference, 6) + 0.0,  # never -0
            ppm=float(options.ppm[k]),
            basis=head.basis,
            note=self._note(this, found, process, _NEAR * float(fits.sd[k])),
        )

    def _is_present(self, fits: _Fits, k: int) -> bool:
        """Whether an option is the present name."""
        present, options = fits.this.present, fits.options
        if present is None or options.process[k] > 0:
            return False
        c = present.ceramide
        ceramide = self.ceramides[options.ceramide[k]].tolist()
        is_series = self.heads[options.head[k]].series == present.series
        return is_series and bool(ceramide == [c.carbons, c.double_bonds, c.hydroxyls])

    def _note(self, this: _Feature, found: Species, process: _Process, reach: float) -> str:
        """Remarks on a suggestion, separated by semicolons.

        Parameters
        ----------
        this
        found
            The species suggested.
        process
        reach
            Largest distance of another row of that species that is mentioned, min.
        """
        notes = [f"as {process.label}"] if process.process else []
        if process.process is None and this.present is not None:
            notes += _against_present(found, this.present)
        c = found.ceramide
        numbers = [c.carbons, c.double_bonds, c.hydroxyls]
        of_ceramide = (self.present_ceramides == numbers).all(axis=1)
        if not of_ceramide.any():
            notes.append(f"no feature has the ceramide {found.ceramide}")
        features = self.features
        same_name = of_ceramide & (features["series"] == found.series).to_numpy(np.bool_)
        same_name &= _of_sample(features, this.feature_id)
        same_name[this.feature_id] = False
        others = np.flatnonzero(same_name)
        distance = np.abs(self.rt[others] - this.rt)
        if (distance <= reach).any():
            other = others[np.nanargmin(distance)]
            notes.append(
                f"feature {features['feature_id'].iloc[other]} of this name "
                f"({features['verdict'].iloc[other]}) is {np.nanmin(distance):.3f} min away"
            )
        return "; ".join(notes)


def _feature(feature: pd.Series[Any], state: Inference, polarity: str) -> _Feature:
    """A row of `Analysis.features` as typed values."""
    parsed = parse_names(pd.Series([feature["name"]], dtype="str"))
    samples = state.observed.drift.samples
    sample = feature.get("sample", "")
    sample = "" if pd.isna(sample) else sample
    given = feature.get("adduct")
    return _Feature(
        feature_id=int(feature["feature_id"]),
        rt=float(feature["rt"]),
        sample=samples.index(sample) if sample in samples else -1,
        present=parsed.species[0] if parsed.species else None,
        mz=_calibrated_mz(feature, state),
        ion=None if given is None or pd.isna(given) else adduct(given),
        polarity=polarity,
    )


def _calibrated_mz(feature: pd.Series[Any], state: Inference) -> float:
    """Measured m/z without its systematic error; NaN where it is missing or takes no part."""
    mz = float(feature.get("mz", np.nan))
    observed = state.observed
    position = np.flatnonzero(observed.row == int(feature["feature_id"]))
    if len(position) == 0:
        return mz
    if observed.mass_shifts and np.isnan(observed.mass_error[position[0]]):
        return np.nan
    return mz / (1 + 1e-6 * float(observed.mass_offset[position[0]]))


@cache
def _processes(polarity: str) -> tuple[_Process, ...]:
    """Processes that lead to a mass in a polarity: none, and the artefacts that co-elute.

    Artefacts that do not co-elute are species with names of their own, such as NeuGc forms.
    """
    coeluting = [a for a in artefacts() if a.coelutes and a.is_seen_in(polarity)]
    return (
        _Process(None, "", 0.0, 1.0),
        *(_Process(a.process, a.label, a.mass_shift, a.rate, a.neutrons > 0) for a in coeluting),
    )


def _heads(model: FittedModel) -> list[_Head]:
    """The head groups of the table, then their NeuGc forms, then their acetylated forms."""
    lines = zip(model.line_series, model.line_isomers, model.line_basis, strict=True)
    own = [
        _Head(series, isomer, _with_usual_ceramide(series).composition, line, basis)
        for line, (series, isomer, basis) in enumerate(lines)
    ]
    acetyl = model.priors.unit_oac
    neugc = artefact("NeuGc")
    neugc_forms = [
        _modified(head, f"{head.series}(NeuGc)", neugc.rt_shift, neugc.rt_spread)
        for head in own
        if head.composition.neuac and not head.composition.neugc
    ]
    acetylated_forms = [
        _modified(head, f"{head.series}+OAc", acetyl.value, acetyl.spread)
        for head in own
        if head.composition.sialic_acids and head.composition.oac < 2
    ]
    forms = neugc_forms + acetylated_forms
    return own + [form for form in forms if form.series not in model.line_series]


def _with_usual_ceramide(series: str) -> Species:
    """The species of a series with the ceramide 36:1;O2."""
    return species(series, Ceramide(36, 1))


def _modified(head: _Head, spelling: str, shift: float, spread: float) -> _Head:
    """A form of a head group, on its line shifted by so many carbons."""
    form = _with_usual_ceramide(spelling)
    basis = f"line of {head.isomer or head.series}, {with_sign(shift, 2)} carbons"
    return _Head(form.series, None, form.composition, head.line, basis, shift, spread)


def _ceramides(state: Inference) -> FloatArray:
    """Ceramides within the range of the table and a little beyond, shape (c, 3)."""
    low, high = state.observed.ceramides.min(axis=0), state.observed.ceramides.max(axis=0)
    hydroxyls = np.union1d(np.unique(state.observed.ceramides[:, 2]), _USUAL_HYDROXYLS)
    carbons = np.arange(low[0] - _FURTHER_CARBONS, high[0] + _FURTHER_CARBONS + 1)
    bonds = np.arange(0, high[1] + 1)
    grid = combinations(carbons, bonds, hydroxyls)
    possible = grid[:, 1] <= grid[:, 0] // 2  # double bonds
    return np.asarray(grid[possible])


def _masses(
    heads: list[_Head], ceramides: FloatArray, processes: tuple[_Process, ...]
) -> FloatArray:
    """Mass of each head group with each ceramide after each process, Da, shape (H, C, P)."""
    head = np.array([h.composition.mass for h in heads])
    ceramide = np.array([Ceramide(*c).elements.mass for c in ceramides.astype(int).tolist()])
    shift = np.array([process.mass_shift for process in processes])
    return np.asarray(head[:, None, None] + ceramide[None, :, None] + shift[None, None, :])


def _options(this: _Feature, heads: list[_Head], mass: FloatArray) -> _Options:
    """All species and processes within the mass tolerance of the feature.

    Parameters
    ----------
    this
    heads
        Length H.
    mass
        `Suggester.masses`, shape (H, C, P).
    """
    ppm = _ppm(this, heads, mass)
    near = _within_tolerance(this, mass, ppm)
    # A form that the table does not show is unusual enough without an artefact of it.
    is_form = np.array([h.is_form for h in heads])
    has_process = np.arange(mass.shape[2]) > 0
    near = near & ~(is_form[:, None, None] & has_process)
    h, c, p = np.nonzero(near)
    return _Options(h, c, p, mass[h, c, p], ppm[h, c, p])


def _within_tolerance(this: _Feature, mass: FloatArray, ppm: FloatArray) -> BoolArray:
    """Whether each mass can be that of the feature: by its m/z, or else by its present name."""
    if np.isfinite(this.mz):
        return np.asarray(np.abs(ppm) <= MZ_TOLERANCE)
    if this.present is not None:
        away = mass - this.mass
        return np.asarray(np.abs(away, out=away) <= NAME_TOLERANCE)
    return np.zeros(mass.shape, np.bool_)


def _ppm(this: _Feature, heads: list[_Head], mass: FloatArray) -> FloatArray:
    """Measured less theoretical m/z, ppm, in the shape of `mass`; NaN without measured m/z.

    Where the feature has no ion, the one of the usual ions that is nearest.
    """
    if not np.isfinite(this.mz):
        return np.broadcast_to(np.nan, mass.shape)
    given = (this.ion,) if this.ion else None
    ppm = np.empty(mass.shape)
    for k, head in enumerate(heads):
        ions = given or expected_adducts(head.composition.sialic_acids, this.polarity)
        theoretical = [ion.mz(mass[k]) for ion in ions]
        by_ion = np.stack([_error(this.mz, mz) for mz in theoretical])
        nearest = np.abs(by_ion).argmin(axis=0)
        ppm[k] = np.take_along_axis(by_ion, nearest[None], axis=0)[0]
    return ppm


def _error(mz: float, theoretical: FloatArray) -> FloatArray:
    """Error of an m/z against theoretical ones, ppm."""
    return np.asarray(1e6 * (mz - theoretical) / theoretical)


def _expected(
    model: FittedModel, heads: list[_Head], ceramides: FloatArray, options: _Options
) -> tuple[FloatArray, FloatArray]:
    """Expected RT of each option and its standard deviation, min, in the study's time, (k,)."""
    line = np.array([h.line for h in heads], np.int64)[options.head]
    shift = np.array([h.shift for h in heads])[options.head] * model.slope
    spread = np.array([h.spread for h in heads])[options.head] * model.slope
    rt, sd = model.expect(line, ceramides[options.ceramide])
    return rt + shift, np.hypot(sd, spread)


def _fit(this: _Feature, sigma: FloatArray, sd: FloatArray, options: _Options) -> FloatArray:
    """log(density of RT * prior of the process * density of the mass) of each option, shape (k,).

    The density of RT ranks better than the distance: a vague prediction is near to everything.
    """
    prior = np.array([process.rate for process in _processes(this.polarity)])[options.process]
    if np.isfinite(this.mz):
        of_mass = normal(options.ppm, 0.0, _MZ_ERROR)
    else:
        of_mass = normal(options.mass - this.mass, 0.0, _NAME_ERROR)
    return np.asarray(np.log(_rt_density(sigma, sd) * prior * of_mass + 1e-300))


def _rt_density(sigma: FloatArray, sd: FloatArray) -> FloatArray:
    """Density of the measured RT by each option, 1/min, shape (k,)."""
    return student(sigma * STANDARD_DEVIATION, sd / STANDARD_DEVIATION, OWN_TAIL)


def _against_present(found: Species, present: Species) -> list[str]:
    """Remarks on a species that has the name or the formula of the present one."""
    if (found.series, found.ceramide) == (present.series, present.ceramide):
        return ["the present name"]
    if found.formula == present.formula:
        return ["same formula"]
    return []


def _of_sample(features: pd.DataFrame, feature_id: int) -> BoolArray:
    """Whether each feature is in the sample of one feature, shape (n,)."""
    if "sample" not in features:
        return np.ones(len(features), np.bool_)
    sample = features["sample"].fillna("").to_numpy(object)
    return np.asarray(sample == sample[feature_id], np.bool_)
