"""A real JupyterHub with a real proxy before the pages and the API, and people who sign in.

The proxy is the package configurable-http-proxy of npm, as `.ci/programs` installs it. Where it is
missing, tests of it are skipped and say so; in CI they fail.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx
import pytest
from effort import PATIENCE, end_process, until
from ports import free_port

from ganglioside.server import hub_config

PASSWORD: Final = "the-password-of-everybody"
PREFIX: Final = "/services/ganglioside"

GROUPS: Final = """
administrators = ["chief"]

[groups]
lipids = ["ann", "bob"]
"""

#: The configuration of the package, with a password instead of accounts of this machine.
CONFIG: Final = """
load_subconfig({config!r})
c = get_config()
c.JupyterHub.authenticator_class = "shared-password"
c.SharedPasswordAuthenticator.user_password = {password!r}
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub}"
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{proxy}"
c.JupyterHub.services[0]["command"] += {more!r}
"""

#: Where `.ci/programs` puts the proxy, beside the environment's own programs.
_BESIDE: Final = Path(sys.prefix) / "hub" / "node_modules" / ".bin"


def search_path() -> str:
    """Where programs are looked for, that of the proxy included; skips the test without it."""
    path = os.pathsep.join([str(_BESIDE), str(Path(sys.executable).parent), os.environ["PATH"]])
    why = "" if shutil.which("configurable-http-proxy", path=path) else "configurable-http-proxy"
    try:
        import jupyterhub  # noqa: F401
    except ImportError:
        why = "jupyterhub"
    if why:
        if os.environ.get("CI"):
            pytest.fail(f"{why} is not installed: sh .ci/programs")
        pytest.skip(
            f"{why} is not installed: `npm install configurable-http-proxy` and the extra hub"
        )
    return path


class Patient(httpx.HTTPTransport):
    """Asks again, after the time that the server says, where somebody asks too often."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        while (answer := super().handle_request(request)).status_code == 429:
            time.sleep(int(answer.headers["Retry-After"]))
        return answer


@dataclass(frozen=True)
class Hub:
    """A hub that runs, with one service."""

    url: str
    history: Path
    log: Path
    process: subprocess.Popen[bytes]

    @property
    def service(self) -> str:
        """Address of the pages."""
        return self.url + PREFIX

    def sign_in(self, name: str) -> httpx.Client:
        """Client with the cookies of a person who has signed in, as a browser does it."""
        client = httpx.Client(
            base_url=self.service, follow_redirects=True, timeout=PATIENCE, transport=Patient()
        )
        form = client.get("/")
        (xsrf,) = re.findall(r'name="_xsrf" value="([^"]*)"', form.text)
        fields = {"username": name, "password": PASSWORD, "_xsrf": xsrf}
        client.post(str(form.url), data=fields)
        tokens = {one.path: one.value for one in client.cookies.jar if one.name == "_xsrf"}
        client.headers["X-XSRFToken"] = tokens.get(f"{PREFIX}/") or ""
        return client

    def words(self) -> str:
        """What hub and service have written."""
        return self.log.read_text(errors="replace")


@contextmanager
def running(folder: Path, *more: str, groups: str = GROUPS) -> Iterator[Hub]:
    """Run a hub until its pages are ready.

    Parameters
    ----------
    folder
        For all its files.
    *more
        Further arguments of `ganglioside app`.
    groups
        Who belongs to which group, as the file of groups has it.
    """
    path = search_path()
    ports = {name: free_port() for name in ("front", "service", "hub", "proxy")}
    named, config, log = folder / "groups.toml", folder / "hub.py", folder / "hub.log"
    named.write_text(groups)
    config.write_text(
        CONFIG.format(config=hub_config.__file__, password=PASSWORD, hub=ports["hub"],
                      proxy=ports["proxy"], more=list(more))
    )  # fmt: skip
    history = folder / "history.duckdb"
    environment = os.environ | {
        "PATH": path,
        "GANGLIOSIDE_GROUPS": str(named),
        "GANGLIOSIDE_HUB_FOLDER": str(folder / "hub"),
        "GANGLIOSIDE_HUB_ADDRESS": f"http://127.0.0.1:{ports['front']}",
        "GANGLIOSIDE_HUB_SERVICE": f"http://127.0.0.1:{ports['service']}",
        "GANGLIOSIDE_HISTORY": str(history),
        "XDG_DATA_HOME": str(folder / "data"),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
    }
    for name in ("GANGLIOSIDE_AUTHOR", "GANGLIOSIDE_TOKEN"):
        environment.pop(name, None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", str(config)],
            cwd=folder, env=environment, stdout=output, stderr=output,
        )  # fmt: skip
    hub = Hub(f"http://127.0.0.1:{ports['front']}", history, log, process)
    try:
        until(lambda: _is_ready(hub, process), "the pages of the hub")
        yield hub
    finally:
        end_process(process)


def _is_ready(hub: Hub, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise AssertionError(f"The hub ended:\n{hub.words()}")
    return (
        "JupyterHub is now running" in hub.words()
        and re.search(r"pool of history\.ipynb is filled", hub.words()) is not None
    )
