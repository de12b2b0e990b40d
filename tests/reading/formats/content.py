"""One content that tests write in the shape of each tool, and that must read back the same.

Fourteen gangliosides, GM3 and GM1 of seven ceramides, in two samples, a blank and a QC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

import ganglioside as gg
from ganglioside.lipids.adducts import known_adduct
from ganglioside.lipids.adducts import mz as ion_mz
from ganglioside.lipids.parsed_names import parse_names
from ganglioside.lipids.species import Species
from ganglioside.reading.feature_table import FeatureTable

SAMPLES: Final = ("S_1", "S_2")
BLANK: Final = "Blank_1"
QC: Final = "QC_1"
#: All files in the order of the run, and the types of their samples.
FILES: Final = (BLANK, QC, *SAMPLES)
KINDS: Final = ("Blank", "QC", "Sample", "Sample")
ION: Final = "[M-H]-"

_CERAMIDES: Final = ("34:1", "36:1", "36:2", "38:1", "40:1", "42:1", "42:2")
_RT: Final = {
    "GM3": (7.554, 8.953, 8.091, 10.293, 11.541, 12.704, 11.987),
    "GM1": (7.027, 8.441, 7.564, 9.797, 11.072, 12.263, 11.528),
}


@dataclass(frozen=True)
class Feature:
    """A ganglioside: its head, sum of chains, RT in min and m/z of [M-H]-."""

    head: str
    chains: str
    rt: float
    mz: float
    number: int

    @property
    def name(self) -> str:
        return f"{self.head}({self.chains};O2)"

    def area(self, file: str) -> float:
        """Area in a file: no area in the blank is more than a hundredth of that in a sample."""
        share = {BLANK: 0.004, QC: 1.2, "S_1": 1.0, "S_2": 1.1}[file]
        return round((self.number + 1) * 31_400 * share + 250, 1)

    def rt_in(self, file: str) -> float:
        """RT in a file, in min."""
        return round(self.rt + {BLANK: 0.004, QC: 0.002, "S_1": 0.0, "S_2": 0.006}[file], 3)


def _features() -> tuple[Feature, ...]:
    found = []
    for head, times in _RT.items():
        for chains, rt in zip(_CERAMIDES, times, strict=True):
            species = parse_names(pd.Series([f"{head}({chains};O2)"], dtype="str")).species[0]
            mz = round(ion_mz(species.monoisotopic_mass, ION), 4)
            found.append(Feature(head, chains, rt, mz, len(found)))
    return tuple(found)


FEATURES: Final = _features()


def base(sample: str) -> str:
    """Name of a sample without the ending of its file."""
    for ending in (".raw", ".mzML", ".d", ".wiff"):
        sample = sample.removesuffix(ending)
    return sample


def read(content: bytes | str, **options: object) -> FeatureTable:
    """Feature table of a file's content."""
    return gg.read_features(content.encode() if isinstance(content, str) else content, **options)


def by_sample(table: FeatureTable) -> dict[str, pd.DataFrame]:
    """Rows of the gangliosides by sample, the first row of each only."""
    data = table.data.assign(
        species=_species(table), short=table.data["sample"].fillna("").map(base)
    )
    return {str(name): rows for name, rows in data.groupby("short", sort=False)}


def _species(table: FeatureTable) -> list[str]:
    names = [_name(species) for species in table.names.species]
    return [names[i] if i >= 0 else "" for i in table.names.index]


def _name(species: Species) -> str:
    """Name of a species without its isomer."""
    return f"{species.series} {species.ceramide}"


def assert_content(
    table: FeatureTable,
    *,
    tool: str = "",
    samples: tuple[str, ...] = SAMPLES,
    mz: bool = True,
    ions: bool = True,
    areas: bool = True,
    own_rt: bool = False,
) -> None:
    """The table holds the content, in each of its samples, as far as the format carries it.

    Parameters
    ----------
    table
        Read from a file.
    tool
        The tool that must have been recognised; any if empty.
    samples
        Samples that must be there; one empty name for a table without samples.
    mz, ions, areas, own_rt
        Whether the format has m/z, ions, areas, and RT for each sample.
    """
    if tool:
        assert {read.tool for read in table.tables} == {tool}
    found = by_sample(table)
    assert set(samples) <= set(found), f"samples {sorted(found)}"
    expected = parse_names(pd.Series([f.name for f in FEATURES], dtype="str"))
    names = [_name(expected.species[i]) for i in expected.index]
    for sample in samples:
        rows = found[sample].set_index("species")
        rows = rows[rows.index != ""]
        assert sorted(rows.index) == sorted(names), f"names of {sample}"
        rows = rows.loc[names]
        file = sample or SAMPLES[0]
        rts = [f.rt_in(file) if own_rt else f.rt for f in FEATURES]
        np.testing.assert_allclose(rows["rt"], rts, atol=0.0006)
        if areas:
            np.testing.assert_allclose(rows["volume"], [f.area(file) for f in FEATURES], rtol=1e-6)
        if mz:
            np.testing.assert_allclose(rows["mz"], [f.mz for f in FEATURES], atol=1e-4)
        if ions:
            ion_names = {_ion(text) for text in rows["adduct"]}
            assert ion_names == {ION}


def _ion(text: object) -> str:
    found = known_adduct(str(text))
    return found.name if found else str(text)
