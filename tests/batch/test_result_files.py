"""What a batch has written is known by its ledger."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganglioside.batch.result_files import LEDGER, PAGES, is_result


@pytest.mark.parametrize("name", [*PAGES, LEDGER, "verdicts/a.csv", "reports/a.html"])
def test_a_file_is_a_result_where_a_ledger_stands(name: str, tmp_path: Path) -> None:
    assert not is_result(tmp_path / name)
    (tmp_path / LEDGER).touch()
    assert is_result(tmp_path / name)
    assert not is_result(tmp_path / "liver.csv")
