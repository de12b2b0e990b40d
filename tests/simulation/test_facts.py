"""The facts behind a simulation fit together."""

from __future__ import annotations

import pytest

from ganglioside.lipids.names import parse_name
from ganglioside.simulation import facts


def test_every_line_has_a_name_of_its_own_and_a_base_that_exists() -> None:
    lines = facts.lines()
    assert lines["line"].is_unique
    assert set(lines["base"]) - {""} <= set(lines["line"])
    assert (lines["abundance"] > 0).all()
    assert lines["presence"].between(0, 1, inclusive="right").all()
    gt1b = lines.set_index("line").loc["GT1b"]
    assert gt1b[list(facts.UNITS)].tolist() == [3, 1, 3, 0, 0]


def test_every_unit_has_an_offset_and_a_log_p() -> None:
    units = facts.units()
    assert list(units.index) == list(facts.UNITS)
    assert units[["offset", "log_p"]].notna().all(axis=None)


def test_ceramides_are_written_in_the_range_of_names() -> None:
    carbons = facts.ceramides()["carbons"]
    assert carbons.between(facts.FEWEST_CARBONS, facts.MOST_CARBONS).all()
    assert not facts.ceramides().duplicated(facts.CERAMIDE).any()


@pytest.mark.parametrize(
    "row", list(facts.pathways().itertuples()), ids=lambda r: f"{r.line}{r.process}"
)
def test_a_pathway_leads_from_a_line_to_a_smaller_series(row: object) -> None:
    lines = facts.lines().set_index("line")
    assert row.line in lines.index or row.line in set(lines["series"])
    assert row.fragment in set(lines["series"])
    parent = parse_name(f"{row.line}(36:1)").composition
    fragment = parse_name(f"{row.fragment}(36:1)").composition
    assert parent.contains(fragment)
    assert 0 < row.extent <= 1


def test_a_process_names_what_was_lost() -> None:
    found = facts.pathways().set_index(["line", "fragment"])["process"]
    assert found["GD1a", "GM1"] == "-NeuAc"
    assert (found == "-Hex-HexNAc").any() or (found == "-Hex").any()


def test_acetylated_series_have_one_acetyl_more() -> None:
    pairs = facts.acetylated()
    assert pairs["GD1"] == "GD1+OAc"
    for plain, more in pairs.items():
        gained = parse_name(f"{more}(36:1)").composition - parse_name(f"{plain}(36:1)").composition
        assert gained == type(gained)(oac=1)
