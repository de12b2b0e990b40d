"""Kernels that tests start listen at sockets of their own.

A port is found free long before its kernel listens there: where much else goes on, another program
has taken it by then, and the kernel ends.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

from jupyter_client.manager import KernelManager

from ganglioside_widgets.serving.kernel_transport import kernel_transport


def use_sockets() -> None:
    """Let kernels be reached so where neither a server nor a test says how; not on Windows."""
    folder = Path(tempfile.mkdtemp(prefix="kernels-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    transport, begin = kernel_transport(folder), KernelManager.__init__

    def begin_with_socket(self: KernelManager, *given: Any, **named: Any) -> None:
        if not named.keys() & {"connection_file", "transport"}:
            file = folder / f"kernel-{uuid4()}.json"
            named |= {"connection_file": str(file), "transport": transport}
        begin(self, *given, **named)

    KernelManager.__init__ = begin_with_socket  # type: ignore[method-assign]
