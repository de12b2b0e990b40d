"""Kernels of notebooks that tests run begin as those of web pages do: as copies."""

from __future__ import annotations

from typing import Any

from effort import profile
from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning import KernelProvisionerFactory

from ganglioside_widgets.serving.prepared_kernels import PreparedProvisioner

#: The name under which Jupyter finds them.
NAME = "copied-by-tests"


class CopiedByTests(PreparedProvisioner):
    """Starts copies, with the streams of this process: nbval names others, which nobody reads."""

    async def launch_kernel(self, cmd: list[str], **named: Any) -> KernelConnectionInfo:
        """Start a kernel; returns how to reach it."""
        return await super().launch_kernel(cmd, **(named | {"stderr": None}))


class _Found:
    """The entry point of which Jupyter is told."""

    name, value = NAME, f"{__name__}:{CopiedByTests.__name__}"

    def load(self) -> type[CopiedByTests]:
        return CopiedByTests


def copy_kernels() -> None:
    """Let kernels begin as copies by day; by night each loads what it needs, as in JupyterLab."""
    if profile() == "nightly":
        return
    factory = KernelProvisionerFactory.instance()
    factory.provisioners[NAME] = _Found()
    factory.default_provisioner_name = NAME
