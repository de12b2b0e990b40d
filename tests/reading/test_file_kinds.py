"""Kinds of files, known by their content."""

from __future__ import annotations

from contextlib import suppress

from corpus.outcomes import first_faults
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import ganglioside as gg
from ganglioside.errors import GangliosideError


@given(st.binary(max_size=300), st.sampled_from([b"", b"PK\x03\x04", b"PAR1", b"Name,RT\n"]))
@hypothesis_settings(deadline=None, max_examples=100)
def test_random_bytes_raise_only_what_is_meant(content: bytes, start: bytes) -> None:
    with suppress(GangliosideError):
        first_faults(gg.read_features(start + content))


def test_a_tag_in_a_cell_makes_no_web_page() -> None:
    table = gg.read_features(b"Name,RT,Note\r\nGM3(36:1;O2),8.0,<TABLE 2>\r\n")
    assert table.carried["Note"].tolist() == ["<TABLE 2>"]
