"""Structs of Thrift: numbers, lists and structs, and bytes that are none."""

from __future__ import annotations

import pytest

from ganglioside.reading.thrift import StructError, read_struct

#: Field 1: -2; field 2: the list 1, 2, 3; field 4: a struct of one text; field 20: true.
STRUCT = bytes([0x15, 3, 0x19, 0x35, 2, 4, 6, 0x2C, 0x18, 2, 65, 66, 0, 0x01, 40, 0])


def test_fields_have_their_numbers_and_values() -> None:
    assert read_struct(STRUCT, 0) == ({1: -2, 2: [1, 2, 3], 4: {1: None}, 20: True}, len(STRUCT))


def test_a_long_list_says_its_size_in_a_number_of_its_own() -> None:
    content = bytes([0x19, 0xF1, 200, 1, *[1] * 200, 0])
    assert read_struct(content, 0) == ({1: [None] * 200}, len(content))


@pytest.mark.parametrize("cut", range(len(STRUCT)))
def test_a_struct_that_ends_too_early_is_refused(cut: int) -> None:
    with pytest.raises(StructError, match="end"):
        read_struct(STRUCT[:cut], 0)


def test_what_would_take_all_memory_is_refused_at_once() -> None:
    with pytest.raises(StructError, match="end"):
        read_struct(bytes([0x19, 0xF1, 255, 255, 255, 255, 15, 0, 0]), 0)
    with pytest.raises(StructError, match="deep"):
        read_struct(bytes([0x1C] * 1_000), 0)
    with pytest.raises(StructError, match="deep"):
        read_struct(bytes([0x19, *[0x19] * 1_000]), 0)
