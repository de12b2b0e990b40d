"""Install the project and its tools into the environment that runs this file.

uv takes seconds where pip takes minutes. It does not read pip's configuration, so that is
handed over; where uv cannot be had or does not succeed, pip does the work.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys

WHAT = ("-e", ".[dev]")

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
    return subprocess.run(command, env={**os.environ, **(extra or {})}, check=False).returncode == 0


def install_with_uv() -> bool:
    """Install with uv and return whether that succeeded."""
    if not run("pip", "install", "-qq", "uv"):
        return False
    listing = subprocess.run(
        [sys.executable, "-m", "pip", "config", "list"], capture_output=True, text=True, check=True
    ).stdout
    extra = uv_environment(parse_configuration(listing))
    return run("uv", "pip", "install", "--python", sys.executable, "--quiet", *WHAT, extra=extra)


def main() -> int:
    """Install and return the exit code."""
    print("Installing Ganglioside and its dependencies ...", flush=True)
    if install_with_uv():
        return 0
    print("uv is not available or did not succeed; pip takes a few minutes.", flush=True)
    return 0 if run("pip", "install", "--quiet", *WHAT) else 1


if __name__ == "__main__":
    sys.exit(main())
