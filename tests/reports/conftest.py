"""Tables and a page that tests of reports share: each is made once."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_builder import EVIL, run_cells

import ganglioside as gg


@pytest.fixture(scope="session")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "liver 3.csv"
    path.write_bytes(gg.example().source.content)
    return path


@pytest.fixture(scope="session")
def evil_table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("input") / "evil <b>.csv"
    rows = [f"GM1({c}:1;O2),{c / 4},1000,1,T,{EVIL}" for c in (34, 36, 38, 40)]
    rows += [f'"{EVIL}",9,5,1,F,a', "=cmd|'/C calc'!A0,9.2,5,1,T,b", "GM1(42:1;O2),N/A,5,1,F,c"]
    path.write_text("Name,RT,Volume,Log P,Anchor,Note\n" + "\n".join(rows) + "\n")
    return path


@pytest.fixture(scope="session")
def page(table: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("out") / "page.html"
    run_cells(source=str(table), output=str(out), title=f"Liver {EVIL}")
    return out.read_text(encoding="utf-8")
