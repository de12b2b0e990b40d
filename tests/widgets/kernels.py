"""Kernels of the web pages, and visitors who send them what no page would."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from effort import PATIENCE
from jupyter_client.blocking.client import BlockingKernelClient
from jupyter_client.manager import KernelManager
from paths import ROOT

NOTEBOOKS: Final = ROOT / "notebooks"

#: Gives many messages to what handles them in the kernel, each as if it had just arrived. The log
#: of refusals is off meanwhile: to write it takes longer than all the rest.
_HAND_OVER: Final = """
import json, logging, traceback

def hand_over(model, data, *buffers):
    message = {"header": {"msg_type": "comm_msg"}, "parent_header": {},
               "metadata": {"version": "2.1.0"}, "content": {"comm_id": model, "data": data},
               "buffers": [buffer.encode() for buffer in buffers]}
    try:
        get_ipython().kernel.shell_handlers["comm_msg"](None, [b"visitor"], message)
    except Exception:
        traceback.print_exc()

def hand_over_all(messages):
    log = logging.getLogger("ganglioside.pages")
    log.disabled = True
    for message in messages:
        hand_over(*message)
    log.disabled = False

def set_all(names, values):
    for model in names:
        states = ({name: json.loads(value) for name in names[model]} for value in values)
        hand_over_all([(model, {"method": "update", "state": state}) for state in states])
