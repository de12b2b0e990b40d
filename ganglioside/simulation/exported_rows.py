"""Rows of a table as tools export them: one peak in several rows, names with chains, m/z, digits.

Every function takes the rows that came off the column and returns them with its effect, or as they
are where the scenario has none. Rows have the columns of the file and of the truth, and:

- `key`: number of the row while rows come and go; `parent_key` that of its parent, -1 without one;
- `same_as`: key of the row whose peak it shows again, -1 where it is the first of its peak;
- `chain`: 1 for the d20:1 isomer of a sum, else 0;
- `ion`, `neutrons`: its ion, and its neutrons above the lightest isotope.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from ganglioside.lipids.adducts import adduct, adducts, mz_as
from ganglioside.lipids.artefacts import artefacts
from ganglioside.lipids.isotopes import ISOTOPE_STEP, isotope_extents
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.simulation import facts
from ganglioside.simulation.world import World
from ganglioside.support.arrays import BoolArray, FloatArray, IntArray

#: Columns that rows have beside those of the file and the truth.
BOOKKEEPING: Final = ("key", "parent_key", "same_as", "chain", "ion", "neutrons")

#: Processes of rows that show a peak once more under its own name.
SAME_SPECIES: Final = ("second ion", "M+1", "M+2", "duplicate", "split peak")
#: Process of rows that show a peak under another name.
SECOND_NAME: Final = "second name"

#: Distance of a split peak, min, and its area against the whole peak.
SPLIT_DISTANCE: Final = (0.06, 0.16)
_SPLIT_AREA: Final = (0.05, 0.4)
#: Area of a second ion, and of a peak that is picked twice, against the first one.
_SECOND_ION_AREA: Final = (0.2, 0.8)
_DUPLICATE_AREA: Final = (0.9, 1.0)
#: RT of a second ion or a duplicate less that of the first, sd, min.
PICK_NOISE: Final = 0.002
#: d20:1 against all of an even sum.
_CHAIN_FRACTION: Final = (0.3, 0.5)
#: Mass that an artefact has beside its species, Da; forms of a retention of their own are species.
MASS_SHIFTS: Final = {a.process: a.mass_shift for a in artefacts() if a.coelutes}


def exported(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of the file: all effects of an export in the order in which they come about."""
    rows = rows.assign(
        key=range(len(rows)),
        parent_key=rows["parent_id"].fillna(-1).astype("int64"),
        same_as=-1,
        chain=0,
        ion=usual_ions(rows["Name"]) if world.scenario.mz else "",
        neutrons=0,
    )
    for effect in (
        _row_noise,
        _with_chains,
        _split,
        _with_second_names,
        _with_second_ions,
        _with_isotope_rows,
        _picked_twice,
        _some_missing,
        _with_mz,
    ):
        rows = effect(world, rows)
    return _numbered(rows)


