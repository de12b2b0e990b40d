"""Structs of Thrift in its compact protocol, as Parquet files have them in their footer and pages.

Specification: Apache Thrift, `thrift-compact-protocol.md`.
"""

from __future__ import annotations

from typing import Any, Final, TypeAlias

#: A struct: the values of its fields by their numbers.
Struct: TypeAlias = dict[int, Any]

# Types of values.
_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET = range(1, 11)
_STRUCT: Final = 12
_LONG: Final = 15  # the size of a list that follows as a number of its own
_DEPTH: Final = 8  # values within values; those of Parquet have six


class StructError(ValueError):
    """Bytes that do not follow the protocol."""


def read_struct(content: bytes, position: int) -> tuple[Struct, int]:
    """Struct that begins at a position, and the position behind it.

    Its fields are numbers, structs and lists of these; None stands for texts and fractions.

    Parameters
    ----------
    content
        Bytes of the file.
    position
        Of the first byte of the struct.

    Raises
    ------
    StructError
        If the bytes are no struct, or end before it does.

    Examples
    --------
    >>> read_struct(bytes([0x15, 14, 0x00]), 0)  # field 1, a number: 7
    ({1: 7}, 3)
    """
    return _struct(content, position, 0)


def _struct(content: bytes, position: int, depth: int) -> tuple[Struct, int]:
    """Struct that begins at a position, and the position behind it."""
    if depth > _DEPTH:
        raise StructError("a header is too deep.")
    fields: Struct = {}
    number = 0
    while (head := _byte(content, position)) != 0:
        position += 1
        if head >> 4:
            number += head >> 4
        else:
            raw, position = _varint(content, position)
            number = _signed(raw)
        fields[number], position = _value(content, position, head & 15, depth)
    return fields, position + 1


def _value(content: bytes, position: int, kind: int, depth: int) -> tuple[Any, int]:
    """Value of a field (None if it is not needed), and the position behind it."""
    if kind in (_TRUE, _FALSE):
        return kind == _TRUE, position
    if kind in (_I16, _I32, _I64):
        raw, position = _varint(content, position)
        return _signed(raw), position
    if kind == _BINARY:
        size, position = _varint(content, position)
        return None, position + size
    if kind == _STRUCT:
        return _struct(content, position, depth + 1)
    if kind in (_LIST, _SET):
        return _list(content, position, depth + 1)
    if kind in (_BYTE, _DOUBLE):
        return None, position + (1 if kind == _BYTE else 8)
    raise StructError("a header has a field of an unknown type.")


def _list(content: bytes, position: int, depth: int) -> tuple[list[Any], int]:
    """Values of a list that begins at a position, and the position behind it."""
    if depth > _DEPTH:
        raise StructError("a header is too deep.")
    head = _byte(content, position)
    size, kind, position = head >> 4, head & 15, position + 1
    if size == _LONG:
        size, position = _varint(content, position)
    if size > len(content) - position:  # each takes a byte at least
        raise StructError("a header does not end.")
    values = []
    for _ in range(size):
        value, position = _value(content, position, _BYTE if kind <= _FALSE else kind, depth)
        values.append(value)
    return values, position


def _varint(content: bytes, position: int) -> tuple[int, int]:
    """Whole number of variable length (7 bits a byte), and the position behind it."""
    number = shift = 0
    while True:
        byte = _byte(content, position)
        position += 1
        number |= (byte & 127) << shift
        if byte < 128:
            return number, position
        shift += 7
        if shift > 63:
            raise StructError("a number in a header does not end.")


def _byte(content: bytes, position: int) -> int:
    """Byte at a position, which must be within the file."""
    if position >= len(content):
        raise StructError("a header does not end.")
    return content[position]


def _signed(raw: int) -> int:
    """Signed number of a zigzag code: 0, 1, 2, 3 give 0, -1, 1, -2."""
    return (raw >> 1) ^ -(raw & 1)
