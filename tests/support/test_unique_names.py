"""Names that differ."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ganglioside.support.unique_names import unique


@given(st.lists(st.sampled_from(["S", "S (2)", "S (3)", "", "T"])))
def test_all_differ_each_is_still_known_and_those_that_differed_stay(names: list[str]) -> None:
    found = unique(names)
    assert len(set(found)) == len(found) == len(names)
    assert all(new.startswith(old) for old, new in zip(names, found, strict=True))
    if len(set(names)) == len(names):
        assert found == names
