"""Containers of the tests: podman as it works on this machine, and the images that they are of.

The usual images come from their registry. Where it is not reached, a base is made by Debian's
debootstrap. `GANGLIOSIDE_BASE` names another base.
"""

from __future__ import annotations

import ast
import os
import re
import resource
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from paths import ROOT, TESTS

from deploy.wanted import leave, program

IMAGE: Final = "localhost/ganglioside-tested"
HUB: Final = "localhost/ganglioside-tested-hub"
DATABASE: Final = "localhost/ganglioside-tested-database"
PROXY: Final = "localhost/ganglioside-tested-proxy"

_REGISTRY_BASE: Final = "docker.io/library/python:3.13-slim-bookworm"
_OWN_BASE: Final = "localhost/ganglioside-tested-base"

#: Options of pip that an image has to know as well, where this machine has them.
_PASSED_ON: Final = ("index-url", "cert", "trusted-host", "proxy", "timeout")


def podman(*arguments: str, check: bool = True, **more: str) -> subprocess.CompletedProcess[str]:
    """Run podman, with further variables of the environment."""
    return subprocess.run(
        [program("podman"), *arguments], env=environment() | more, text=True, check=check,
        stdout=subprocess.PIPE, stderr=sys.stderr,
    )  # fmt: skip


@cache
def environment() -> dict[str, str]:
    """Variables with which podman works here; without systemd it has to be told how."""
    if Path("/run/systemd/system").is_dir():
        return dict(os.environ)
    folder = Path(mkdtemp(prefix="containers-"))
    limits = [
        f'"{name}={most}:{most}"'
        for name, kind in (("nofile", resource.RLIMIT_NOFILE), ("nproc", resource.RLIMIT_NPROC))
        if (most := min(resource.getrlimit(kind)[1], 4_096)) > 0
    ]
    (folder / "containers.conf").write_text(
        '[engine]\ncgroup_manager = "cgroupfs"\nruntime = "runc"\nevents_logger = "file"\n'
        f"[containers]\ndefault_ulimits = [{', '.join(limits)}]\n"
    )
    return {**os.environ, "CONTAINERS_CONF": str(folder / "containers.conf")}


def _isolation() -> list[str]:
    """Options of a build where containers cannot have namespaces of their own in others."""
    nested = not Path("/run/systemd/system").is_dir() and os.geteuid() == 0
    return ["--isolation=chroot", "--network=host"] if nested else []


@cache
def base() -> str:
    """Name of an image to build from."""
    if named := os.environ.get("GANGLIOSIDE_BASE"):
        return named
    for present in (_REGISTRY_BASE, _OWN_BASE):
        if podman("image", "exists", present, check=False).returncode == 0:
            return present
    if podman("pull", "--quiet", _REGISTRY_BASE, check=False).returncode == 0:
        return _REGISTRY_BASE
    return _made_base()


def _made_base() -> str:
    """Image of a fresh Debian with Python."""
    if os.geteuid() != 0:
        leave("No registry is reached, and only root can make a base: set GANGLIOSIDE_BASE.")
    folder = Path(mkdtemp(prefix="debian-"))
    packages = "python3,python3-venv,ca-certificates"
    subprocess.run(
        [program("debootstrap"), "--variant=minbase", f"--include={packages}", "stable", folder],
        check=True, stdout=sys.stderr,
    )  # fmt: skip
    packed = subprocess.Popen(["tar", "-C", folder, "-c", "."], stdout=subprocess.PIPE)
    subprocess.run(
        [program("podman"), "import", "-", _OWN_BASE], stdin=packed.stdout, env=environment(),
        check=True, stdout=sys.stderr,
    )  # fmt: skip
    subprocess.run(["rm", "-rf", folder], check=True)
    return _OWN_BASE


@cache
def image() -> str:
    """Name of the image of Ganglioside, built as its recipe says."""
    podman(
        "build", *_isolation(), *_pip(), "--format=docker", f"--build-arg=BASE={base()}",
        f"--file={ROOT / 'deploy/Containerfile'}", f"--tag={IMAGE}", str(ROOT),
    )  # fmt: skip
    return IMAGE


@cache
def hub_image() -> str:
    """Name of the image with JupyterHub, built on that of Ganglioside as its recipe says."""
    podman(
        "build", *_isolation(), *_pip(), *_apt(), "--format=docker",
        f"--build-arg=IMAGE={image()}", f"--file={ROOT / 'deploy/Containerfile.hub'}",
        f"--tag={HUB}", str(ROOT),
    )  # fmt: skip
    return HUB


def _pip() -> list[str]:
    """Options of a build in which pip reaches its index as it does here."""
    options = pip_options()
    secret = Path(mkdtemp(prefix="pip-")) / "pip.conf"
    secret.write_text("[global]\n" + "".join(f"{k} = {v}\n" for k, v in options.items()))
    authorities = options.get("cert", "")
    seen = [f"--volume={authorities}:{authorities}:ro"] if authorities else []
    return [*seen, f"--secret=id=pip,src={secret}"]


def _apt() -> list[str]:
    """Options of a build in which apt checks what it gets as it does here."""
    given = Path(mkdtemp(prefix="apt-")) / "apt.conf"
    given.write_text(apt_options())
    return [f"--volume={given}:/etc/apt/apt.conf.d/99given:ro"]


@cache
def others() -> dict[str, str]:
    """Images of database and proxy, as variables of compose.yml; {} where the usual are reached."""
    if base() == _REGISTRY_BASE:
        return {}
    apt = _apt()
    for target, name in (("database", DATABASE), ("proxy", PROXY)):
        podman(
            "build", *_isolation(), *apt, f"--build-arg=BASE={base()}", f"--target={target}",
            f"--file={TESTS / 'deploy/Containerfile.others'}", f"--tag={name}",
            str(TESTS / "deploy"),
        )  # fmt: skip
    return {"GANGLIOSIDE_DATABASE_IMAGE": DATABASE, "GANGLIOSIDE_PROXY_IMAGE": PROXY}


def pip_options() -> dict[str, str]:
    """Options with which pip reaches its index from here, the strongest scope last."""
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    found = {}
    for scope in ("global.", ":env:."):
        for line in listed.splitlines():
            key, _, value = line.partition("=")
            if key.startswith(scope) and key.removeprefix(scope) in _PASSED_ON:
                found[key.removeprefix(scope)] = str(ast.literal_eval(value))
    return found


def apt_options() -> str:
    """How apt checks what it gets on this machine."""
    dumped = subprocess.run(["apt-config", "dump"], capture_output=True, text=True, check=False)
    return "".join(
        f"{line}\n" for line in dumped.stdout.splitlines() if re.match("Acquire::Check", line)
    )
