"""What chains tell of retention beyond their sum."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.lipids.chain_traits import has_moved_hydroxyl, has_unusual_base, moved_bonds


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("Cer(d18:1/16:0)", 0),
        ("Cer(d18:1/24:2)", 0),
        ("Cer(d18:0/16:0)", 0),
        ("Cer(d18:0/24:1)", -1),
        ("Cer(m18:0/24:1)", -1),
        ("Cer(d18:2/16:0)", 1),
        ("Cer(d18:2/24:1)", 1),
        ("Cer(d18:3/16:0)", 2),
        ("Cer(t18:0/24:1)", 0),  # bases with a third hydroxyl have no double bond
        ("Cer(t18:1/24:0)", 1),
        ("Cer(d42:2)", 0),
        ("Cer 42:2;O2", 0),
    ],
)
def test_double_bonds_are_counted_beyond_those_that_are_usual(name: str, moved: int) -> None:
    assert moved_bonds(gg.parse_name(name)) == moved


@pytest.mark.parametrize(
    ("name", "moved"),
    [
        ("Cer(t18:0/24:1)", True),
        ("Cer(t18:1/24:0)", True),
        ("HexCer 18:0;O3/24:1;O", True),
        ("Cer(t18:0/24:0)", False),  # as is usual for a sum without a double bond
        ("Cer(d18:1/24:0(2OH))", False),
        ("Cer(d18:0/24:1)", False),
        ("Cer 42:1;O3", False),
    ],
)
def test_a_third_hydroxyl_is_moved_where_it_is_in_an_unsaturated_ceramides_base(
    name: str, moved: bool
) -> None:
    assert has_moved_hydroxyl(gg.parse_name(name)) is moved


@pytest.mark.parametrize("series", ["SM", "GM3"])
def test_bases_of_18_and_20_carbons_are_usual(series: str) -> None:
    bases = ["d16:1", "d17:1", "d18:1", "t18:0", "d19:1", "d20:1"]
    found = [has_unusual_base(gg.parse_name(f"{series}({base}/24:0)")) for base in bases]
    assert found == [True, True, False, False, True, False]
    assert not has_unusual_base(gg.parse_name(f"{series}(d41:1)"))
