"""Polarity is known of each ion and can be set: nothing is read off a name's last character."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import ganglioside as gg
from ganglioside.errors import SettingsError
from ganglioside.exporting import to_mztab
from ganglioside.lipids.adducts import adducts, expected_adducts, mz, table_polarity, usual_adducts


def with_mz(ion: str, named: str | None) -> pd.DataFrame:
    """The example with the m/z of one ion, which the table names or not."""
    table = gg.example()
    masses = table.names.masses[table.names.index]
    frame = table.data[["name", "rt", "volume", "anchor"]].assign(mz=mz(masses, ion))
    return frame if named is None else frame.assign(adduct=named)


def test_the_polarity_of_each_ion_is_that_of_its_charge() -> None:
    for ion in adducts():
        assert ion.polarity == ("negative" if ion.charge < 0 else "positive")


@pytest.mark.parametrize("sialic_acids", range(8))
def test_each_species_has_ions_to_look_for_in_either_polarity(sialic_acids: int) -> None:
    for polarity in ("negative", "positive"):
        found = expected_adducts(sialic_acids, polarity)
        assert found
        assert {ion.polarity for ion in found} == {polarity}


def test_an_mz_without_an_ion_is_compared_with_ions_of_the_polarity_that_is_set() -> None:
    table = with_mz("[M+H]+", None)
    errors = {}
    for polarity in ("auto", "negative", "positive"):
        analysis = gg.analyze(table, gg.Settings(polarity=polarity))
        assert analysis._evidence is not None
        errors[polarity] = analysis._evidence.gradients[0].peaks.observed.mass_error
    assert np.abs(errors["positive"]).max() < 1e-6
    np.testing.assert_array_equal(errors["auto"], errors["positive"])
    assert np.isnan(errors["negative"]).all()
    assert len(usual_adducts("auto")) == sum(
        len(usual_adducts(p)) for p in ("negative", "positive")
    )


def test_lists_of_expected_species_follow_the_polarity() -> None:
    negative = gg.analyze(gg.example()).expected_library(["GM3"], ["36:1;O2"])
    assert set(negative["adduct"]) == {"[M-H]-"}
    settings = gg.Settings(polarity="positive")
    positive = gg.analyze(gg.example(), settings).expected_library(["GM3"], ["36:1;O2"])
    assert set(positive["adduct"]) == {"[M+H]+", "[M+Na]+", "[M+NH4]+"}
    told = gg.analyze(with_mz("[M+H]+", "[M+H]+")).expected_library(["GM3"], ["36:1;O2"])
    assert set(told["adduct"]) == set(positive["adduct"])


def test_the_ions_of_a_table_decide_where_nothing_is_set() -> None:
    assert table_polarity(["[M+H]+", "nonsense"]) == "positive"
    assert table_polarity(["[M+H]+"], "negative") == "negative"
    assert table_polarity(["nonsense"]) == "negative"


def test_mztab_tells_the_scan_polarity_as_it_is_set_where_no_ion_tells() -> None:
    for polarity, accession in (("negative", "MS:1000129"), ("positive", "MS:1000130")):
        analysis = gg.analyze(gg.example(), gg.Settings(polarity=polarity))
        assert f"{accession}" in to_mztab(analysis).decode()


def test_another_polarity_is_refused() -> None:
    with pytest.raises(SettingsError, match="polarity = 'neutral' is unknown: use one of auto"):
        gg.Settings(polarity="neutral")  # type: ignore[arg-type]


def test_another_polarity_is_weighed_anew() -> None:
    analysis = gg.analyze(with_mz("[M+H]+", None))
    settings = gg.Settings(polarity="negative")
    again = analysis.redecide(settings)
    pd.testing.assert_frame_equal(
        again.features, gg.analyze(with_mz("[M+H]+", None), settings).features
    )
