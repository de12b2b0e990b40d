"""Install the project and its tools into the environment that runs this file.

Usage: python .ci/install.py [tested|newest|lowest]

`tested` takes the versions in constraints.txt, `newest` what the index has today, `lowest` the
lower bounds of pyproject.toml. NEWEST=1 in the environment makes `newest` the usual one.

uv takes seconds where pip takes minutes. It does not read pip's configuration, so that is
handed over; where uv cannot be had or does not succeed, pip does the work. Where the versions that
were tested cannot be had, newer ones are taken, and that is said.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

WHAT = ("-e", ".[dev]")

ROOT = Path(__file__).resolve().parents[1]
#: The versions with which the tests have passed, from ROOT; made by .ci/constraints.py.
CONSTRAINTS = "constraints.txt"
CHOICES = ("tested", "newest", "lowest")

#: Options of pip and the variables under which uv knows them.
UV_VARIABLES = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "no-index": "UV_NO_INDEX",
    "constraint": "UV_CONSTRAINT",
    "trusted-host": "UV_INSECURE_HOST",
    "cert": "SSL_CERT_FILE",
    "proxy": "ALL_PROXY",
    "timeout": "UV_HTTP_TIMEOUT",
    "default-timeout": "UV_HTTP_TIMEOUT",
}
#: Where pip finds its options, the strongest last.
SCOPES = ("global", "install", ":env:")


def parse_configuration(listing: str) -> dict[str, str]:
    """Return the options in the output of `pip config list`, each in its strongest scope."""
    found: dict[str, dict[str, str]] = {scope: {} for scope in SCOPES}
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        scope, _, option = key.rpartition(".")
        if separator and scope in found:
            found[scope][option] = str(ast.literal_eval(value))
    return {option: value for scope in SCOPES for option, value in found[scope].items()}


def uv_environment(options: dict[str, str]) -> dict[str, str]:
    """Return the variables that tell uv what `options` tell pip."""
    variables = {UV_VARIABLES[o]: v for o, v in options.items() if o in UV_VARIABLES}
    # uv separates these by commas where pip takes spaces and lines.
    if "UV_FIND_LINKS" in variables:
        variables["UV_FIND_LINKS"] = ",".join(variables["UV_FIND_LINKS"].split())
    for name in ("UV_INDEX", "UV_CONSTRAINT", "UV_INSECURE_HOST"):
        if name in variables:
            variables[name] = " ".join(variables[name].split())
    # pip takes the best version of all indexes, uv by default the first index that has any.
    # pip compiles what it installs, so that programs start fast from the first time on.
    return {
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_COMPILE_BYTECODE": "1",
        **variables,
    }


def run(*arguments: str, extra: dict[str, str] | None = None) -> bool:
    """Run a module of this Python and return whether it succeeded."""
    command = [sys.executable, "-m", *arguments]
    environment = {**os.environ, **(extra or {})}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode == 0


def configured_uv() -> dict[str, str] | None:
    """Return the variables for uv; None where it cannot be had."""
    if not run("pip", "install", "-qq", "uv"):
        return None
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    return uv_environment(parse_configuration(listing))


def install_with_uv(choice: str) -> bool:
    """Install with uv and return whether that succeeded."""
    variables = configured_uv()
    if variables is None:
        return False
    if choice == "tested":  # beside what the configuration asks for, not in its place
        asked = f"{variables.get('UV_CONSTRAINT', '')} {CONSTRAINTS}".strip()
        variables = {**variables, "UV_CONSTRAINT": asked}
    lowest = ("--resolution", "lowest-direct") if choice == "lowest" else ()
    command = ("uv", "pip", "install", "--python", sys.executable, "--quiet", *lowest, *WHAT)
    return run(*command, extra=variables)


def install_with_pip(choice: str) -> bool:
    """Install with pip and return whether that succeeded."""
    tested = ("--constraint", CONSTRAINTS) if choice == "tested" else ()
    return run("pip", "install", "--quiet", *tested, *WHAT)


def main(choice: str) -> int:
    """Install and return the exit code."""
    print(f"Installing Ganglioside and its dependencies ({choice} versions) ...", flush=True)
    if install_with_uv(choice):
        return 0
    if choice == "lowest":
        print("Only uv can choose the lowest versions, and it did not succeed.", file=sys.stderr)
        return 1
    print("uv is not available or did not succeed; pip takes a few minutes.", flush=True)
    if install_with_pip(choice):
        return 0
    if choice == "tested":
        print("The versions that were tested cannot be had here: taking the newest.", flush=True)
        return 0 if install_with_pip("newest") else 1
    return 1


if __name__ == "__main__":
    usual = "newest" if os.environ.get("NEWEST") else "tested"
    chosen = sys.argv[1] if len(sys.argv) > 1 else usual
    sys.exit(main(chosen) if chosen in CHOICES else f"{chosen!r}: use one of {', '.join(CHOICES)}.")
