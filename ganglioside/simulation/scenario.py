"""Scenarios of simulated tables: a knob for every effect, and the levels of difficulty."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from math import inf, isfinite
from numbers import Integral, Real
from typing import Any, Final

from ganglioside.errors import SettingsError


def _knob(default: Any, unit: str, text: str, source: str) -> Any:
    """Field of a dataclass with its unit, meaning and source."""
    return field(default=default, metadata={"unit": unit, "help": text, "source": source})


_MEASURED = "measured on a porcine brain table"
_KNOWN = "general knowledge"
_CHOSEN = "chosen so that a table looks like a real one"
_EXPORTS = "public tables and reports of other tools"
_FORMULA = "extent by the formula"

#: Shapes of the gradient, as in `gradients.GRADIENTS`; `concave` is one of the usual curves.
SHAPES: Final = ("concave", "s-shaped", "two-step", "convex", "kink")
#: Where anchors may stand: anywhere, or in the first or last third of the run.
ANCHOR_SIDES: Final = ("anywhere", "early", "late")
#: What is wrong with all m/z: nothing, `Adduct` names the other polarity, M+1 was picked.
MZ_FAULTS: Final = ("", "wrong polarity", "M+1")

#: Knobs that make no table where they are 0, and those that stay below a number.
_NEVER_ZERO: Final = frozenset({"slope", "slope_ratio", "total_area", "half_reported"})
_BELOW: Final = {"chance_share": 1, "sample_bend": 1}
#: Knobs of ions, which a table without Adduct and m/z cannot show.
_NEED_MZ: Final = ("second_ion_share", "misstated_ion_share", "mz_fault")
#: Units of knobs that are shares of a whole.
_SHARES: Final = frozenset(
    {"probability", "of rows", "of species", "of genuine rows", "of chance rows"}
)

_CHOICES: Final = {"gradient": SHAPES, "anchor_side": ANCHOR_SIDES, "mz_fault": MZ_FAULTS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Knobs of a simulation; a pair is a range from which one value is drawn per table.

    The metadata of each field hold its unit, its meaning and the source of its default; the
    defaults are the level `middle`.

    Raises
    ------
    SettingsError
        If a value is of another kind than the default, a number is negative or not finite, a
        range ends before it begins, or a share is more than the whole.

    Examples
    --------
    >>> LEVELS["easy"].replace(n_samples=3).n_samples
    3
    """

    # the chromatographic method
    slope: tuple[float, float] = _knob(
        (0.4, 0.8), "min per carbon", "slope of the retention curve at C36", _MEASURED + ": 0.77"
    )
    slope_ratio: tuple[float, float] = _knob(
        (0.7, 0.92), "", "slope at C42 over slope at C36", _MEASURED + ": about 0.8"
    )
    first_rt: tuple[float, float] = _knob((6.0, 10.0), "min", "RT of GT1(36:1;O2)", _CHOSEN)
    double_bond_spread: float = _knob(
        0.06, "relative sd", "spread of the effects of double bonds and O3", _MEASURED
    )
    offset_ratio: tuple[float, float] = _knob(
        (0.74, 0.88), "", "offset between two series at C42 over that at C36", _MEASURED + ": 0.8"
    )
    unit_spread: float = _knob(
        0.25, "relative sd", "spread of what one sugar adds to the offset", _CHOSEN
    )
    series_spread: float = _knob(
        0.12, "min", "sd of a series about what its composition predicts", _MEASURED
    )
    isomer_distance: tuple[float, float] = _knob(
        (0.28, 0.56), "min", "distance of two isomer series; either may be first", _MEASURED
    )
    acetyl_shift: tuple[float, float] = _knob(
        (0.02, 0.10), "min", "added by each O-acetyl", _MEASURED
    )
    neugc_shift: float = _knob(0.075, "min", "NeuGc elutes earlier than NeuAc by", _MEASURED)
    rt_scatter: float = _knob(
        0.018, "min", "sd of a species about its line, the same in all samples", _MEASURED
    )
    rt_noise: float = _knob(0.006, "min", "sd of one measured RT", _KNOWN)
    merge_width: float = _knob(
        0.08, "min", "peaks of one name that are closer become one feature", _KNOWN
    )

    gradient: str = _knob("concave", "", "shape of the gradient: " + ", ".join(SHAPES), _EXPORTS)
    one_scale: bool = _knob(
        False,
        "",
        "the gradient bends head groups and ceramides on one hydrophobic scale, "
        "so that lines shift along the bend",
        _KNOWN,
    )
    row_noise: float = _knob(
        0.0, "min", "sd of each row's RT by itself, pieces and parents alike", _EXPORTS
    )
    run_drift: float = _knob(
        0.0, "min", "amplitude of a wave of all RT along the run", _KNOWN + ": pumps and columns"
    )

    # the tissue
    rarity: float = _knob(
        1.0, "", "exponent on the presence of minor series: 0 all, above 1 fewer", _CHOSEN
    )
    abundance_spread: float = _knob(0.5, "ln sd", "spread of a series' abundance", _KNOWN)
    profile_spread: float = _knob(0.5, "ln sd", "spread of a species about the profile", _KNOWN)
    total_area: float = _knob(4e8, "area", "sum of all genuine peaks of a sample", _CHOSEN)
    detection_limit: float = _knob(8e3, "area", "smaller peaks are never reported", _MEASURED)
    half_reported: float = _knob(
        1.1e5, "area", "peaks of this area are reported in half of the cases", _CHOSEN
    )
    neugc_share: float = _knob(0.008, "", "NeuGc form relative to NeuAc form", _CHOSEN)

    # the ion source
    source_strength: float = _knob(
        0.4, "ln sd", "spread of all fragments' extent between tables", _KNOWN
    )
    pathway_spread: float = _knob(0.4, "ln sd", "spread of each pathway's extent", _KNOWN)
    fragment_scatter: float = _knob(
        0.15, "ln sd", "spread of one fragment about its pathway's extent", _MEASURED
    )
    coelution_core: float = _knob(
        0.006, "min", "sd of RT of most fragments and adducts about their parent", _MEASURED
    )
    coelution_tail: float = _knob(0.026, "min", "the same, of the others", _MEASURED)
    coelution_tail_share: float = _knob(0.2, "", "share of the others", _MEASURED)
    pathway_shift: float = _knob(
        0.0,
        "min",
        "sd between pathways of the RT of their pieces less that of the parents",
        _MEASURED + ": 0.013",
    )
    pathway_width_spread: float = _knob(
        0.0, "ln sd", "spread between pathways of the widths of co-elution", _MEASURED + ": 0.6"
    )
    sodium_share: tuple[float, float] = _knob(
        (0.21, 0.43), "of parent's area", "sodium adduct where its mass fits a name", _MEASURED
    )
    water_share: tuple[float, float] = _knob(
        (0.003, 0.03), "of parent's area", "water loss where its mass fits a name", _KNOWN
    )
    isotope_share: float = _knob(
        0.0,
        "of species",
        "M+2 of GX(n:d) is read as GX(n:d-1), with the area that the formula gives",
        _FORMULA,
    )
    formate_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "formate where its mass fits a name", _EXPORTS
    )
    acetate_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "acetate where its mass fits a name", _KNOWN
    )
    chloride_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "chloride where its mass fits a name", _KNOWN
    )
    sodium_formate_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "sodium formate where its mass fits a name", _EXPORTS
    )
    two_sodium_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "2Na-2H where its mass fits a name", _KNOWN
    )
    carbon_dioxide_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "loss of CO2 where its mass fits a name", _KNOWN
    )
    three_sodium_share: tuple[float, float] = _knob(
        (0.0, 0.0), "of parent's area", "3Na-3H where its mass fits a name", _KNOWN
    )
    search_window: float = _knob(
        10.0, "ppm", "largest error of mass at which a search gives a name", _KNOWN
    )
    ion_double_bonds: int = _knob(
        9, "", "largest number of double bonds of names that other ions get", _EXPORTS
    )
    most_double_bonds: int = _knob(
        3, "", "largest number of double bonds that names in the table have", _MEASURED
    )

    # the table
    parent_missing: float = _knob(
        0.03, "probability", "a species that left fragments is not in the table", _CHOSEN
    )
    chance_share: float = _knob(0.12, "of rows", "names that chance gave", _CHOSEN)
    isobar_share: float = _knob(
        0.25,
        "of chance rows",
        "those that are another lipid of nearly the same mass",
        _CHOSEN,
    )
    anchors: int = _knob(49, "", "trusted features, where there are enough", _MEASURED)
    wrong_anchors: float = _knob(2.0, "mean count", "fragments that were trusted", _MEASURED)
    anchor_side: str = _knob(
        "anywhere", "", "where anchors may stand: " + ", ".join(ANCHOR_SIDES), _KNOWN
    )
    log_p_slips: float = _knob(3.0, "mean count", "names with another's Log P", _MEASURED)

    row_missing: float = _knob(0.0, "of rows", "rows that were not exported", _EXPORTS)
    areas: bool = _knob(True, "", "the table has a column Volume", _EXPORTS)
    rt_decimals: int = _knob(3, "", "decimals of RT, 3 at most", _EXPORTS)
    chain_names: bool = _knob(
        False,
        "",
        "names give chains; even sums from 38 carbons are d18:1 and d20:1, a little apart",
        _KNOWN + ": d18:1/20:0 with d20:1/18:0 of brain",
    )
    chain_distance: tuple[float, float] = _knob(
        (0.015, 0.035), "min", "RT of the d20:1 isomer less that of d18:1", _KNOWN
    )

    # one species in several rows
    second_ion_share: float = _knob(
        0.0, "of rows", "rows that stand there as a second ion too, such as [M-2H]2-", _EXPORTS
    )
    isotope_row_share: float = _knob(
        0.0, "of rows", "rows whose M+1 and M+2 are rows of the same name", _EXPORTS
    )
    duplicate_share: float = _knob(0.0, "of rows", "rows picked twice", _EXPORTS)
    split_share: float = _knob(
        0.0,
        "of genuine rows",
        "peaks split in two: 5 to 40 % stand 0.06 to 0.16 min beside",
        _EXPORTS,
    )
    second_name_share: float = _knob(
        0.0, "of genuine rows", "peaks that stand there under a second name of their mass", _EXPORTS
    )

    misstated_ion_share: float = _knob(
        0.0,
        "of genuine rows",
        "rows whose m/z is that of the formate, though `Adduct` says the plain ion; of rows by "
        "chance 8 times as many",
        _EXPORTS,
    )

    # m/z
    mz: bool = _knob(False, "", "the table has the columns Adduct and m/z", _EXPORTS)
    mz_noise: float = _knob(2.0, "ppm", "sd of one measured m/z", _KNOWN)
    mz_offset: float = _knob(0.0, "ppm", "error of calibration of all m/z", _KNOWN)
    mz_drift: float = _knob(
        0.0,
        "ppm",
        "change of that error from the smallest to the largest m/z, and over the run",
        _KNOWN,
    )
    mz_fault: str = _knob("", "", "what is wrong with all m/z: wrong polarity, or M+1", _EXPORTS)

    # the study
    n_samples: int = _knob(1, "", "above 1 the table has a column Sample", _CHOSEN)
    drift_shift: float = _knob(0.03, "min", "sd of a sample's shift of all RT", _KNOWN)
    drift_stretch: float = _knob(
        0.002, "per min", "sd of a sample's shift for each minute from the middle", _KNOWN
    )
    sample_spread: float = _knob(0.3, "ln sd", "spread of a species between samples", _KNOWN)
    sample_bend: float = _knob(
        0.0,
        "",
        "samples differ in their gradient: the slope at the ends of a run is 1 - and 1 + this",
        _EXPORTS,
    )

    wild: bool = _knob(
        False, "", "draw for each table which effects it has, as public tables do", _EXPORTS
    )

    def __post_init__(self) -> None:
        for knob in dataclasses.fields(self):
            _check(knob, getattr(self, knob.name))
        if self.n_samples < 1:
            raise SettingsError("n_samples = 0: at least one sample is needed.")
        for name in _NEED_MZ:
            if getattr(self, name) and not self.mz:
                raise SettingsError(f"{name} = {getattr(self, name)!r}: needs mz=True.")

    def replace(self, **knobs: Any) -> Scenario:
        """Copy with other values of some knobs.

        Raises
        ------
        SettingsError
            If a knob does not exist or its value is refused.
        """
        known = {f.name for f in dataclasses.fields(self)}
        unknown = sorted(set(knobs) - known)
        if unknown:
            raise SettingsError(
                f"Unknown knob {', '.join(map(repr, unknown))}: the knobs are "
                f"{', '.join(sorted(known))}."
            )
        return dataclasses.replace(self, **knobs)


