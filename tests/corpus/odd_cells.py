"""Rows of odd cells, for tests that take any table."""

from __future__ import annotations

from hypothesis import strategies as st

ODD = ("", "GD1(36:1;O2)", "GM1 36:1,O2", "9.5", "9,5", "1.234", "1,234.5", "-0.44", "N/A", "inf")
ODD += ("=1+1", 'a"b', "１２", "1e999", "−1", "1'234", "x;y")
CELL = st.one_of(
    st.sampled_from([*"Tf%'", *'"\t\r', *ODD]),
    st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=12),
    st.floats().map(str),
)
ROW = st.lists(CELL, min_size=5, max_size=5)
