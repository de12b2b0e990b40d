"""Messages from browsers: well-formed ones pass, all others are refused at no cost."""

from __future__ import annotations

import json
import struct
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1

from ganglioside_widgets.serving.frames import FrameError, check_frame

HEADER = {"msg_id": "1", "msg_type": "comm_msg"}


def frame(
    header: object = HEADER, channel: str = "shell", buffers: tuple[bytes, ...] = ()
) -> bytes:
    parts = [json.dumps(header).encode(), b"{}", b"{}", b"{}", *buffers]
    return bytes(serialize_msg_to_ws_v1(parts, channel))


def numbers(*given: int) -> bytes:
    return struct.pack(f"<{len(given)}Q", *given)


@pytest.mark.parametrize("channel", ["shell", "control", "stdin"])
def test_messages_of_pages_pass(channel: str) -> None:
    check_frame(frame(channel=channel))
    check_frame(frame(buffers=(b"", b"x" * 1_000_000, b"y")))


def broken() -> dict[str, bytes | str]:
    whole = frame()
    count, *offsets = struct.unpack_from("<8Q", whole)
    body = whole[64:]
    return {
        "text": '{"channel": "shell"}',
        "empty": b"",
        "a cut count": b"\1\2\3",
        "a huge count": numbers(2**64 - 1),
        "a count of older framing": struct.pack(">II", 2, 12) + b"{}" * 40,
        "a large count with as many offsets": numbers(500_000, *[8 * 500_001] * 500_000),
        "no parts": numbers(0),
        "too few parts": numbers(2, 24, 24),
        "cut off": whole[:-1],
        "longer than said": whole + b"x",
        "offsets cut off": whole[:30],
        "offsets backwards": numbers(count, *offsets[::-1]) + body,
        "an offset beyond the end": numbers(count, *offsets[:-1], 2**63) + body,
        "an offset into the head": numbers(count, 0, *offsets[1:]) + body,
        "an unknown channel": frame(channel="iopub"),
        "a list for a header": frame([1, 2]),
        "no header": frame(None),
        "a header without a type": frame({"msg_id": "1"}),
        "a type that is no text": frame({"msg_type": ["comm_msg"]}),
        "a deep header": whole.replace(b"{", b"[", 1),
        "a large header": frame({"msg_type": "comm_msg", "x": "y" * 70_000}),
    }


@pytest.mark.parametrize("what", broken())
def test_malformed_messages_are_refused(what: str) -> None:
    with pytest.raises(FrameError):
        check_frame(broken()[what])


def test_a_header_of_nested_lists_is_refused() -> None:
    nested = b"[" * 60_000
    parts = [nested, b"{}", b"{}", b"{}"]
    with pytest.raises(FrameError, match="not JSON"):
        check_frame(bytes(serialize_msg_to_ws_v1(parts, "shell")))


def test_a_huge_count_takes_no_memory() -> None:
    tracemalloc.start()
    for count in (2**40, 2**64 - 1):
        with pytest.raises(FrameError):
            check_frame(numbers(count) + b"x" * 100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100_000


@given(st.binary(max_size=200))
def test_random_bytes_are_refused(junk: bytes) -> None:
    with pytest.raises(FrameError):
        check_frame(junk)


@given(st.data())
def test_a_changed_byte_raises_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(frame(buffers=(b"abc",)))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    with suppress(FrameError):
        check_frame(bytes(whole))
