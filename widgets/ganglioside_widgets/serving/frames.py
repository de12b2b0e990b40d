"""Messages from browsers to kernels, checked before anything is made of them."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Final

#: The only way of framing that is spoken; what every page of JupyterLab and Voila asks for.
PROTOCOL: Final = "v1.kernel.websocket.jupyter.org"

#: Channel, header, parent header, metadata and content; buffers follow.
FEWEST_PARTS: Final = 5
MOST_PARTS: Final = 4096

#: Bytes of a header, which names a message and its sender.
LARGEST_HEADER: Final = 64 * 1024

CHANNELS: Final = frozenset({"shell", "control", "stdin"})


class FrameError(ValueError):
    """A message that is not framed as agreed."""


def check_frame(frame: bytes | str) -> None:
    """Check that a frame holds a message: count, offsets, channel, header.

    A frame begins with numbers of 8 bytes, the lowest byte first::

        count | offset of channel | of header | ... | of each part | end || channel | header | ...

    where count is the number of offsets, the end among them.

    Raises
    ------
    FrameError
        If it does not. What is wrong costs no more memory than the frame itself.
    """
    if isinstance(frame, str):
        raise FrameError("text where a binary message was agreed")
    parts = _parts(frame, _offsets(frame))
    if parts[0] not in {name.encode() for name in CHANNELS}:
        raise FrameError("no such channel")
    _check_header(parts[1])


def _offsets(frame: bytes) -> Sequence[int]:
    if len(frame) < 8:
        raise FrameError("shorter than its count")
    (count,) = struct.unpack_from("<Q", frame)
    if not FEWEST_PARTS < count <= MOST_PARTS + 1:
        raise FrameError(f"{count} offsets")
    head = 8 * (count + 1)
    if len(frame) < head:
        raise FrameError("shorter than its offsets")
    offsets = struct.unpack_from(f"<{count}Q", frame, 8)
    if offsets[0] != head or offsets[-1] != len(frame) or list(offsets) != sorted(offsets):
        raise FrameError("offsets that do not follow each other to its end")
    return offsets


def _parts(frame: bytes, offsets: Sequence[int]) -> list[bytes]:
    """Return channel and header."""
    if offsets[2] - offsets[1] > LARGEST_HEADER:
        raise FrameError("a header that is too large")
    channel, header, end = offsets[:3]
    return [frame[channel:header], frame[header:end]]


def _check_header(text: bytes) -> None:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise FrameError("a header that is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("msg_type"), str):
        raise FrameError("a header that names no type of message")
