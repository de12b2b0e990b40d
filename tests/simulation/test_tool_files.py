"""Simulated tables in the shape of other tools' files, which read back as they were."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.lipids.adducts import mz as ion_mz
from ganglioside.reading.feature_table import FeatureTable
from ganglioside.simulation import tool_file

TOOLS = ("MS-DIAL", "mzmine", "Skyline")


def rows(table: FeatureTable, columns: list[str]) -> pd.DataFrame:
    """Rows that can be judged, sorted, with the species instead of the spelling of its name."""
    names = [table.names.species[i].name if i >= 0 else "" for i in table.names.index]
    data = table.data.assign(name=names)[table.data["fault"].isna()]
    data["sample"] = data["sample"].fillna("S001").str.removesuffix(".mzML")
    return data[columns].sort_values(columns).reset_index(drop=True)


@pytest.fixture(scope="module", params=[1, 2], ids=["one sample", "two samples"])
def simulated(request: pytest.FixtureRequest) -> FeatureTable:
    return gg.simulate(seed=6, level="easy", n_samples=request.param)


@pytest.mark.parametrize("tool", TOOLS)
def test_the_file_of_a_tool_reads_back_as_the_table(simulated: FeatureTable, tool: str) -> None:
    read = gg.read_features(tool_file(simulated, tool))
    assert {table.tool for table in read.tables} == {tool}
    columns = ["name", "sample", "volume"]
    own_rt = tool != "MS-DIAL"
    columns += ["rt"] if own_rt else []
    pd.testing.assert_frame_equal(rows(read, columns), rows(simulated, columns))
    assert not read.problems["severity"].eq("error").any()
    without_peak = read.data["rt"].isna().any()  # Skyline has a row for each of them
    assert ("peaks-not-found" in set(read.problems["code"])) == bool(without_peak)


@pytest.mark.parametrize("tool", TOOLS)
def test_mz_and_ions_are_those_of_the_names(simulated: FeatureTable, tool: str) -> None:
    read = gg.read_features(tool_file(simulated, tool))
    masses = read.names.frame()["monoisotopic_mass"]
    ions = {"[M-H]": "[M-H]-", "[M-2H]": "[M-2H]2-"}
    named = [ions.get(ion, ion) for ion in read.data["adduct"]]
    assert set(named) == {"[M-H]-", "[M-2H]2-"}
    expected = [ion_mz(mass, ion) for mass, ion in zip(masses, named, strict=True)]
    np.testing.assert_allclose(read.data["mz"], expected, atol=1e-4)


def test_an_alignment_has_one_rt_for_all_samples_and_the_anchors(simulated: FeatureTable) -> None:
    content = tool_file(simulated, "MS-DIAL")
    read = gg.read_features(content, columns={"Anchor": "MS/MS matched"})
    assert [(s.name, s.kind) for s in read.tables[0].left_out] == [
        ("Blank_1", "blank"), ("QC_1", "qc")
    ]  # fmt: skip
    assert read.data["anchor"].sum() == simulated.data["anchor"].sum()
    mean = simulated.data.groupby(simulated.data["name"])["rt"].mean()
    once = mean[simulated.data["name"].value_counts() == simulated.data["sample"].nunique(False)]
    names = read.names.frame()["series"]
    assert len(names) == len(simulated)
    found = {s.name: i for i, s in enumerate(read.names.species)}
    for name in once.index[:20]:
        rt = read.data["rt"][read.names.index == found[name]]
        assert rt.between(once[name] - 0.02, once[name] + 0.02).all()


@pytest.mark.parametrize("tool", TOOLS)
def test_a_file_gives_the_verdicts_of_the_table(simulated: FeatureTable, tool: str) -> None:
    judged = gg.analyze(gg.read_features(tool_file(simulated, tool))).features
    judged = judged[judged["rt"].notna()]
    truth = simulated.truth["verdict"].value_counts()
    assert judged["verdict"].value_counts()["valid"] == pytest.approx(truth["valid"], rel=0.05)


def test_other_tools_and_other_tables_are_refused(simulated: FeatureTable) -> None:
    with pytest.raises(SettingsError, match="MS-DIAL, mzmine, Skyline"):
        tool_file(simulated, "msdial")
    with pytest.raises(SettingsError, match="simulate"):
        tool_file(gg.read_features(b"Name,RT\nGM1(36:1;O2),9\n"), "mzmine")
