"""Kernels of pages lose nothing that they send."""

from __future__ import annotations

from effort import PATIENCE
from widgets.kernels import manager_of_page

#: More messages than sockets keep by themselves, at both ends together, larger than what a system
#: keeps in between.
SENT = 5_000

SEND = f"""
kernel = get_ipython().kernel
for number in range({SENT}):
    content = {{"name": "stdout", "text": f"{{number}}" + " " * 1000}}
    kernel.send_response(kernel.iopub_socket, "stream", content)
"""


def test_whoever_is_slow_to_listen_hears_all_that_was_sent() -> None:
    manager = manager_of_page()
    manager.start_kernel()
    client = manager.blocking_client()
    client.context.rcvhwm = 1
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        asked = client.execute(SEND)
        # All is sent once it replies, and nobody has listened yet.
        assert client.get_shell_msg(timeout=PATIENCE)["parent_header"]["msg_id"] == asked
        heard: list[int] = []
        while len(heard) < SENT:
            message = client.get_iopub_msg(timeout=PATIENCE)
            if message["msg_type"] == "stream":
                heard.append(int(message["content"]["text"]))
        assert heard == [*range(SENT)]
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
