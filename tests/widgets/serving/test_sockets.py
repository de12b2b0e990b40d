"""WebSockets to kernels open with reason only, and pass well-formed messages on."""

from __future__ import annotations

import asyncio
import gc
import json
from collections.abc import Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ganglioside_widgets.serving import sockets
from ganglioside_widgets.serving.frames import PROTOCOL
from ganglioside_widgets.serving.sockets import (
    MOST_SOCKETS,
    PROTOCOL_ERROR,
    TOO_SLOW,
    KernelSocket,
)

WELL_FORMED = bytes(
    serialize_msg_to_ws_v1([json.dumps({"msg_type": "comm_msg"}).encode(), *[b"{}"] * 3], "shell")
)


class Kernels(dict[str, int]):
    """Open WebSockets of each kernel, by its id."""

    def kernel_model(self, kernel_id: str) -> dict[str, int]:
        return {"connections": self[kernel_id]}

    def may_use(self, kernel_id: str, person: object) -> bool:
        return kernel_id != "theirs" and person is None


class Socket(KernelSocket):
    """A WebSocket without a network."""

    kernel_manager = Kernels(idle=0, busy=MOST_SOCKETS, theirs=0)
    settings: ClassVar[dict[str, Any]] = {}
    current_user = None
    log = SimpleNamespace(warning=lambda *_: None)
    connection: object = object()
    ws_connection: object = object()

    def __init__(self, offered: str = PROTOCOL) -> None:
        self.request = SimpleNamespace(headers={"Sec-WebSocket-Protocol": offered})
        self.closed: list[tuple[int, str]] = []

    def close(self, code: int, reason: str) -> None:
        self.closed.append((code, reason))
        self.ws_connection = None


@pytest.fixture
def passed(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """What reached Voila."""
    found: list[object] = []

    async def get(self: object, kernel_id: str) -> None:
        found.append(kernel_id)

    monkeypatch.setattr(VoilaKernelWebsocketHandler, "get", get)
    monkeypatch.setattr(
        VoilaKernelWebsocketHandler, "on_message", lambda self, message: found.append(message)
    )
    return found


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run a coroutine in a thread: this one may have a browser's loop."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def open_socket(kernel_id: str, offered: str = PROTOCOL) -> None:
    run(KernelSocket.get.__wrapped__(Socket(offered), kernel_id))


@pytest.mark.parametrize("offered", [PROTOCOL, f"other, {PROTOCOL}"])
def test_a_page_opens_a_socket_to_its_kernel(offered: str, passed: list[object]) -> None:
    open_socket("idle", offered)
    assert passed == ["idle"]


@pytest.mark.parametrize(
    ("kernel_id", "offered", "status"),
    [("idle", "", 400), ("idle", "v0.other", 400), ("ended", PROTOCOL, 404),
     ("busy", PROTOCOL, 429), ("theirs", PROTOCOL, 404)],
)  # fmt: skip
def test_other_sockets_are_refused_with_a_reason(
    kernel_id: str, offered: str, status: int, passed: list[object]
) -> None:
    with pytest.raises(HTTPError) as refusal:
        open_socket(kernel_id, offered)
    assert refusal.value.status_code == status
    assert refusal.value.log_message
    assert passed == []


def test_well_formed_messages_pass(passed: list[object]) -> None:
    socket = Socket()
    socket.on_message(WELL_FORMED)
    assert passed == [WELL_FORMED]
    assert socket.closed == []


@pytest.mark.parametrize("message", ["text", b"", WELL_FORMED[:-1]])
def test_a_malformed_message_closes_the_socket(message: str | bytes, passed: list[object]) -> None:
    socket = Socket()
    socket.on_message(message)
    assert passed == []
    assert [code for code, _ in socket.closed] == [PROTOCOL_ERROR]
    assert "malformed message" in socket.closed[0][1]
    socket.on_message(WELL_FORMED)  # which comes before the other side knows
    assert passed == []


def test_a_page_that_reads_nothing_loses_its_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it left unread was kept by the server without any bound."""
    monkeypatch.setattr(sockets, "MOST_UNREAD", 2 * (len(WELL_FORMED) + sockets._BESIDE))
    sent: list[Future[None]] = []

    def send(self: object, message: bytes, binary: bool) -> Future[None]:
        sent.append(Future())
        return sent[-1]

    monkeypatch.setattr(VoilaKernelWebsocketHandler, "write_message", send)
    socket = Socket()
    for _ in range(3):
        socket.write_message(WELL_FORMED, binary=True)
    sent[0].set_result(None)
    socket.write_message(WELL_FORMED, binary=True)
    assert socket.closed == []  # one was read meanwhile
    for _ in range(2):
        socket.write_message(WELL_FORMED, binary=True)
    assert [code for code, _ in socket.closed] == [TOO_SLOW]
    assert len(sent) == 4


def test_messages_after_the_end_are_ignored(passed: list[object]) -> None:
    socket = Socket()
    socket.connection = None
    socket.on_message(b"anything")
    assert (passed, socket.closed) == ([], [])


def test_messages_that_a_page_leaves_unread_are_told_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Each was a traceback in the log: 5,000 of them for one page that left."""

    async def fail() -> None:
        raise WebSocketClosedError

    monkeypatch.setattr(
        VoilaKernelWebsocketHandler, "write_message",
        lambda self, message, binary: asyncio.ensure_future(fail()),
    )  # fmt: skip

    async def leave() -> None:
        Socket().write_message(WELL_FORMED, binary=True)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        gc.collect()

    run(leave())
    assert caplog.messages == []
