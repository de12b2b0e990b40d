"""A fresh Debian in a container, on which `deploy/install.sh` sets up a server.

systemd cannot run there. `systemctl.py` takes its place: it carries out the same units.
"""

from __future__ import annotations

import shutil
import ssl
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from effort import PATIENCE, until
from paths import ROOT, TESTS
from platformdirs import user_cache_path
from ports import free_port

from deploy.containers import apt_options, base, pip_options, podman
from deploy.proxies import NAME, Proxy

_PATH: Final = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

#: Where pip keeps on the machine what it has loaded.
_CACHE: Final = "/var/cache/pip"

#: What a checkout needs to be installed.
_SOURCES: Final = ("ganglioside", "widgets", "notebooks", "reports", "deploy", "constraints.txt",
                   "pyproject.toml", "README.md", "LICENSE")  # fmt: skip


class Machine:
    """A machine that is set up by commands; `folder` is its /given."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        options = {**pip_options(), "cache-dir": _CACHE}
        (folder / "pip.conf").write_text(
            "[global]\n" + "".join(f"{key} = {value}\n" for key, value in options.items())
        )
        (folder / "apt.conf").write_text(apt_options())
        cache = user_cache_path("ganglioside-tests") / "pip"
        cache.mkdir(parents=True, exist_ok=True)
        mounted = {
            TESTS / "deploy/systemctl.py": "/usr/local/bin/systemctl:ro",
            folder: "/given:ro",
            folder / "apt.conf": "/etc/apt/apt.conf.d/99given:ro",
            folder / "pip.conf": "/etc/pip.conf:ro",
            cache: _CACHE,
        }
        if authorities := options.get("cert"):
            mounted[Path(authorities)] = f"{authorities}:ro"
        self.id = podman(
            "run", "--detach", "--stop-signal=KILL", f"--env={_PATH}",
            f"--publish=127.0.0.1:{self.port}:443",
            *(f"--volume={here}:{there}" for here, there in mounted.items()), base(),
            "systemctl", "boot",
        ).stdout.strip()  # fmt: skip

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a command as root."""
        patience = f"--env=GANGLIOSIDE_PATIENCE={PATIENCE:.0f}"
        return podman("exec", patience, self.id, *command, check=check)

    def install(
        self, *options: str, check: bool = True, checkout: str = "checkout"
    ) -> subprocess.CompletedProcess[str]:
        """Run the script of a checkout."""
        script = ("sh", f"/given/{checkout}/deploy/install.sh", *options)
        return self.run(*script, check=check)

    def front(self) -> Proxy:
        """The server as browsers reach it; they trust the certificate that the script made."""
        certificate = self.run("cat", "/etc/ganglioside/tls/fullchain.pem").stdout
        trusted = ssl.create_default_context(cadata=certificate)
        return Proxy(http=0, https=self.port, trusted=trusted)

    def cut_power(self) -> None:
        """Kill everything that runs on it, all at once."""
        podman("kill", "--signal=KILL", self.id)
        until(lambda: self._state() != "running", "the end")

    def power_on(self) -> None:
        """Start it again, as after a cut: the enabled units start by themselves."""
        podman("start", self.id)

    def remove(self) -> None:
        """Remove it with all that it kept."""
        podman("rm", "--force", "--volumes", self.id)

    def _state(self) -> str:
        return podman("inspect", "--format={{.State.Status}}", self.id).stdout.strip()


@contextmanager
def machine(folder: Path) -> Iterator[Machine]:
    """A fresh machine."""
    fresh = Machine(folder)
    try:
        yield fresh
    finally:
        fresh.remove()


def checkout(target: Path, commit: str = "") -> Path:
    """Sources as they are, or as a commit has them; as a folder."""
    target.mkdir()
    if commit:
        packed = subprocess.run(
            ["git", "-C", str(ROOT), "archive", commit], check=True, stdout=subprocess.PIPE
        )
        subprocess.run(["tar", "-x", "-C", str(target)], input=packed.stdout, check=True)
        return target
    for name in _SOURCES:
        source = ROOT / name
        if source.is_dir():
            ignored = shutil.ignore_patterns("__pycache__", "output", ".ipynb_checkpoints")
            shutil.copytree(source, target / name, ignore=ignored)
        else:
            shutil.copy(source, target / name)
    return target


def wheel(source: Path, target: Path, change: Callable[[Path], object] = lambda _: None) -> Path:
    """A wheel of sources, changed before."""
    change(source)
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target=wheel", f"--directory={target}"],
        cwd=source, check=True, stdout=sys.stderr,
    )  # fmt: skip
    return next(target.glob("*.whl"))


__all__ = ["NAME", "Machine", "checkout", "machine", "wheel"]
