"""`deploy/install.sh --back`, `--name` and `--python`, on a machine whose programs are played.

The database is a file with the number of its schema; a version of the program knows schemas up to
its own, and takes over older ones. A real machine: `test_install.py`.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from paths import ROOT

#: Programs of the machine, each a shell script; $MACHINE is its folder.
PROGRAMS = {
    "id": "echo 0",
    "systemctl": 'echo "$@" >> "$MACHINE/systemctl"',
    "runuser": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    "nginx": "exit 0",
    "date": """
        [ "$1" = +%Y%m%d-%H%M%S ] || exec /bin/date "$@"
        echo tick >> "$MACHINE/ticks"; echo "20261201-$(wc -l < "$MACHINE/ticks")" """,
    "pg_dump": """
        for each in "$@"; do
            case $each in --file=*) cp "$MACHINE/database" "${each#*=}" ;; esac
        done""",
    "pg_restore": """for last in "$@"; do :; done; cp "$last" "$MACHINE/database" """,
    "psql": """
        [ ! -e "$MACHINE/no-database" ] || exit 2
        aside=$(echo "$*" | sed -n "s/.*RENAME TO ganglioside_//p")
        [ -z "$aside" ] || mv "$MACHINE/database" "$MACHINE/$aside" """,
    "python3": """
        case $* in
            -c*) cat "$MACHINE/minor" ;;
            *venv*)
                mkdir -p "$3/bin" "$3/wheel"; cp "$MACHINE/next" "$3/knows"
                cp "$MACHINE/bin/pip" "$MACHINE/bin/ganglioside" "$3/bin"
                cp "$MACHINE/bin/noting" "$3/bin/python3" ;;
        esac""",
    "pip": 'touch "$(dirname "$0")/../wheel/ganglioside-1.whl"',
    # That of a version: it notes in the log what was brought back.
    "noting": 'echo "$2" >> "$MACHINE/noted"',
    "ganglioside": """
        [ "$1" = history ] || exit 0
        knows=$(cat "$(dirname "$0")/../knows")
        [ "$(cat "$MACHINE/database")" -le "$knows" ] || exit 1
        echo "$knows" > "$MACHINE/database" """,
}


@dataclass(frozen=True)
class Machine:
    """A machine with a server of schema 1."""

    folder: Path

    def run(self, *options: str, code: int = 0) -> str:
        """What `install.sh` says, with its errors."""
        script = self.folder / "checkout/deploy/install.sh"
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        done = subprocess.run(
            ["sh", script, *options], env={"PATH": path, "MACHINE": str(self.folder)}, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60,
        )  # fmt: skip
        assert done.returncode == code, done.stdout
        return done.stdout

    def upgrade(self, schema: int, *options: str, code: int = 0) -> str:
        """Run a version that takes the database over to a schema."""
        self.write("next", schema)
        return self.run(*options, code=code)

    def write(self, name: str, value: object) -> None:
        (self.folder / name).write_text(f"{value}\n")

    @property
    def database(self) -> int:
        """Schema of the database."""
        return int((self.folder / "database").read_text())

    @property
    def runs(self) -> int:
        """Schema that the version which runs knows."""
        assert (self.folder / "systemctl").read_text().split("\n")[-2] != "stop ganglioside.target"
        return int((self.folder / "opt/current/knows").read_text())

    @property
    def name(self) -> str:
        (name,) = re.findall('GANGLIOSIDE_NAME="(.*)"', self.read("etc/server.env"))
        return str(name)

    def read(self, name: str) -> str:
        return (self.folder / name).read_text()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    made = Machine(tmp_path)
    deploy = shutil.copytree(ROOT / "deploy", tmp_path / "checkout/deploy")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "checkout")
    for folder in ("bin", "etc/tls", "opt/versions", "state", "backups", "units", "nginx", "local"):
        (tmp_path / folder).mkdir(parents=True)
    script = (deploy / "install.sh").read_text()
    for name, folder in {
        "ETC": "etc", "OPT": "opt", "STATE": "state", "BACKUPS": "backups", "UNITS": "units",
        "NGINX": "nginx/ganglioside.conf",
    }.items():  # fmt: skip
        script, found = re.subn(rf"(?m)^{name}=/.*$", f"{name}={tmp_path}/{folder}", script)
        assert found == 1, name
    (deploy / "install.sh").write_text(script.replace("/usr/local/bin/", f"{tmp_path}/local/"))
    # A version starts unless its schema is the one that is named in `broken`.
    starts = '! cmp -s "$MACHINE/broken" "$(dirname "$0")/../knows"'
    (deploy / "healthy").write_text(f"#!/bin/sh\n{starts}\n")
    for name, text in PROGRAMS.items():
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / "bin" / name).chmod(0o755)
    first = tmp_path / "opt/versions/20261130-1"
    shutil.copytree(deploy / "systemd", first / "systemd")
    (first / "bin").mkdir()
    for program in ("ganglioside", "pip"):
        shutil.copy(tmp_path / "bin" / program, first / "bin")
    shutil.copy(tmp_path / "bin/noting", first / "bin/python3")
    shutil.copy(deploy / "healthy", first / "bin")
    (first / "bin/healthy").chmod(0o755)
    (first / "knows").write_text("1\n")
    (tmp_path / "opt/current").symlink_to(first)
    made.write("database", 1)
    made.write("systemctl", "start ganglioside.target")
    made.write("minor", 11)
    made.write(
        "etc/server.env",
        'GANGLIOSIDE_NAME="lab.test"\nGANGLIOSIDE_HISTORY="postgresql:///ganglioside"',
    )
    (tmp_path / "etc/secrets").mkdir()
    return made


def test_back_from_an_upgrade_that_changed_the_database(machine: Machine) -> None:
    assert "--back" in machine.upgrade(2)
    assert (machine.database, machine.runs) == (2, 2)
    said = machine.run("--back")
    assert (machine.database, machine.runs) == (1, 1)
    (kept,) = re.findall(r"kept as ganglioside_(left_\d+)", said)
    assert machine.read(kept) == "2\n"  # what was stored since
    assert machine.read("noted") == "before-20261201-1.dump\n"
    machine.upgrade(2)  # and forward again
    assert (machine.database, machine.runs) == (2, 2)


def test_back_from_an_upgrade_that_did_not_keeps_what_was_stored_since(machine: Machine) -> None:
    machine.upgrade(1)
    newer = (machine.folder / "opt/current").readlink()
    assert "kept as" not in machine.run("--back")
    assert not (machine.folder / "noted").exists()
    assert (machine.database, machine.runs) == (1, 1)
    assert (machine.folder / "opt/current").readlink() != newer


def test_back_after_an_upgrade_that_failed(machine: Machine) -> None:
    """It goes to the version before the one that runs, not to the one that failed."""
    machine.upgrade(2)
    machine.write("broken", 3)
    shortened = machine.folder / "checkout/deploy/install.sh"
    shortened.write_text(shortened.read_text().replace("GANGLIOSIDE_PATIENCE:-120", "X:-0"))
    assert "The version of before runs again" in machine.upgrade(3, code=1)
    assert (machine.database, machine.runs) == (2, 2)
    machine.run("--back")
    assert (machine.database, machine.runs) == (1, 1)


def test_back_is_the_version_that_was_replaced_not_the_one_that_was_left(machine: Machine) -> None:
    machine.upgrade(2)
    machine.run("--back")
    machine.upgrade(3)
    machine.run("--back")
    assert (machine.database, machine.runs) == (1, 1)


def test_there_is_nothing_to_go_back_to(machine: Machine) -> None:
    assert "nothing to go back to" in machine.run("--back", code=1)
    machine.upgrade(2)
    machine.run("--back")
    assert "nothing to go back to" in machine.run("--back", code=1)
    assert (machine.database, machine.runs) == (1, 1)
    (machine.folder / "opt/current").unlink()
    assert "no server here" in machine.run("--back", code=1)


@pytest.mark.parametrize("missing", ["copy", "database"])
def test_what_cannot_go_back_stays_as_it_is(machine: Machine, missing: str) -> None:
    machine.upgrade(2)
    if missing == "copy":
        (copy,) = (machine.folder / "backups").glob("before-*.dump")
        copy.unlink()
    else:
        machine.write("no-database", "")
    assert "Nothing has changed" in machine.run("--back", code=1)
    assert (machine.database, machine.runs) == (2, 2)


def test_a_version_from_before_there_was_a_way_back(machine: Machine) -> None:
    """Earlier installations did not note which version replaced which: the next older one."""
    machine.upgrade(2)
    for note in (machine.folder / "opt/versions").glob("*/replaces"):
        note.unlink()
    machine.run("--back")
    assert (machine.database, machine.runs) == (1, 1)


def test_an_upgrade_keeps_the_version_before_and_no_older_one(machine: Machine) -> None:
    for schema in (2, 3, 4):
        machine.upgrade(schema)
    versions = machine.folder / "opt/versions"
    assert sorted((one / "knows").read_text() for one in versions.iterdir()) == ["3\n", "4\n"]


def test_the_name_stays_unless_another_is_given(machine: Machine) -> None:
    conf = machine.folder / "nginx/ganglioside.conf"
    machine.upgrade(2)
    assert machine.name == "lab.test"
    assert not conf.exists()  # what nobody asked to change is not written anew
    conf.write_text(f"    ssl_certificate     {machine.folder}/etc/tls/fullchain.pem;\n")
    _certificate(machine, "lab.test")
    machine.upgrade(2, "--name=new.test")
    assert machine.name == "new.test"
    assert "server_name new.test" in conf.read_text()
    assert "lab.test" not in conf.read_text()
    assert "new.test" in _subject(machine)
    machine.upgrade(2)
    assert machine.name == "new.test"


def test_a_certificate_of_ones_own_is_not_replaced(machine: Machine) -> None:
    own = machine.folder / "own"
    own.mkdir()
    conf = machine.folder / "nginx/ganglioside.conf"
    conf.write_text(f"    ssl_certificate     {own}/fullchain.pem;\n")
    _certificate(machine, "lab.test")
    (machine.folder / "etc/tls/fullchain.pem").rename(own / "fullchain.pem")
    said = machine.upgrade(2, "--name", "new.test", code=1)
    assert "is not for new.test: name another with --tls" in said
    assert (machine.name, machine.runs) == ("lab.test", 1)


def _certificate(machine: Machine, name: str) -> None:
    tls = machine.folder / "etc/tls"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={name}", "-addext", f"subjectAltName=DNS:{name}", "-keyout", tls / "privkey.pem",
         "-out", tls / "fullchain.pem"], check=True, capture_output=True,
    )  # fmt: skip


def _subject(machine: Machine) -> str:
    file = machine.folder / "etc/tls/fullchain.pem"
    asked = ["openssl", "x509", "-noout", "-subject", "-in", file]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("minor", [10, 14])
def test_a_python_that_does_not_fit_is_told_at_once(machine: Machine, minor: int) -> None:
    machine.write("minor", minor)
    said = machine.upgrade(2, code=1)
    assert f"Python 3.11 to 3.13, and python3 is 3.{minor}" in said
    assert "--python python3.13" in said
    assert machine.read("systemctl") == "start ganglioside.target\n"  # nothing was done
    python = machine.folder / "bin/python3.13"
    python.write_text(
        (machine.folder / "bin/python3").read_text().replace("$MACHINE/minor", "$0.minor")
    )
    python.chmod(0o755)
    (machine.folder / "bin/python3.13.minor").write_text("13\n")
    machine.run("--python", "python3.13")
    assert machine.runs == 2
    assert "There is no python3.99" in machine.run("--python", "python3.99", code=1)


def test_the_script_is_free_of_what_shellcheck_finds() -> None:
    shellcheck = shutil.which(
        "shellcheck", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    )
    if shellcheck is None:
        pytest.skip("There is no shellcheck.")
    scripts = [ROOT / "deploy" / name for name in ("install.sh", "prepare")]
    subprocess.run([shellcheck, "--shell=sh", *scripts], check=True)
