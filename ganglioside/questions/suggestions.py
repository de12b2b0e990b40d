"""Names that would fit a feature better: other species of its mass, ranked by where they elute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.inference.densities import OWN_TAIL, STANDARD_DEVIATION, normal, student
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.inference.state import Inference
from ganglioside.ion_source.artefacts import artefacts
from ganglioside.lipids.adducts import Adduct, adduct, expected_adducts
from ganglioside.lipids.composition import Ceramide, Composition
from ganglioside.lipids.names import species
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray
from ganglioside.support.priors import Priors

#: Columns of what `suggest` returns.
SUGGESTIONS: Final[dict[str, str]] = {
    "name": "str",  # of the species
    "isomer": "str",  # its line, NA where the series has one
    "process": "str",  # how it comes to this mass, NA where it has it itself
    "predicted_rt": "float64",  # min
    "difference": "float64",  # min, measured less predicted
    "sigma": "float64",
    "mass_difference_mda": "float64",  # mDa, less the mass of the present name
    "ppm": "float64",  # measured less theoretical m/z; NA without a measured one
    "basis": "str",
    "note": "str",
}

#: How far a measured m/z may be from a species', ppm, and its usual error.
MZ_TOLERANCE: Final = 10.0
_MZ_ERROR: Final = 4.0

#: How far the mass of a name may be from that of what was measured, Da, and how far it usually
#: is: names are given by mass, and an acetyl differs from C3H6 by 0.0364 only.
NAME_TOLERANCE: Final = 0.04
_NAME_ERROR: Final = 0.012

#: Mass of two 13C instead of 12C, Da (2 x 1.0033548), and how often the second isotope of an
#: intense peak is taken for a species of one double bond less, 0.009 Da heavier.
_TWO_ISOTOPES: Final = 2.0067096
_ISOTOPE_RATE: Final = 0.03

#: Ceramides thought of beside those of the table.
_FURTHER_CARBONS: Final = 2
_USUAL_HYDROXYLS: Final = (2, 3)

#: A row this near to where a species is expected, in sigma, may be that species.
_NEAR: Final = 3.0


@dataclass(frozen=True, slots=True)
class _Head:
    """A head group of the table, or one modification away from it, and its line."""

    series: str
    isomer: str | None
    composition: Composition
    line: int
    basis: str
    shift: float = 0.0  # carbons from the line
    spread: float = 0.0  # carbons

    @property
    def is_form(self) -> bool:
        """Whether it is a modified head group of the table."""
        return self.spread > 0

    def on(self, ceramide: FloatArray) -> Species:
        """Return its species with a ceramide."""
        lettered = self.isomer if self.isomer and " " not in self.isomer else None
        return species(self.series, Ceramide(*ceramide.astype(int).tolist()), lettered)


@dataclass(frozen=True, slots=True)
class _Way:
    """How a species comes to a mass: by itself where `process` is None."""

    process: str | None
    label: str
    mass_shift: float  # Da
    rate: float  # how usual it is


@dataclass(frozen=True, eq=False)
class _Feature:
    """What is known of the feature."""

    number: int
    rt: float  # min, as read
    sample: int  # place in the drift of the study
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
    """Species that have the mass of the feature, by themselves or by a process, shape (k,).

    Attributes
    ----------
    head, ceramide : numpy.ndarray of int
    way : numpy.ndarray of int
        Place in `_ways()`.
    mass : numpy.ndarray
        Da, with the process.
    ppm : numpy.ndarray
        Measured less theoretical m/z, NaN without a measured one.
    """

    head: IntArray
    ceramide: IntArray
    way: IntArray
    mass: FloatArray
    ppm: FloatArray


def suggest(
    feature: pd.Series[Any],
    features: pd.DataFrame,
    state: Inference | None,
    n: int,
    threshold: float,
    polarity: str = "negative",
) -> pd.DataFrame:
    """Return the species that have the mass of a feature and elute where it does.

    Parameters
    ----------
    feature : pandas.Series
        Its row of `Analysis.features`.
    features : pandas.DataFrame
        `Analysis.features`.
    state : Inference or None
    n : int
        How many at most.
    threshold : float
        sigma; what is expected farther away is no suggestion.
    polarity : str
        Of an m/z without an ion.

    Returns
    -------
    pandas.DataFrame
        Columns `SUGGESTIONS`, the best first; empty where nothing fits, or nothing can be said.

    Raises
    ------
    NameFormError
        If the feature's adduct is unknown.
    """
    rows: list[_Suggestion] = []
    if state is not None and np.isfinite(feature["rt"]):
        this = _feature(feature, state, polarity)
        rows = list(_suggestions(this, features, state, n, threshold))
    return pd.DataFrame([asdict(r) for r in rows], columns=list(SUGGESTIONS)).astype(SUGGESTIONS)


def _feature(feature: pd.Series[Any], state: Inference, polarity: str) -> _Feature:
    parsed = parse_names(pd.Series([feature["name"]], dtype="str"))
    samples = state.observed.drift.samples
    sample = feature.get("sample", "")
    sample = "" if pd.isna(sample) else sample
    given = feature.get("adduct")
    return _Feature(
        number=int(feature["feature_id"]),
        rt=float(feature["rt"]),
        sample=samples.index(sample) if sample in samples else -1,
        present=parsed.species[0] if parsed.species else None,
        mz=float(feature.get("mz", np.nan)),
        ion=None if given is None or pd.isna(given) else adduct(given),
        polarity=polarity,
    )


def _suggestions(
    this: _Feature, features: pd.DataFrame, state: Inference, n: int, threshold: float
) -> Iterator[_Suggestion]:
    model = FittedModel.from_inference(state)
    heads, ceramides = _heads(model), _ceramides(state)
    options = _options(this, heads, ceramides)
    rt, sd = _expected(model, heads, ceramides, options)
    if this.sample >= 0:
        drift, sample = state.observed.drift, np.full(len(rt), this.sample)
        rt, sd = drift.to_sample(rt, sample), sd * drift.scale(sample)
    sigma = (this.rt - rt) / sd
    order = np.lexsort((options.head, options.mass, -_fit(this, sigma, sd, options)))
    for k in order[np.abs(sigma[order]) <= threshold][:n]:
        head, way = heads[options.head[k]], _ways()[options.way[k]]
        found = head.on(ceramides[options.ceramide[k]])
        yield _Suggestion(
            name=found.name,
            isomer=head.isomer,
            process=way.process,
            predicted_rt=float(rt[k]),
            difference=float(this.rt - rt[k]),
            sigma=float(sigma[k]),
            mass_difference_mda=round(1000 * float(options.mass[k] - this.mass), 6) + 0.0,
            ppm=float(options.ppm[k]),
            basis=head.basis,
            note=_note(this, found, way, features, _NEAR * float(sd[k])),
        )


def _ways() -> tuple[_Way, ...]:
    """Return the ways to a mass: none, the artefacts that co-elute with their species, isotopes.

    Artefacts that do not co-elute are species with names of their own, such as NeuGc forms.
    """
    found = (a for a in artefacts() if a.coelutes)
    return (
        _Way(None, "", 0.0, 1.0),
        *(_Way(a.process, a.label, a.mass_shift, a.rate) for a in found),
        _Way("M+2", "second isotope", _TWO_ISOTOPES, _ISOTOPE_RATE),
    )


def _heads(model: FittedModel) -> list[_Head]:
    """Return the head groups of the table, then their NeuGc and acetylated forms."""
    own = [
        _Head(series, isomer, _bare(series).composition, line, basis)
        for line, (series, isomer, basis) in enumerate(
            zip(model.line_series, model.line_isomers, model.line_basis, strict=True)
        )
    ]
    acetyl = Priors.usual().unit_oac
    neugc = next(a for a in artefacts() if a.process == "NeuGc")
    forms = [
        *(
            _modified(head, f"{head.series}(NeuGc)", neugc.rt_shift, neugc.rt_spread)
            for head in own
            if head.composition.neuac and not head.composition.neugc
        ),
        *(
            _modified(head, f"{head.series}+OAc", acetyl.value, acetyl.spread)
            for head in own
            if head.composition.sialic_acids and head.composition.oac < 2
        ),
    ]
    return own + [form for form in forms if form.series not in model.line_series]


def _bare(series: str) -> Species:
    return species(series, Ceramide(36, 1))


def _modified(head: _Head, spelling: str, shift: float, spread: float) -> _Head:
    form = _bare(spelling)
    basis = f"line of {head.isomer or head.series}, {shift:+g} carbons"
    return _Head(form.series, None, form.composition, head.line, basis, shift, spread)


def _ceramides(state: Inference) -> FloatArray:
    """Return the ceramides within the range of the table and a little beyond, shape (c, 3)."""
    low, high = state.observed.ceramides.min(axis=0), state.observed.ceramides.max(axis=0)
    hydroxyls = np.union1d(np.unique(state.observed.ceramides[:, 2]), _USUAL_HYDROXYLS)
    carbons = np.arange(low[0] - _FURTHER_CARBONS, high[0] + _FURTHER_CARBONS + 1)
    bonds = np.arange(0, high[1] + 1)
    grid = np.stack(np.meshgrid(carbons, bonds, hydroxyls, indexing="ij"), axis=-1).reshape(-1, 3)
    return np.asarray(grid[grid[:, 1] <= grid[:, 0] // 2])


def _options(this: _Feature, heads: list[_Head], ceramides: FloatArray) -> _Options:
    """Return all species and processes within the mass tolerance of the feature."""
    head = np.array([h.composition.mass for h in heads])
    ceramide = np.array([Ceramide(*c).elements.mass for c in ceramides.astype(int).tolist()])
    shift = np.array([way.mass_shift for way in _ways()])
    mass = head[:, None, None] + ceramide[None, :, None] + shift[None, None, :]
    ppm = _ppm(this, heads, mass)
    if np.isfinite(this.mz):
        near: BoolArray = np.abs(ppm) <= MZ_TOLERANCE
    elif this.present is not None:
        near = np.abs(mass - this.mass) <= NAME_TOLERANCE
    else:
        near = np.zeros(mass.shape, np.bool_)
    # A form that the table does not show is far-fetched enough without an artefact of it.
    near[np.array([h.is_form for h in heads]), :, 1:] = False
    h, c, w = np.nonzero(near)
    return _Options(h, c, w, mass[h, c, w], ppm[h, c, w])


def _ppm(this: _Feature, heads: list[_Head], mass: FloatArray) -> FloatArray:
    """Return measured less theoretical m/z, of the nearest ion where none is given."""
    if not np.isfinite(this.mz):
        return np.full(mass.shape, np.nan)
    given = (this.ion,) if this.ion else None
    ppm = np.empty(mass.shape)
    for k, head in enumerate(heads):
        ions = given or expected_adducts(head.composition.sialic_acids, this.polarity)
        each = np.stack([_error(this.mz, (mass[k] + i.shift) / abs(i.charge)) for i in ions])
        ppm[k] = np.take_along_axis(each, np.abs(each).argmin(axis=0)[None], axis=0)[0]
    return ppm


def _error(mz: float, theoretical: FloatArray) -> FloatArray:
    return np.asarray(1e6 * (mz - theoretical) / theoretical)


def _expected(
    model: FittedModel, heads: list[_Head], ceramides: FloatArray, options: _Options
) -> tuple[FloatArray, FloatArray]:
    """Return where each option elutes and how surely, min, in the study's time."""
    line = np.array([h.line for h in heads], np.int64)[options.head]
    shift = np.array([h.shift for h in heads])[options.head] * model.slope
    spread = np.array([h.spread for h in heads])[options.head] * model.slope
    rt, sd = model.expect(line, ceramides[options.ceramide])
    return rt + shift, np.hypot(sd, spread)


