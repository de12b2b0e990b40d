"""The audit finds what it is there for, and never takes silence for safety."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any

import pytest
from paths import ROOT


@pytest.fixture(scope="module")
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", ROOT / ".ci" / "audit.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


KNOWN = {"name": "a", "version": "1", "vulns": []}
HOLED = {"name": "b", "version": "2", "vulns": [{"id": "CVE-1", "fix_versions": ["3"]}]}
SKIPPED = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def test_holes_are_named_with_their_cure(audit: ModuleType) -> None:
    answer = json.dumps({"dependencies": [KNOWN, HOLED, SKIPPED]})
    assert audit.holes(answer) == (["b 2: CVE-1, cured in 3"], 2, 3)


class Answer:
    """What a tool says."""

    def __init__(self, stdout: str, stderr: str = "") -> None:
        self.stdout, self.stderr, self.returncode = stdout, stderr, 0


@pytest.mark.parametrize(
    "answer",
    [Answer(json.dumps({"dependencies": [SKIPPED]})), Answer("", "ConnectionError: no route")],
)
@pytest.mark.parametrize("ci", [False, True])
def test_a_database_out_of_reach_is_told_and_a_fault_in_continuous_integration(
    audit: ModuleType, answer: Answer, ci: bool, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr(audit, "tool", lambda *_: answer)
    monkeypatch.delenv("CI", raising=False)
    if ci:
        monkeypatch.setenv("CI", "true")
    assert bool(audit.look_for_holes()) is ci
    assert "NOT LOOKED FOR" in capsys.readouterr().out


def finding(path: str, test: str) -> dict[str, Any]:
    return {"filename": path, "test_id": test, "line_number": 1, "issue_text": "x"}


def test_only_what_was_judged_passes(audit: ModuleType) -> None:
    judged = [finding("ganglioside/reports/engine.py", "B102"),
              finding("./ganglioside/history/session_rows.py", "B608")]  # fmt: skip
    new = [finding("ganglioside/reports/engine.py", "B310"),
           finding("ganglioside/cli/root.py", "B102")]  # fmt: skip
    assert len(audit.unjudged([*judged, *new])) == 2
    assert audit.unjudged(judged) == []


def test_each_judgement_is_of_a_file_that_is_there(audit: ModuleType) -> None:
    assert [path for path, _, _ in audit.JUDGED if not (ROOT / path).exists()] == []
    assert all(reason for _, _, reason in audit.JUDGED)


@pytest.mark.parametrize(
    "licence", ["MIT", "BSD License", "Apache-2.0 AND BSD-3-Clause", "MPL-2.0", "GPL-2.0 OR MIT"]
)
def test_free_licences_pass(audit: ModuleType, licence: str) -> None:
    assert audit.binding([{"Name": "a", "License": licence}]) == []


@pytest.mark.parametrize(
    "licence",
    ["GPL-3.0", "AGPL-3.0-only", "GNU Lesser General Public License v3 (LGPLv3)", "UNKNOWN",
     "MIT AND GPL-2.0-only",
     "BSD; GNU General Public License v2", "SSPL-1.0", "Proprietary", "CC-BY-NC-4.0"],
)  # fmt: skip
def test_binding_and_unknown_licences_do_not(audit: ModuleType, licence: str) -> None:
    assert len(audit.binding([{"Name": "a", "License": licence}])) == 1
