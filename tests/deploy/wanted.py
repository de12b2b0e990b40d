"""Programs of other people that the tests of `deploy/` start: present, or the test says why not."""

from __future__ import annotations

import os
import shutil
from typing import Final

import pytest

#: Debian's packages of the programs, as `.ci/programs` installs them.
PACKAGES: Final = {
    "caddy": "caddy",
    "debootstrap": "debootstrap",
    "nginx": "nginx",
    "podman": "podman buildah runc netavark aardvark-dns iptables",
    "systemd-analyze": "systemd",
}


def program(name: str) -> str:
    """Path of a program; skips the test where it is missing, never in CI."""
    found = shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        leave(f"There is no {name}: install Debian's {PACKAGES[name]} to run the tests of it.")
    return found


def leave(why: str) -> None:
    """Skip the test; in CI it fails."""
    if os.environ.get("CI"):
        pytest.fail(f"{why} (sh .ci/programs)")
    pytest.skip(why)
