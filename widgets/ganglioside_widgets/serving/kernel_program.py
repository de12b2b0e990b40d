"""The program that is a kernel, of which nothing is lost that it sends."""

from __future__ import annotations

import zmq
from ipykernel.kernelapp import IPKernelApp


class KernelProgram(IPKernelApp):
    """A kernel that keeps all that it has sent until it is received.

    By itself it drops what comes while 1,000 messages wait, and a page is sent nearly as many when
    it opens: whoever was slow to receive them would show something else than the kernel has.
    """

    def init_iopub(self, context: zmq.Context[zmq.Socket[bytes]]) -> None:
        """Open the socket at which all messages to the page are sent."""
        context.sndhwm = 0  # no limit
        super().init_iopub(context)  # type: ignore[no-untyped-call]