def _check(knob: dataclasses.Field[Any], value: object) -> None:
    """Refuse unknown words, what is no number or no pair, and numbers that make no table."""
    name, usual = knob.name, knob.default
    if name in _CHOICES:
        if value not in _CHOICES[name]:
            allowed = ", ".join(choice or "nothing" for choice in _CHOICES[name])
            raise SettingsError(f"{name} = {value!r} is unknown: use one of {allowed}.")
    elif isinstance(usual, bool):
        if not isinstance(value, bool):
            raise SettingsError(f"{name} = {value!r}: needs True or False.")
    elif isinstance(usual, tuple):
        if not (isinstance(value, tuple) and len(value) == len(usual)):
            raise SettingsError(f"{name} = {value!r}: needs a pair of numbers, such as {usual!r}.")
        _check_numbers(knob, value, Real)
    else:
        _check_numbers(knob, (value,), Integral if isinstance(usual, int) else Real)


def _check_numbers(knob: dataclasses.Field[Any], values: tuple[Any, ...], kind: type) -> None:
    """Refuse what is no finite number of this kind, and numbers outside of the knob's range."""
    name = knob.name
    shown = values if isinstance(knob.default, tuple) else values[0]
    if not all(isinstance(value, kind) and not isinstance(value, bool) for value in values):
        what = "a whole number" if kind is Integral else "numbers"
        raise SettingsError(f"{name} = {shown!r}: needs {what}.")
    if not all(isfinite(value) for value in values) or min(values) < 0 or values != _sorted(values):
        raise SettingsError(f"{name} = {shown!r}: needs numbers from 0 upwards, low before high.")
    if name in _NEVER_ZERO and min(values) == 0:
        raise SettingsError(f"{name} = {shown!r}: needs numbers above 0.")
    if max(values) >= _BELOW.get(name, inf):
        raise SettingsError(f"{name} = {shown!r}: needs a number below {_BELOW[name]}.")
    if knob.metadata["unit"] in _SHARES and max(values) > 1:
        raise SettingsError(f"{name} = {shown!r}: a share is 1 at most.")


