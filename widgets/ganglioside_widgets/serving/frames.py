"""Checks of messages from browsers to kernels, before any of their content is used."""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from typing import Final

#: The only accepted subprotocol; every page of JupyterLab and Voila requests it.
PROTOCOL: Final = "v1.kernel.websocket.jupyter.org"

#: Fewest parts of a message: channel, header, parent header, metadata, content; buffers follow.
FEWEST_PARTS: Final = 5
MOST_PARTS: Final = 4096

#: Most bytes of a header, which names a message and its sender.
LARGEST_HEADER: Final = 64 * 1024

CHANNELS: Final = frozenset({"shell", "control", "stdin"})


class FrameError(ValueError):
    """A message that is not framed as `PROTOCOL` says."""


def check_frame(frame: bytes | str) -> None:
    """Check the framing of a message: count, offsets, channel, header.

    A frame begins with unsigned integers of 8 bytes, little-endian::

        count | offset of channel | of header | ... | of each part | end || channel | header | ...

    where count is the number of offsets, including that of the end.

    Raises
    ------
    FrameError
        If it is malformed. No malformed frame takes more memory than its own bytes.
    """
    if isinstance(frame, str):
        raise FrameError("text instead of a binary message")
    channel, header = _channel_and_header(frame, _offsets(frame))
    if channel not in {name.encode() for name in CHANNELS}:
        raise FrameError("no such channel")
    _check_header(header)


def _offsets(frame: bytes) -> Sequence[int]:
    """Offsets of the parts and of the end, ascending, the last one at the end of the frame."""
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
        raise FrameError("offsets that do not ascend to its end")
    return offsets


def _channel_and_header(frame: bytes, offsets: Sequence[int]) -> tuple[bytes, bytes]:
    channel, header, end = offsets[:3]
    if end - header > LARGEST_HEADER:
        raise FrameError("a header that is too large")
    return frame[channel:header], frame[header:end]


def _check_header(text: bytes) -> None:
    try:
        header = json.loads(text)
    except (ValueError, RecursionError):
        raise FrameError("a header that is not JSON") from None
    if not isinstance(header, dict) or not isinstance(header.get("msg_type"), str):
        raise FrameError("a header without a message type")
