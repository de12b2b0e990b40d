"""Expected RT and m/z of species, for targeted inclusion lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Final, Literal

import numpy as np
import pandas as pd

from ganglioside.errors import SettingsError
from ganglioside.inference.fitted_model import FittedModel
from ganglioside.lipids.adducts import Adduct, adduct, expected_adducts
from ganglioside.lipids.composition import Ceramide
from ganglioside.lipids.names import parse_name, species
from ganglioside.lipids.species import Species
from ganglioside.support.quoting import quoted
from ganglioside.support.text_columns import several

#: Columns of `expected_library`: one row per species, isomer and ion.
LIBRARY: Final[dict[str, str]] = {
    "name": "str",
    "isomer": "str",  # NA where the series has one line
    "series": "str",
    "formula": "str",  # neutral molecule
    "monoisotopic_mass": "float64",  # Da, neutral molecule
    "adduct": "str",
    "charge": "Int64",
    "mz": "float64",
    "rt": "float64",  # min; NA without a model
    "rt_start": "float64",
    "rt_end": "float64",
    "basis": "str",  # as in `FittedModel.predict`
}

Window = float | Literal["95%"]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row of the library; see `LIBRARY`."""

    name: str
    isomer: str | None
    series: str
    formula: str
    monoisotopic_mass: float
    adduct: str
    charge: int
    mz: float
    rt: float
    rt_start: float
    rt_end: float
    basis: str


def expected_library(
    model: FittedModel,
    features: pd.DataFrame,
    series: str | Sequence[str] | None = None,
    ceramides: str | Sequence[str] | None = None,
    adducts: str | Sequence[str] | None = None,
    window: Window = "95%",
    polarity: str = "negative",
    names: str | Sequence[str] | None = None,
) -> pd.DataFrame:
    """Expected RT and m/z, one row per species, isomer and ion: columns `LIBRARY`.

    Parameters
    ----------
    model : FittedModel
    features : pandas.DataFrame
        `Analysis.features`.
    series, ceramides, adducts, window, names
        See `Analysis.expected_library`.
    polarity : str
        `negative` or `positive`: of the usual adducts.
    """
    if names is None:
        wanted = _combined(features, series, ceramides)
    elif series or ceramides:
        raise SettingsError("Give names, or series and ceramides, not both.")
    else:
        wanted = [parse_name(name) for name in several(names)]
    ions = None if adducts is None else tuple(adduct(name) for name in several(adducts))
    entries = _entries(model, wanted, ions, _half_width(window), polarity)
    return pd.DataFrame([asdict(e) for e in entries], columns=list(LIBRARY)).astype(LIBRARY)


def _combined(
    features: pd.DataFrame,
    series: str | Sequence[str] | None,
    ceramides: str | Sequence[str] | None,
) -> list[Species]:
    """Each series on each ceramide; those of the table where none are given."""
    heads = [parse_name(f"{s}(36:1;O2)") for s in several(series or _present_series(features))]
    chains = (
        [_ceramide(c) for c in several(ceramides)] if ceramides else _present_ceramides(features)
    )
    return [species(h.series, c, h.isomer) for h in heads for c in chains]


def _present_series(features: pd.DataFrame) -> Iterable[str]:
    """Series of the table, in order of appearance."""
    return [str(s) for s in features["series"].dropna().unique()]


def _present_ceramides(features: pd.DataFrame) -> list[Ceramide]:
    """Ceramides of valid features, sorted; of all readable features where none is valid."""
    columns = ["carbons", "double_bonds", "hydroxyls"]
    readable = features[features["series"].notna()]
    valid = readable[readable["verdict"] == "valid"]
    chosen = readable if valid.empty else valid
    distinct = chosen[columns].drop_duplicates().sort_values(columns)
    return [Ceramide(*map(int, row)) for row in distinct.to_numpy()]


def _ceramide(text: str) -> Ceramide:
    """The ceramide of a text such as `36:1;O2`.

    Raises
    ------
    NameFormError
    """
    return parse_name(f"Cer({text})").ceramide


def _half_width(window: Window) -> float | None:
    """Half the width of a window, min; None for the interval of each prediction."""
    if window == "95%":
        return None
    if isinstance(window, bool) or not isinstance(window, int | float) or not 0 < window < 1e3:
        raise SettingsError(f"window = {quoted(window)}: give '95%', or its full width in min.")
    return window / 2


def _entries(
    model: FittedModel,
    wanted: Sequence[Species],
    ions: tuple[Adduct, ...] | None,
    half: float | None,
    polarity: str,
) -> Iterator[_Entry]:
    """The rows of the library: for each species wanted, its isomers and ions.

    Parameters
    ----------
    model
    wanted
    ions
        None for the usual ones of each species.
    half
        Half the width of the window, min; None for the interval of each prediction.
    polarity
        Of the usual ions.
    """
    by_name = {s.name: s for s in wanted}
    predicted = model.predict(list(by_name))
    times = predicted[["predicted_rt", "lower", "upper"]].to_numpy(np.float64)
    if half is not None:
        times = times[:, [0]] + np.array([0.0, -half, half])
    isomers = predicted["isomer"].to_numpy(object)
    for name, isomer, (rt, start, end), basis in zip(
        predicted["name"], isomers, times.tolist(), predicted["basis"], strict=True
    ):
        of_name = by_name[name]
        isomer = None if pd.isna(isomer) else isomer
        named = species(of_name.series, of_name.ceramide, _isomer_name(isomer))
        for ion in ions or expected_adducts(of_name.composition.sialic_acids, polarity):
            yield _Entry(
                name=named.name,
                isomer=isomer,
                series=of_name.series,
                formula=of_name.formula,
                monoisotopic_mass=of_name.monoisotopic_mass,
                adduct=ion.name,
                charge=ion.charge,
                mz=ion.mz(of_name.monoisotopic_mass),
                rt=rt,
                rt_start=max(start, 0.0),
                rt_end=end,
                basis=basis,
            )


def _isomer_name(isomer: str | None) -> str | None:
    """An isomer that is a name, such as `GD1a`; None for a position, such as `GD1 early`."""
    if isomer is None or " " in isomer:
        return None
    return isomer