def _fit(this: _Feature, sigma: FloatArray, sd: FloatArray, options: _Options) -> FloatArray:
    """Return how well each option fits: log density of RT and mass, and how usual its way is.

    A density, not a distance: a vague prediction lies near everything and says little.
    """
    usual = np.array([way.rate for way in _ways()])[options.way]
    density = student(sigma * STANDARD_DEVIATION, sd / STANDARD_DEVIATION, OWN_TAIL)
    if np.isfinite(this.mz):
        agrees = normal(options.ppm, 0.0, _MZ_ERROR)
    else:
        agrees = normal(options.mass - this.mass, 0.0, _NAME_ERROR)
    return np.asarray(np.log(density * usual * agrees + 1e-300))


def _note(
    this: _Feature,
    found: Species,
    way: _Way,
    features: pd.DataFrame,
    reach: float,
) -> str:
    """Return what an analyst should know of a suggestion."""
    notes = [f"as {way.label}"] if way.process else []
    present = this.present
    if way.process is None and present is not None:
        if (found.series, found.ceramide) == (present.series, present.ceramide):
            notes.append("the present name")
        elif found.formula == present.formula:
            notes.append("same formula")
    same = _of_ceramide(features, found)
    if not same.any():
        notes.append(f"no feature has the ceramide {found.ceramide}")
    same &= (features["series"] == found.series).to_numpy(np.bool_)
    same &= _of_sample(features, this.number)
    same[this.number] = False
    rows = features[same]
    away = (rows["rt"] - this.rt).abs().to_numpy()
    if (away <= reach).any():
        other = rows.iloc[int(np.nanargmin(away))]
        notes.append(
            f"feature {other['feature_id']} of this name ({other['verdict']}) stands "
            f"{np.nanmin(away):.3f} min away"
        )
    return "; ".join(notes)


def _of_ceramide(features: pd.DataFrame, found: Species) -> BoolArray:
    c = found.ceramide
    numbers = features[["carbons", "double_bonds", "hydroxyls"]].to_numpy(np.float64, na_value=-1)
    return np.asarray((numbers == [c.carbons, c.double_bonds, c.hydroxyls]).all(axis=1))


def _of_sample(features: pd.DataFrame, number: int) -> BoolArray:
    if "sample" not in features:
        return np.ones(len(features), np.bool_)
    sample = features["sample"].fillna("").to_numpy(object)
    return np.asarray(sample == sample[number], np.bool_)