def _sorted(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(sorted(values))


_MIDDLE = Scenario()

#: Levels of difficulty. `easy`: good chromatography, many anchors, all of them right. `middle`: as
#: the porcine brain table. `hard`: short gradients, crowded isomers, few and partly wrong anchors.
#: `extreme`: a table that an analyst should send back. `wild`: as `middle`, with the effects that
#: public tables have, drawn for each table (see `effects`).
LEVELS: Final[dict[str, Scenario]] = {
    "easy": _MIDDLE.replace(
        slope=(0.6, 0.8),
        unit_spread=0.15,
        series_spread=0.08,
        isomer_distance=(0.4, 0.6),
        rt_scatter=0.01,
        rt_noise=0.004,
        merge_width=0.06,
        rarity=3.0,
        neugc_share=0.0,
        source_strength=0.2,
        pathway_spread=0.2,
        parent_missing=0.0,
        chance_share=0.04,
        anchors=70,
        wrong_anchors=0.0,
        log_p_slips=1.0,
    ),
    "middle": _MIDDLE,
    "hard": _MIDDLE.replace(
        slope=(0.25, 0.7),
        slope_ratio=(0.55, 1.0),
        offset_ratio=(0.65, 1.0),
        double_bond_spread=0.1,
        unit_spread=0.35,
        series_spread=0.18,
        isomer_distance=(0.15, 0.5),
        rt_scatter=0.025,
        rt_noise=0.01,
        source_strength=0.7,
        pathway_spread=0.6,
        neugc_share=0.015,
        parent_missing=0.10,
        chance_share=0.2,
        anchors=18,
        wrong_anchors=3.0,
        log_p_slips=5.0,
    ),
    "extreme": _MIDDLE.replace(
        slope=(0.2, 0.5),
        slope_ratio=(0.5, 1.0),
        offset_ratio=(0.6, 1.0),
        double_bond_spread=0.12,
        unit_spread=0.5,
        series_spread=0.25,
        isomer_distance=(0.1, 0.4),
        rt_scatter=0.035,
        rt_noise=0.015,
        rarity=2.0,
        half_reported=4e5,
        source_strength=1.0,
        pathway_spread=0.8,
        neugc_share=0.03,
        parent_missing=0.2,
        chance_share=0.3,
        anchors=6,
        wrong_anchors=2.0,
        log_p_slips=8.0,
    ),
    "wild": _MIDDLE.replace(wild=True),
}
