#!/usr/bin/python3 -u
"""What carries out units where systemd cannot run: in a container of the tests.

`systemctl boot` is the first process. It starts what is enabled, and more when it is asked, as
their units say (user, environment, credentials, signals, restarts), and takes orders by a socket.
Timers are only known as enabled. Services that are not ours are left to Debian's `service`.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

UNITS = Path("/etc/systemd/system")
ENABLED = UNITS / "enabled"
SOCKET = "/run/systemctl.sock"
TARGET = "ganglioside.target"


def is_ours(name: str) -> bool:
    return name.startswith("ganglioside")


def full(name: str) -> str:
    return name if name.endswith((".service", ".target", ".timer")) else f"{name}.service"


def settings_of(name: str) -> dict[str, list[str]]:
    """Settings of the section [Service] of a unit and its drop-ins, each with all its values."""
    files = [UNITS / re.sub(r"@[^.]*\.", "@.", name)]
    files += sorted((UNITS / "ganglioside-.service.d").glob("*.conf"))
    found: dict[str, list[str]] = {}
    for file in files:
        section = ""
        for line in file.read_text().replace("\\\n", " ").splitlines():
            if line.startswith("["):
                section = line
            elif "=" in line and not line.startswith(("#", ";")) and section == "[Service]":
                key, _, value = line.partition("=")
                found.setdefault(key, []).append(value.strip())
    return found


def filled(command: str, environment: dict[str, str]) -> list[str]:
    """Words of a command, with the values of its variables."""
    return [
        re.sub(r"\$\{(\w+)\}", lambda found: environment.get(found[1], ""), word)
        for word in shlex.split(command)
    ]


@dataclass
class Service:
    """A service that is to run."""

    name: str
    process: subprocess.Popen[bytes] | None = None
    wanted: threading.Event = field(default_factory=threading.Event)

    def environment(self, settings: dict[str, list[str]]) -> dict[str, str]:
        found = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
        credentials = Path(f"/run/credentials/{self.name}")
        for line in settings.get("LoadCredential", []):
            name, _, source = line.partition(":")
            credentials.mkdir(parents=True, exist_ok=True)
            (credentials / name).write_bytes(Path(source).read_bytes())
            subprocess.run(["chown", "-R", settings["User"][0], str(credentials)], check=True)
        lines = [word for line in settings.get("Environment", []) for word in shlex.split(line)]
        for file in settings.get("EnvironmentFile", []):
            text = Path(file).read_text()
            lines += [
                shlex.split(each)[0] for each in text.splitlines() if each[:1] not in ("#", "")
            ]
        for line in lines:
            name, _, value = line.partition("=")
            found[name] = value.replace("%d", str(credentials))
        return found

    def start(self) -> None:
        if not self.wanted.is_set():
            self.wanted.set()
            threading.Thread(target=self._keep, daemon=True).start()

    def _keep(self) -> None:
        while self.wanted.is_set():
            settings = settings_of(self.name)
            environment = self.environment(settings)
            command = filled(settings["ExecStart"][0], environment)
            with Path(f"/var/log/{self.name}.log").open("ab") as log:
                self.process = subprocess.Popen(
                    ["setpriv", f"--reuid={settings['User'][0]}", f"--regid={settings['Group'][0]}",
                     "--init-groups", "--no-new-privs", *command],
                    env=environment, stdout=log, stderr=log, cwd=settings["WorkingDirectory"][0],
                    start_new_session=True,
                )  # fmt: skip
            code = self.process.wait()
            if str(code) in settings.get("RestartPreventExitStatus", [""])[0].split():
                self.wanted.clear()
                return
            time.sleep(float(settings.get("RestartSec", ["1"])[0]))

    @property
    def state(self) -> str:
        """As systemd says it; it is active too while it waits for its next start."""
        return "active" if self.wanted.is_set() else "inactive"

    def stop(self) -> None:
        self.wanted.clear()
        if self.process is None or self.process.poll() is not None:
            return
        settings = settings_of(self.name)
        self.process.send_signal(signal.Signals[settings.get("KillSignal", ["SIGTERM"])[0]])
        try:
            self.process.wait(60)
        finally:  # what is left of its group
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Machine:
    """Every service of ours on this machine."""

    def __init__(self) -> None:
        self._services: dict[str, Service] = {}

    def carry_out(self, verb: str, names: list[str]) -> None:
        for name in names:
            for one in enabled() if name == TARGET else [name]:
                if not one.endswith(".service"):
                    continue
                service = self._services.setdefault(one, Service(one))
                if verb in ("stop", "restart"):
                    service.stop()
                if verb in ("start", "restart"):
                    service.start()

    def state(self, name: str) -> str:
        service = self._services.get(name)
        return "inactive" if service is None else service.state

    def run(self) -> None:
        """Start what is enabled, then do as told."""
        Path(SOCKET).unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(SOCKET)
        listening.listen()
        for name in ("postgresql", "nginx"):
            if Path(f"/etc/init.d/{name}").exists():
                subprocess.run(["service", name, "start"], check=False)
        if (ENABLED / TARGET).exists():
            self.carry_out("start", [TARGET])
        while True:
            connection, _ = listening.accept()
            with connection:
                verb, names = json.loads(connection.recv(65_536))
                self.carry_out(verb, names)
                connection.sendall(" ".join(map(self.state, names)).encode() or b"done")


def enabled() -> list[str]:
    return [file.name for file in ENABLED.glob("*") if file.name != TARGET]


def main(arguments: list[str]) -> int:
    verb, *rest = [each for each in arguments if each not in ("-q", "--quiet", "--now")]
    names = [full(name) for name in rest]
    if verb == "boot":
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        Machine().run()
    if verb == "enable":
        ENABLED.mkdir(exist_ok=True)
        for name in filter(is_ours, names):
            (ENABLED / name).touch()
    if verb in ("start", "stop", "restart"):
        for name in names:
            if not is_ours(name):
                subprocess.run(["service", name.removesuffix(".service"), verb], check=True)
        ask(verb, [name for name in names if is_ours(name)])
    if verb == "is-active":
        state = ask(verb, names)
        print(state)
        return 0 if state == "active" else 3
    return 0


def ask(verb: str, names: list[str]) -> str:
    """Give an order to the first process, and return the states of its units then."""
    with socket.socket(socket.AF_UNIX) as asking:
        asking.connect(SOCKET)
        asking.sendall(json.dumps([verb, names]).encode())
        return asking.recv(65_536).decode()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
