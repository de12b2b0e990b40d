"""Reports of errors in kernels: only where they are wanted. What is sent: test_error_reports."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ganglioside_widgets.elements.fault_reports import report_faults


def test_a_shell_stays_as_it_is_where_no_reports_are_wanted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    show = lambda: None  # noqa: E731
    shell = SimpleNamespace(showtraceback=show)
    report_faults(shell)
    report_faults(None)
    assert shell.showtraceback is show
