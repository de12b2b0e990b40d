"""Printing by a Chromium of the machine: a stand-in here, a real one in tests/browser."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from ganglioside.errors import ReportError
from ganglioside.reports import pdf

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Let a shell script be the browser; `$target` is the file that it is to print."""
    browser = folder / "browser"
    target = (
        'for a in "$@"; do case $a in --print-to-pdf=*) target=${a#--print-to-pdf=};; esac; done'
    )
    browser.write_text(f"#!/bin/sh\n{target}\n{script}\n")
    browser.chmod(0o700)
    monkeypatch.setenv("GANGLIOSIDE_CHROMIUM", str(browser))


def test_what_the_browser_prints_is_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, 'echo "%PDF $@" > "$target"')
    page = tmp_path / "a page.html"
    assert pdf.print_pdf(page, tmp_path / "out.pdf") == tmp_path / "out.pdf"
    printed = (tmp_path / "out.pdf").read_text()
    assert printed.startswith("%PDF ")
    assert "--headless" in printed
    assert page.as_uri() in printed


def test_a_browser_that_prints_nothing_is_quoted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path, monkeypatch, "echo no display >&2; exit 1")
    with pytest.raises(ReportError, match="no display"):
        pdf.print_pdf(tmp_path / "page.html", tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


def test_a_browser_that_hangs_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "exec sleep 600")
    monkeypatch.setattr(pdf, "TIMEOUT", 0.2)
    with pytest.raises(ReportError, match=r"in 0\.2 s"):
        pdf.print_pdf(tmp_path / "page.html", tmp_path / "out.pdf")


def test_the_first_browser_that_is_installed_is_taken_unless_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GANGLIOSIDE_CHROMIUM", raising=False)
    assert pdf.find_browser() is None
    for name in ("chromium-headless-shell", "msedge", "chromium"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o700)
        assert pdf.find_browser() == str(tmp_path / name)
    monkeypatch.setenv("GANGLIOSIDE_CHROMIUM", "msedge")
    assert pdf.require_browser() == str(tmp_path / "msedge")
    monkeypatch.setenv("GANGLIOSIDE_CHROMIUM", "absent")
    with pytest.raises(ReportError, match="needs Chromium"):
        pdf.require_browser()
