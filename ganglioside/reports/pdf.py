"""Printing of a page as PDF, by a Chromium of the machine."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final

from ganglioside.errors import ExportError, ReportError
from ganglioside.support.whole_files import write_whole

#: Commands of Chromium and related browsers; the first one found is used.
BROWSERS: Final = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "msedge",
    "chromium-headless-shell",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)

#: Seconds that printing may take.
TIMEOUT: Final = 180


def find_browser() -> str | None:
    """Command of a Chromium, or None; `GANGLIOSIDE_CHROMIUM` names another."""
    named = os.environ.get("GANGLIOSIDE_CHROMIUM")
    commands = [named] if named else BROWSERS
    found = (shutil.which(command) for command in commands)
    return next((path for path in found if path), None)


def require_browser() -> str:
    """Command of a Chromium.

    Raises
    ------
    ReportError
        If there is none.
    """
    browser = find_browser()
    if browser is None:
        raise ReportError(
            "A PDF needs Chromium, Chrome or Edge, and none was found: install one, or name it "
            "in GANGLIOSIDE_CHROMIUM, or open the HTML report and print it from your browser."
        )
    return browser


def print_pdf(page: Path, target: Path) -> Path:
    """Print an HTML file to a PDF file.

    Raises
    ------
    ReportError
        If there is no Chromium, or it does not print.
    """
    browser = require_browser()
    with tempfile.TemporaryDirectory() as folder:
        printed = Path(folder) / "printed.pdf"
        command = [
            browser, "--headless", "--disable-gpu", "--no-pdf-header-footer",
            "--virtual-time-budget=5000", f"--user-data-dir={folder}",
            f"--print-to-pdf={printed}", page.absolute().as_uri(),
        ]  # fmt: skip
        if hasattr(os, "geteuid") and os.geteuid() == 0:
            command.insert(1, "--no-sandbox")  # Chromium refuses to run as root with one
        try:
            run = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT)
        except subprocess.TimeoutExpired as error:
            raise ReportError(f"{browser} did not print {page} in {TIMEOUT} s.") from error
        if not printed.is_file():
            raise ReportError(f"{browser} did not print {page}: {run.stderr.strip()[-400:]}")
        try:
            return write_whole(target, printed.read_bytes())
        except ExportError as error:
            raise ReportError(str(error)) from error
