"""Write constraints.txt: one version of every package, for all Pythons and systems that we support.

Usage: python .ci/constraints.py   (then `make clean setup check test`: it lists what was tested)
"""

from __future__ import annotations

import os
import subprocess
import sys

from install import CONSTRAINTS, ROOT, configured_uv

HEAD = """\
# The versions with which all tests have passed. `make setup` takes them, `NEWEST=1 make setup` the
# newest; `make constraints` writes this file anew.
"""

#: Versions that are not taken, from ROOT, each with its reason.
HELD = ".ci/held.txt"


def main() -> int:
    """Write the file and return the exit code."""
    variables = configured_uv()
    if variables is None:
        print("uv is needed for this, and cannot be had.", file=sys.stderr)
        return 1
    command = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
               "--extra", "dev", "--constraint", HELD, "--no-header", "--no-annotate",
               "pyproject.toml"]  # fmt: skip
    run = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, env={**os.environ, **variables},
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if run.returncode == 0:
        # Where packages came from is a matter of the machine.
        lines = [line for line in run.stdout.splitlines() if not line.startswith("-")]
        (ROOT / CONSTRAINTS).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return run.returncode


if __name__ == "__main__":
    sys.exit(main())