def _numbered(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the file, with `feature_id`, `parent_id` and `same_as` as positions."""
    rows = rows.reset_index(drop=True)
    position = pd.Series(rows.index, index=rows["key"])
    at = {c: position.reindex(rows[c]).to_numpy() for c in ("parent_key", "same_as")}
    return rows.assign(
        feature_id=range(len(rows)),
        parent_id=pd.array(at["parent_key"], dtype="Float64").astype("Int64"),
        same_as=np.nan_to_num(at["same_as"], nan=-1).astype("int64"),
    )


# --- the peaks themselves --------------------------------------------------------------------


def _row_noise(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose RT scatter by themselves."""
    if world.scenario.row_noise == 0:
        return rows
    noise = world.stream("row noise").standard_normal(len(rows)) * world.scenario.row_noise
    return rows.assign(RT=(rows["RT"] + noise).clip(lower=0.001))


def chain_isomers(world: World) -> tuple[float, float]:
    """RT of the d20:1 isomer of a sum less that of d18:1, min, and its part of the area."""
    rng = world.stream("chains")
    return rng.uniform(*world.scenario.chain_distance), rng.uniform(*_CHAIN_FRACTION)


def has_chain_isomers(species: pd.DataFrame) -> BoolArray:
    """Whether ceramides (`facts.CERAMIDE`) come as d18:1 and d20:1: even sums from 38 carbons."""
    even = (species["carbons"] % 2 == 0) & (species["carbons"] >= 38)
    whole = even & (species["double_bonds"] >= 1) & (species["hydroxyls"] == 2)
    return np.asarray(whole, dtype=np.bool_)


def _with_chains(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows whose names give chains; both isomers of a species and of all its pieces have a row."""
    if not world.scenario.chain_names:
        return rows
    distance, fraction = chain_isomers(world)
    true = rows["true_name"].fillna("")
    known = (true != "").to_numpy()
    both = np.zeros(len(rows), dtype=np.bool_)
    both[known] = has_chain_isomers(parse_names(true[known]).frame().astype(_WHOLE))
    both &= _reads_as_d20(rows["Name"])
    again = rows[both]
    noise = world.stream("chain rows").normal(0, PICK_NOISE, len(again))
    keys = _new_keys(rows, again)
    key_of = dict(zip(again["key"], keys, strict=True))
    second = again.assign(
        key=keys,
        parent_key=again["parent_key"].map(key_of).fillna(again["parent_key"]).astype("int64"),
        chain=1,
        RT=again["RT"] + distance + noise,
        true_rt=again["true_rt"] + distance,
        Volume=(again["Volume"] * fraction).round().astype("int64"),
        intact_area=again["intact_area"] * fraction,
    )
    share = np.where(both, 1 - fraction, 1.0)
    rows = rows.assign(
        Volume=(rows["Volume"] * share).round().astype("int64"),
        intact_area=rows["intact_area"] * share,
    )
    rows = _beside(rows, second)
    return rows.assign(
        Name=_chain_names(rows["Name"], rows["chain"]),
        parent=_chain_names(rows["parent"], rows["chain"]),
    )


_WHOLE: Final = dict.fromkeys(facts.CERAMIDE, "int64")


def _reads_as_d20(names: pd.Series) -> BoolArray:
    """Whether a name can be written with a base of d20:1: two chains, one double bond or more."""
    species = parse_names(names).frame().astype(_WHOLE)
    return np.asarray((species["double_bonds"] >= 1) & (species["hydroxyls"] == 2))


def _chain_names(names: pd.Series, chain: pd.Series) -> pd.Series:
    """Names of sums with base and acyl chain: `GD1(d18:1/20:0)`; NA stays."""
    text = pd.DataFrame({"name": names, "chain": chain})
    known = text.dropna(subset=["name"])
    species = parse_names(known["name"]).frame().set_index(known.index)
    heads = known["name"].str.rsplit("(", n=1).str[0]
    ceramides = zip(
        known["chain"], *(species[c].astype("int64") for c in facts.CERAMIDE), strict=True
    )
    chains = [_chains(*ceramide) for ceramide in ceramides]
    written = [f"{head}({pair})" for head, pair in zip(heads, chains, strict=True)]
    return pd.Series(written, index=known.index, dtype="str").reindex(names.index)


def _chains(chain: int, carbons: int, double_bonds: int, hydroxyls: int) -> str:
    """Base and acyl chain of a sum, with a base of d20 if `chain` is 1.

    >>> _chains(0, 42, 2, 2), _chains(1, 38, 1, 2), _chains(0, 36, 0, 3)
    ('d18:1/24:1', 'd20:1/18:0', 't18:0/18:0')
    """
    base = 20 if chain == 1 else 18
    letter = "t" if hydroxyls == 3 else "d"
    in_base = int(double_bonds > 0 and hydroxyls == 2)
    return f"{letter}{base}:{in_base}/{carbons - base}:{double_bonds - in_base}"


def _split(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with genuine peaks split in two, a small one beside a large one."""
    scenario, rng = world.scenario, world.stream("split peaks")
    genuine = (rows["verdict"] == "valid").to_numpy()
    again = rows[genuine & (rng.random(len(rows)) < scenario.split_share)]
    distance = rng.uniform(*SPLIT_DISTANCE, len(again)) * rng.choice([-1, 1], len(again))
    beside = _again(rows, again, "split peak", rng, _SPLIT_AREA)
    beside = beside.assign(RT=again["RT"].to_numpy() + distance, Anchor="F")
    return _beside(rows, _detected(world, beside))


# --- one peak in several rows ----------------------------------------------------------------


def _with_second_names(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with genuine peaks once more under another name of their mass.

    ================  ============================
    peak              second name
    ================  ============================
    GX+OAc(n:d;O2)    GX(NeuGc)(n+2:d+1;O2)
    GX(n:d;O2)        GX(n:d-1;O3), as [M-H2O-H]-
    ================  ============================
    """
    scenario, rng = world.scenario, world.stream("second names")
    if scenario.second_name_share == 0:
        return rows
    first = (rows["verdict"] == "valid") & (rows["same_as"] < 0) & (rows["chain"] == 0)
    first &= ~rows["Name"].str.contains("/")
    again = rows[first & (rng.random(len(rows)) < scenario.second_name_share)]
    species = parse_names(again["Name"]).frame().set_index(again.index).astype(_WHOLE)
    acetyl = (species["oac"] == 1) & (species["neuac"] >= 1)
    anhydro = ~acetyl & (species["double_bonds"] >= 1) & (species["hydroxyls"] == 2)
    anhydro &= again["ion"] == "[M-H]-"
    carbons = species["carbons"] + 2 * acetyl
    bonds = species["double_bonds"] + acetyl - anhydro.astype("int64")
    series = species["series"].where(~acetyl, species["series"].str.replace("+OAc", "(NeuGc)"))
    ceramide = carbons.astype("str") + ":" + bonds.astype("str") + ";O"
    ceramide += (species["hydroxyls"] + anhydro).astype("str")
    second = _again(rows, again, SECOND_NAME, rng, (1.0, 1.0)).assign(
        verdict="outlier",
        Name=(series + "(" + ceramide + ")").to_numpy(),
        ion=again["ion"].where(~anhydro, "[M-H2O-H]-").to_numpy(),
        Anchor="F",
        RT=again["RT"].to_numpy(),
    )
    return _beside(rows, second[(acetyl | anhydro).to_numpy()])


def _with_second_ions(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with a second ion: [M-2H]2- beside [M-H]-, and [M-H]- beside [M-2H]2-."""
    rng = world.stream("second ions")
    again = rows[rng.random(len(rows)) < world.scenario.second_ion_share]
    again = again[again["ion"].isin(list(_SECOND_IONS))]
    second = _again(rows, again, "second ion", rng, _SECOND_ION_AREA)
    second = second.assign(ion=again["ion"].map(_SECOND_IONS).to_numpy())
    return _beside(rows, _detected(world, second))


_SECOND_IONS: Final = {"[M-H]-": "[M-2H]2-", "[M-2H]2-": "[M-H]-"}


def _with_isotope_rows(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with M+1 and M+2 under the same name, with the areas that the formula gives."""
    rng = world.stream("isotope rows")
    again = rows[rng.random(len(rows)) < world.scenario.isotope_row_share]
    again = again[again["process"].fillna("") != SECOND_NAME]
    if len(again) == 0:
        return rows
    named = parse_names(again["Name"])
    atoms = facts.elements(named.frame().set_index(again.index).astype(_WHOLE))
    for neutrons, extent in enumerate(isotope_extents(atoms), start=1):
        peak = _again(rows, again, f"M+{neutrons}", rng, (1.0, 1.0))
        area = (again["Volume"].to_numpy() * extent).round().astype("int64")
        rows = _beside(rows, _detected(world, peak.assign(Volume=area, neutrons=neutrons)))
    return rows


def _picked_twice(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of which some stand there twice, as a peak finder or an alignment leaves them."""
    rng = world.stream("duplicates")
    again = rows[rng.random(len(rows)) < world.scenario.duplicate_share]
    return _beside(rows, _again(rows, again, "duplicate", rng, _DUPLICATE_AREA))


def _again(
    rows: pd.DataFrame,
    peaks: pd.DataFrame,
    process: str,
    rng: np.random.Generator,
    area: tuple[float, float],
) -> pd.DataFrame:
    """Rows that show peaks once more.

    A genuine peak's are its species too: `valid` as a second ion or duplicate, `adduct` as an
    isotope or split peak. Those of any other row share its truth.

    Parameters
    ----------
    rows, peaks
        All rows, and those to be shown again.
    process
        What a genuine peak is shown as.
    rng
        Random numbers of the effect.
    area
        Range of the area against that of the first row.
    """
    genuine = (peaks["verdict"] == "valid").to_numpy()
    verdict = "valid" if process in ("second ion", "duplicate") else "adduct"
    share = rng.uniform(*area, len(peaks))
    return peaks.assign(
        key=_new_keys(rows, peaks),
        same_as=np.where(peaks["same_as"] >= 0, peaks["same_as"], peaks["key"]),
        RT=peaks["RT"] + rng.normal(0, PICK_NOISE, len(peaks)),
        Volume=np.maximum((peaks["Volume"] * share).round(), 1).astype("int64"),
        verdict=peaks["verdict"].where(~genuine, verdict),
        process=peaks["process"].where(~genuine, process),
        parent=peaks["parent"].where(~genuine, peaks["Name"]),
        parent_key=np.where(genuine, peaks["key"], peaks["parent_key"]),
        wrong_anchor=peaks["wrong_anchor"] & (process != "split peak"),
        intact_area=np.nan,
    )


def _new_keys(rows: pd.DataFrame, more: pd.DataFrame) -> IntArray:
    """Numbers that no row has."""
    return np.arange(len(more), dtype=np.int64) + int(rows["key"].max()) + 1


def _beside(rows: pd.DataFrame, more: pd.DataFrame) -> pd.DataFrame:
    """Rows with further ones, each behind the row with its index."""
    if len(more) == 0:
        return rows
    return pd.concat([rows, more]).sort_index(kind="stable").reset_index(drop=True)


def _detected(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows that are large enough to be reported at all."""
    return rows[rows["Volume"] >= world.scenario.detection_limit]


def _some_missing(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows without those that were not exported."""
    if world.scenario.row_missing == 0:
        return rows
    kept = world.stream("missing rows").random(len(rows)) >= world.scenario.row_missing
    return rows[kept]


# --- m/z -------------------------------------------------------------------------------------


def usual_ions(names: pd.Series) -> pd.Series:
    """Usual ion of each name."""
    parsed = parse_names(names)
    ions = np.array([facts.usual_ion(species) for species in parsed.species])
    return pd.Series(ions[parsed.index], index=names.index)


#: Ion of the other polarity that `Adduct` names by mistake.
_OTHER_POLARITY: Final = {
    "[M-H]-": "[M+H]+",
    "[M-2H]2-": "[M+2H]2+",
    "[M-H2O-H]-": "[M+H-H2O]+",
}


def calibration(world: World, mz: FloatArray, rt: FloatArray) -> FloatArray:
    """Error of calibration at each m/z and RT, ppm: constant, and drifting with both."""
    scenario = world.scenario
    sign, of_mz, of_rt = world.stream("calibration").choice([-1.0, 1.0], size=3)
    part = (rt - world.first_rt) / (world.last_rt - world.first_rt)
    drift = of_mz * (mz - 1300) / 1300 + of_rt * (part - 0.5)
    return np.asarray(sign * scenario.mz_offset + scenario.mz_drift * drift)


def ion_masses(rows: pd.DataFrame, names: pd.Series) -> FloatArray:
    """Mass of what each row truly is, Da, as neutral molecule: its species with what it gained.

    Fragments have the mass of their name, and so have rows by chance, but for the window of the
    search (see `_with_mz`).
    """
    own = parse_names(names)
    mass = own.masses[own.index]
    process = rows["process"].fillna("")
    again = process.isin([*SAME_SPECIES, SECOND_NAME]) & ~_poses(rows, names)
    other = rows["verdict"].isin(["adduct", "outlier"]) & (process != "chance") & ~again
    posing = rows[other]
    true = parse_names(posing["true_name"])
    gained = posing["process"].map(MASS_SHIFTS).fillna(0.0).to_numpy()
    isotope = (posing["process"] == "isobar") & (_head(names[other]) == _head(posing["true_name"]))
    mass[other.to_numpy()] = true.masses[true.index] + np.where(isotope, 2 * ISOTOPE_STEP, gained)
    return np.asarray(mass, dtype=np.float64)


def _head(names: pd.Series) -> pd.Series:
    """Head group of each name, without the letter of an isomer."""
    return names.str.rsplit("(", n=1).str[0].str.replace(_LETTER, r"\1", regex=True)


#: Letter of an isomer in a name.
_LETTER: Final = r"^(G[A-Z]\d)[a-z]"


def _poses(rows: pd.DataFrame, names: pd.Series) -> pd.Series:
    """Whether a row is an isotope peak under another name than that of its parent."""
    return (rows["process"] == "M+2") & (rows["parent"] != names)


def _with_mz(world: World, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns Adduct and m/z, as measured."""
    scenario = world.scenario
    if not scenario.mz:
        return rows
    rng = world.stream("m/z")
    mass = ion_masses(rows, rows["Name"])
    chance = (rows["process"] == "chance").to_numpy()
    found = 1e-6 * rng.uniform(-scenario.search_window, scenario.search_window, len(rows))
    mass *= 1 + found * chance
    neutrons = rows["neutrons"].to_numpy() + (scenario.mz_fault == "M+1")
    measured = _measured_ions(world, rows)
    mz = mz_as_named(mass + neutrons * ISOTOPE_STEP, measured)
    error = calibration(world, mz, rows["RT"].to_numpy())
    error += scenario.mz_noise * rng.standard_normal(len(rows))
    named = rows["ion"]
    if scenario.mz_fault == "wrong polarity":
        named = named.map(_OTHER_POLARITY)
    columns: dict[str, Any] = {"Adduct": named, "m/z": (mz * (1 + 1e-6 * error)).round(4)}
    return rows.assign(**columns)


def mz_as_named(mass: FloatArray, ions: pd.Series) -> FloatArray:
    """m/z of molecules, each as the ion of its name, shape (n,)."""
    code, names = ions.factorize()
    index = np.array([adducts().index(adduct(name)) for name in names], dtype=np.int64)
    return mz_as(mass, index[code])


#: Ion with formate that is measured where `Adduct` says the plain ion.
WITH_FORMATE: Final = {"[M-H]-": "[M+HCOO]-", "[M-2H]2-": "[M+HCOO-H]2-"}

#: Rows by chance whose ion is said wrongly, for each genuine one: of such names in public tables
#: fewer are on their lines.
MORE_BY_CHANCE: Final = 8.0


def _measured_ions(world: World, rows: pd.DataFrame) -> pd.Series:
    """Ion of which each m/z is: that of the row, or that with formate."""
    share = world.scenario.misstated_ion_share
    if not share:
        return rows["ion"]
    by_chance = (rows["process"] == "chance").to_numpy()
    genuine = (rows["verdict"] == "valid").to_numpy()
    likely = np.where(by_chance, min(MORE_BY_CHANCE * share, 1.0), share * genuine)
    misstated = world.stream("misstated ions").random(len(rows)) < likely
    with_formate = rows["ion"].map(WITH_FORMATE)
    return rows["ion"].mask(misstated & with_formate.notna(), with_formate)