"""


@dataclass
class PageKernel:
    """The kernel of one page, seen by a visitor and by the one who tests it.

    Attributes
    ----------
    client : BlockingKernelClient
    log : pathlib.Path
        What the kernel writes to its server's log.
    heard : list of dict
        Everything that it has sent so far.
    """

    client: BlockingKernelClient
    log: Path
    heard: list[dict[str, Any]] = field(default_factory=list)

    # --- what a visitor can do -----------------------------------------------------------

    def send(self, kind: str, content: object, buffers: list[bytes] | None = None) -> None:
        """Send any message."""
        session = self.client.session
        message = session.msg(kind, _pack(content), metadata={"version": "2.1.0"})
        session.send(self.client.shell_channel.socket, message, buffers=buffers)

    def tell(self, model: str, data: object, buffers: list[bytes] | None = None) -> None:
        """Send any data to a widget."""
        self.send("comm_msg", {"comm_id": model, "data": data}, buffers)

    def set(self, model: str, **values: object) -> None:
        self.tell(model, {"method": "update", "state": values, "buffer_paths": []})

    def click(self, model: str) -> None:
        self.custom(model, {"event": "click"})

    def custom(self, model: str, content: object, buffers: list[bytes] | None = None) -> None:
        self.tell(model, {"method": "custom", "content": content}, buffers)

    def tell_all(self, messages: list[tuple[Any, ...]]) -> None:
        """Hand messages to widgets in the kernel: of each its model, its data, texts as buffers."""
        self._call("hand_over_all", messages)

    def set_all(self, names: dict[str, list[str]], values: list[Any]) -> None:
        """Set the named values of each widget in the kernel, to one value after the other."""
        self._call("set_all", names, [_pack(value).decode() for value in values])

    def settle(self) -> list[dict[str, Any]]:
        """Wait until all that was sent is done, and return what the kernel has sent meanwhile."""
        asked = self.client.kernel_info()
        told: list[dict[str, Any]] = []
        while True:
            message = self.client.get_iopub_msg(timeout=PATIENCE)
            told.append(message)
            over = message["parent_header"].get("msg_id") == asked
            if over and message["content"].get("execution_state") == "idle":
                break
        self.heard += told
        return told

    def states(self) -> dict[str, dict[str, Any]]:
        """Return the state of every widget by its id, as any visitor can ask for them."""
        self.send_control()
        for message in reversed(self.settle()):
            data = message["content"].get("data") or {}
            if isinstance(data, dict) and data.get("method") == "update_states":
                return dict(data["states"])
        raise AssertionError("no states came")

    def send_control(self) -> None:
        """Ask for all states, as the page does when it is opened."""
        session = self.client.session
        content = {"comm_id": "all-states", "target_name": "jupyter.widget.control", "data": {}}
        opening = session.msg("comm_open", content, metadata={"version": "1.0.0"})
        session.send(self.client.shell_channel.socket, opening)
        self.tell("all-states", {"method": "request_states"})

    def state(self, model: str) -> dict[str, Any]:
        """Return the state of one widget."""
        self.tell(model, {"method": "request_state"})
        found: dict[str, Any] = {}
        for message in self.settle():
            content = message["content"]
            data = content.get("data") or {}
            if content.get("comm_id") == model and data.get("method") == "update":
                found |= data["state"]
        return found

    # --- what only the test can do -------------------------------------------------------

    def run(self, code: str) -> Any:
        """Run code in the kernel and return what it prints, read as JSON where it is that."""
        printed: list[str] = []

        def hear(message: dict[str, Any]) -> None:
            self.heard.append(message)
            if message["msg_type"] == "stream" and message["content"]["name"] == "stdout":
                printed.append(message["content"]["text"])

        reply = self.client.execute_interactive(code, timeout=PATIENCE, output_hook=hear)
        assert reply["content"]["status"] == "ok", reply["content"]
        text = "".join(printed)
        return json.loads(text) if text.strip() else None

    def _call(self, name: str, *given: Any) -> None:
        """Call a function in the kernel."""
        self.run(f"import json; {name}(*json.loads({json.dumps(given)!r}))")

    def until(self, expression: str) -> None:
        """Wait until an expression is true in the kernel."""
        end = time.monotonic() + PATIENCE
        while not self.run(f"import json; print(json.dumps(bool({expression})))"):
            assert time.monotonic() < end, f"not in {PATIENCE} s: {expression}"
            time.sleep(0.05)

    def complaints(self) -> list[str]:
        """Return all tracebacks that visitors were sent or that the log has."""
        errors = [m["content"]["ename"] for m in self.heard if m["msg_type"] == "error"]
        texts = [m["content"]["text"] for m in self.heard if m["msg_type"] == "stream"]
        texts.append(self.log.read_text("utf-8", errors="replace"))
        return errors + [text for text in texts if "Traceback" in text]


def _pack(value: object) -> bytes:
    return json.dumps(value, default=str).encode()  # NaN too, which jupyter's own refuses


#: The program of a page's kernel; others lose messages where the test is slow to hear them.
_PROGRAM: Final = (
    "from ganglioside_widgets.serving.kernel_program import KernelProgram; "
    "KernelProgram.launch_instance()"
)


def manager_of_page() -> KernelManager:
    """Who starts a kernel with the program of those of pages."""
    manager = KernelManager(kernel_name="python3")
    assert manager.kernel_spec is not None
    manager.kernel_spec.argv = [sys.executable, "-c", _PROGRAM, "-f", "{connection_file}"]
    return manager


@contextmanager
def page_kernel(page: str, folder: Path, **environment: str) -> Iterator[PageKernel]:
    """Start the kernel of a page, whose widgets are then `page` in it."""
    notebook = json.loads((NOTEBOOKS / f"{page}.ipynb").read_text("utf-8"))
    (cell,) = [c for c in notebook["cells"] if c["cell_type"] == "code"]
    log = folder / f"{page}.log"
    manager = manager_of_page()
    with log.open("wb") as output:
        manager.start_kernel(
            env=os.environ | environment, stdout=output, stderr=output, cwd=str(folder)
        )
    client = manager.blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=PATIENCE)
        client.session.pack = _pack
        kernel = PageKernel(client, log)
        kernel.run("".join(cell["source"]))
        kernel.run("page = _")
        kernel.run(_HAND_OVER)
        kernel.settle()
        kernel.heard.clear()
        yield kernel
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
