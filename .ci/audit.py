"""Look for known holes in what is installed, dangerous code in what we wrote, and binding licences.

Usage: python .ci/audit.py   (exits 1 where something is found that nobody has judged)

The tools live in an environment of their own, .venv-audit, so that what is looked at is what was
tested. Where no database of holes can be reached, that is said, and the rest goes on; in continuous
integration (CI=true) it is a fault.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import sysconfig
import venv
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
TOOLS = ROOT / ".venv-audit"
CODE = ("ganglioside", "widgets/ganglioside_widgets")

NO_DOCTYPE = "no document type comes so far: archives.py refuses it"

#: What bandit finds and somebody has judged: start of the path, test, reason.
JUDGED = (
    ("ganglioside/history/", "B608", "values are bound; names of tables and columns are our own"),
    ("ganglioside/batch/comparison.py", "B608", "values are bound; the columns are our own"),
    ("ganglioside/history/care/verify.py", "B311", "draws a sample, seeded on purpose; no secret"),
    ("ganglioside/amounts/losses.py", "B101", "narrows a type: there is always a limit"),
    ("ganglioside/display/cards.py", "B704", "our own style sheet"),
    ("ganglioside/display/sketch.py", "B704", "our own drawing: its texts are escaped"),
    ("widgets/ganglioside_widgets/panels/results.py", "B101", "narrows a type: a result is shown"),
    ("widgets/ganglioside_widgets/panels/species_list.py", "B101", "narrows a type: it is shown"),
    ("widgets/ganglioside_widgets/state/review.py", "B101", "narrows a type: a result is shown"),
    ("ganglioside/batch/overview.py", "B704", "our own page: its texts are escaped by Jinja"),
    ("ganglioside/reports/report.py", "B704", "our own page: its texts are escaped by Jinja"),
    ("ganglioside/reports/engine.py", "B102", "the report notebook's own cells"),
    ("ganglioside/reports/pdf.py", "B404", "lists of arguments, no shell"),
    ("ganglioside/reports/pdf.py", "B603", "lists of arguments, no shell"),
    ("ganglioside/jobs/launcher.py", "B404", "lists of arguments, no shell"),
    ("ganglioside/jobs/launcher.py", "B603", "lists of arguments, no shell"),
    ("ganglioside/reading/workbooks.py", "B405", NO_DOCTYPE),
    ("ganglioside/reading/workbooks.py", "B314", NO_DOCTYPE),
    ("ganglioside/reading/worksheets.py", "B405", NO_DOCTYPE),
    ("ganglioside/reading/worksheets.py", "B314", NO_DOCTYPE),
    ("ganglioside/exporting/worksheet_cells.py", "B406", "escapes what is written; reads nothing"),
    ("ganglioside/history/storage/store.py", "B311", "how often rows are put together; no secret"),
    ("ganglioside/jobs/worker.py", "B101", "narrows a type: a job that a worker takes is claimed"),
    ("ganglioside/jobs/worker.py", "B606", "this process anew, with its own arguments"),
    ("ganglioside/server/problems.py", "B101", "narrows a type that starlette has looked up"),
    ("ganglioside/server/routes/tokens.py", "B101", "narrows a type: the token was just made"),
    ("ganglioside/server/standalone.py", "B107", "an empty token is none, and lets nobody in"),
    ("ganglioside/watching/doctor.py", "B310", "http and https only: looked at the line before"),
    ("widgets/ganglioside_widgets/serving/", "B107", "an empty token is none, and lets nobody in"),
    ("widgets/ganglioside_widgets/serving/", "B105", "an empty token is none, and lets nobody in"),
    ("widgets/ganglioside_widgets/serving/door.py", "B104", "compares; binds nothing"),
)

#: Licences that ask for no more than to be named; the MPL binds changes of its own files alone.
FREE = re.compile(
    r"(MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|MPL|Mozilla Public License"
    r"|Zlib|CC0|Unlicense|HPND)\b"
)
BINDING = re.compile(r"GPL|General Public|SSPL|EUPL|NonCommercial|-NC\b")
#: Packages whose metadata names no licence, or another one, and why they may stay.
LICENCES_JUDGED = {
    "axe-playwright-python": "names none; only for the tests, never installed for users",
    "docutils": "public domain; the GPL is that of a file for Emacs; only for the documentation",
    "psycopg": "LGPL: binds changes of itself; only with the extra `postgres`",
    "psycopg-pool": "LGPL: binds changes of itself; only with the extra `postgres`",
    "psycopg-binary": "LGPL: binds changes of itself; only with the extra `postgres`",
}


def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a module of the tools' environment."""
    python = TOOLS / ("Scripts" if os.name == "nt" else "bin") / "python"
    return subprocess.run(
        [str(python), "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )


def install_tools() -> None:
    """Make the tools' environment.

    Raises
    ------
    SystemExit
        If they cannot be installed.
    """
    if tool_is_there():
        return
    venv.create(TOOLS, with_pip=True, clear=True)
    made = tool("pip", "install", "--quiet", "bandit>=1.9", "pip-audit>=2.9", "pip-licenses>=5")
    if made.returncode:
        raise SystemExit(f"The tools cannot be installed:\n{made.stderr}")


def tool_is_there() -> bool:
    """Return whether the tools are installed."""
    return TOOLS.is_dir() and tool("bandit", "--version").returncode == 0


# --- known holes ---------------------------------------------------------------------------


def holes(answer: str) -> tuple[list[str], int, int]:
    """Return the holes that pip-audit found, how many packages it knew, and how many there are.

    It calls packages that it could not look up skipped, and the whole a success.
    """
    try:
        packages: list[dict[str, Any]] = json.loads(answer)["dependencies"]
    except ValueError:
        return [], 0, 0
    known = [package for package in packages if "vulns" in package]
    found = [
        f"{package['name']} {package['version']}: {hole['id']}, "
        f"cured in {', '.join(hole['fix_versions']) or 'no version yet'}"
        for package in known
        for hole in package["vulns"]
    ]
    return found, len(known), len(packages)


def look_for_holes() -> list[str]:
    """Look up the installed packages and return what is at fault."""
    site = sysconfig.get_path("purelib")
    asked = tool("pip_audit", "--path", site, "--progress-spinner", "off", "--format", "json")
    found, known, total = holes(asked.stdout)
    if known:
        print(f"Known holes: {len(found)} in {known} of {total} packages that could be looked up.")
        return found
    reason = asked.stderr.strip().splitlines()[-1:] if not total else []
    print("Known holes: NOT LOOKED FOR, no database can be reached from here.", *reason)
    return ["known holes were not looked for"] if os.environ.get("CI") else []


# --- our code --------------------------------------------------------------------------------


def unjudged(results: list[dict[str, Any]]) -> list[str]:
    """Return the findings of bandit that nobody has judged."""
    return [
        f"{result['filename']}:{result['line_number']}: {result['test_id']} {result['issue_text']}"
        for result in results
        if not any(
            result["filename"].removeprefix("./").startswith(path) and result["test_id"] == test
            for path, test, _ in JUDGED
        )
    ]


def look_at_code() -> list[str]:
    """Run bandit and return what nobody has judged."""
    asked = tool("bandit", "--quiet", "--format", "json", "--recursive", *CODE)
    results = json.loads(asked.stdout)["results"]
    found = unjudged(results)
    print(f"bandit: {len(results)} findings, {len(found)} not judged.")
    for test, number in sorted(Counter(result["test_id"] for result in results).items()):
        reasons = sorted({reason for _, judged, reason in JUDGED if judged == test})
        print(f"  {test} {number:>3}  {'; '.join(reasons)}")
    return found


# --- licences ----------------------------------------------------------------------------------


def binding(packages: list[dict[str, str]]) -> list[str]:
    """Return the packages whose licence is unknown, or binds who uses them."""
    return [
        f"{package['Name']}: {package['License']}"
        for package in packages
        if not FREE.search(package["License"])
        or (BINDING.search(package["License"]) and " OR " not in package["License"])
        if package["Name"] not in LICENCES_JUDGED
    ]


def look_at_licences() -> list[str]:
    """Read the licences of all installed packages and return what is at fault."""
    asked = tool("piplicenses", "--python", sys.executable, "--from", "mixed", "--format", "json")
    packages = json.loads(asked.stdout)
    found = binding(packages)
    print(f"Licences: {len(packages)} packages, {len(found)} unknown or binding.")
    return found


def main() -> int:
    """Look at everything and return the exit code."""
    install_tools()
    found = [*look_for_holes(), *look_at_code(), *look_at_licences()]
    for fault in found:
        print(f"  {fault}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
