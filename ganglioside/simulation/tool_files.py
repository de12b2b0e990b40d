"""Simulated tables as other tools export them, to show and to test how their files are read."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from ganglioside.errors import SettingsError
from ganglioside.lipids.adducts import mz as ion_mz
from ganglioside.lipids.species import Species
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.simulation.facts import usual_ion
from ganglioside.support.arrays import BoolArray, FloatArray

#: Sample of a table that names none.
_ONLY_SAMPLE: Final = "S001"
#: What makes features of several samples one: the name, and what it truly is.
_SAME: Final = ["name", "true_name", "process"]


@dataclass(frozen=True, eq=False)
class _Aligned:
    """Features of all samples of a table, one row each.

    Attributes
    ----------
    species : list of Species
        As the features are named, n of them.
    anchor : numpy.ndarray of bool, shape (n,)
    samples : list of str
        Names of the samples, s of them.
    rt, area : numpy.ndarray, shape (n, s)
        Min and peak area; NaN where a sample lacks the feature.
    """

    species: list[Species]
    anchor: BoolArray
    samples: list[str]
    rt: FloatArray
    area: FloatArray

    @property
    def ions(self) -> list[str]:
        """Usual ion of each feature."""
        return [usual_ion(s) for s in self.species]

    @property
    def mz(self) -> list[float]:
        """M/z of each feature's name and ion, as a search by mass would have found it."""
        ions = zip(self.species, self.ions, strict=True)
        return [round(ion_mz(s.monoisotopic_mass, ion), 5) for s, ion in ions]

    @property
    def mean_rt(self) -> FloatArray:
        """RT of each feature, the mean of its samples, min, shape (n,)."""
        mean: FloatArray = np.nanmean(self.rt, axis=1).round(3)
        return mean


def tool_file(table: FeatureTable, tool: str) -> bytes:
    """File of a simulated table in the shape in which a tool exports its features.

    m/z and ions are those of the names. The features of several samples are aligned by what they
    truly are, better than any tool could.

    Parameters
    ----------
    table
        Result of `simulate`, or the bundled example.
    tool
        `MS-DIAL` (alignment result, text with tabs; with a blank and a QC file, and the anchors as
        `MS/MS matched`), `mzmine` (feature list, CSV) or `Skyline` (precursor results, CSV).

    Returns
    -------
    bytes

    Raises
    ------
    SettingsError
        If the tool is another, or the table has no truth.

    Examples
    --------
    >>> from ganglioside.simulation import simulate
    >>> content = tool_file(simulate(seed=1, level="easy", n_samples=2), "mzmine")
    >>> content.decode().splitlines()[0].split(",")[-1]
    'datafile:S002.mzML:area'
    """
    if tool not in _WRITERS:
        raise SettingsError(f"tool = {tool!r} is unknown: use one of {', '.join(_WRITERS)}.")
    separator, rows = _WRITERS[tool]
    lines = (separator.join(map(str, row)) for row in rows(_aligned(table)))
    return "".join(f"{line}\n" for line in lines).encode()


def _aligned(table: FeatureTable) -> _Aligned:
    """Features of a table, those of its samples beside each other."""
    if table.truth is None:
        raise SettingsError("Only a simulated table can be written so: take one of simulate().")
    rows = table.data[["name", "rt", "volume", "anchor", "sample"]].assign(
        sample=table.data["sample"].fillna(_ONLY_SAMPLE),
        true_name=table.truth["true_name"].fillna("").to_numpy(),
        process=table.truth["process"].fillna("").to_numpy(),
    )
    rows["again"] = rows.groupby(["sample", *_SAME]).cumcount()
    rows["number"] = rows.groupby([*_SAME, "again"], sort=False).ngroup()
    wide = rows.pivot(index="number", columns="sample", values=["rt", "volume"])
    first = np.flatnonzero(~rows["number"].duplicated())  # numbers are in order of appearance
    species = [table.names.species[i] for i in table.names.index[first]]
    return _Aligned(
        species=species,
        anchor=rows.groupby("number")["anchor"].any().to_numpy(),
        samples=wide["rt"].columns.tolist(),
        rt=wide["rt"].to_numpy(),
        area=wide["volume"].to_numpy(),
    )


def _msdial(features: _Aligned) -> Iterable[list[Any]]:
    """Rows of an alignment result: four rows of titles, then one RT for all files."""
    columns = ["Alignment ID", "Average Rt(min)", "Average Mz", "Metabolite name", "Adduct type",
               "MS/MS matched", "S/N average"]  # fmt: skip
    files = ["Blank_1", "QC_1", *features.samples]
    kinds = ["Blank", "QC", *["Sample"] * len(features.samples)]
    margin = [""] * (len(columns) - 1)
    yield [*margin, "Class", *kinds]
    yield [*margin, "File type", *kinds]
    yield [*margin, "Injection order", *range(1, len(files) + 1)]
    yield [*margin, "Batch ID", *[1] * len(files)]
    yield [*columns, *files]
    areas = np.nan_to_num(features.area)
    pooled = areas.mean(axis=1).round().astype(int).tolist()
    per_feature = zip(features.species, features.mean_rt, features.mz, features.ions,
                      features.anchor.tolist(), pooled, strict=True)  # fmt: skip
    for number, (s, rt, mz, ion, matched, pool) in enumerate(per_feature):
        own = areas[number].astype(int).tolist()
        yield [number, rt, mz, s.shorthand, ion, matched, 100, pool // 1000, pool, *own]


def _mzmine(features: _Aligned) -> Iterable[list[Any]]:
    """Rows of a feature list: RT, m/z and area of each file."""
    files = [f"datafile:{sample}.mzML" for sample in features.samples]
    columns = ["id", "rt", "mz", "lipid_annotations:lipid_annotations",
               "lipid_annotations:ion_adduct"]  # fmt: skip
    yield [*columns, *(f"{file}:{what}" for file in files for what in ("mz", "rt", "area"))]
    per_feature = zip(features.species, features.mean_rt, features.mz, features.ions, strict=True)
    for number, (s, rt, mz, ion) in enumerate(per_feature):
        own = zip(features.rt[number].tolist(), features.area[number].tolist(), strict=True)
        cells = [["", "", ""] if np.isnan(area) else [mz, at, area] for at, area in own]
        yield [number, rt, mz, s.shorthand, ion, *(cell for each in cells for cell in each)]


def _skyline(features: _Aligned) -> Iterable[list[Any]]:
    """Rows of a report of precursors: one for each molecule and replicate."""
    yield ["Molecule List Name", "Molecule Name", "Precursor Adduct", "Precursor Mz",
           "Replicate Name", "Retention Time", "Total Area MS1"]  # fmt: skip
    per_feature = zip(features.species, features.mz, features.ions, strict=True)
    for number, (s, mz, ion) in enumerate(per_feature):
        adduct = ion.rstrip("-0123456789")  # Skyline writes [M-2H]
        for k, sample in enumerate(features.samples):
            rt, area = features.rt[number, k], features.area[number, k]
            found = ["#N/A", "#N/A"] if np.isnan(area) else [rt, area]
            yield [s.head, s.shorthand, adduct, mz, sample, *found]


_Rows = Callable[[_Aligned], Iterable[list[Any]]]

#: Separator and rows of the file of each tool.
_WRITERS: Final[dict[str, tuple[str, _Rows]]] = {
    "MS-DIAL": ("\t", _msdial),
    "mzmine": (",", _mzmine),
    "Skyline": (",", _skyline),
}
