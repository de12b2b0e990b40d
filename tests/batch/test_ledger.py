"""The ledger of a batch: the last entry of each name counts, what breaks off does not."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import replace
from pathlib import Path

import pytest

from ganglioside.batch.ledger import Entry, Ledger, key_of
from ganglioside.batch.plan import Item
from ganglioside.batch.result_files import LEDGER
from ganglioside.errors import BatchError
from ganglioside.reading.options import ReadingOptions
from ganglioside.settings import Settings


def test_a_ledger_that_breaks_off_is_read_and_one_that_is_none_refused(tmp_path: Path) -> None:
    line = json.dumps({"name": "a", "file": "a.csv", "key": "", "title": ""})
    (tmp_path / LEDGER).write_text(f"{line}\n" + line[:20])
    assert list(Ledger(tmp_path).read()) == ["a"]
    (tmp_path / LEDGER).write_text(f"{line}\nsomething else\n")
    with pytest.raises(BatchError, match="line 2"):
        Ledger(tmp_path).read()


def test_the_last_entry_of_a_name_counts(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    assert ledger.read() == {}
    first = Entry("a", "a.csv", "k", "Liver β", session="s", time="2026-11-26T12:00:00+00:00")
    other = Entry("b", "b.csv", "", "", error="a\nb")
    ledger.add(first)
    ledger.add(other)
    ledger.add(replace(first, report="reports/a.html"))
    assert ledger.read() == {"a": replace(first, report="reports/a.html"), "b": other}
    assert [entry.succeeded for entry in ledger.read().values()] == [True, False]
    ledger.begin([other])
    assert ledger.read() == {"b": other}


def test_a_key_changes_with_all_that_verdicts_depend_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    item = Item("a", tmp_path / "a.csv", "title", Settings())
    known = key_of(item, b"Name,RT", "csv")
    assert key_of(replace(item, name="b", title="other"), b"Name,RT", "csv") == known
    others = [
        key_of(item, b"Name,RT,", "csv"),
        key_of(item, b"Name,RT", "json"),
        key_of(replace(item, path=tmp_path / "b.csv"), b"Name,RT", "csv"),
        key_of(replace(item, settings=Settings(rt_tolerance=0.02)), b"Name,RT", "csv"),
        key_of(replace(item, reading=ReadingOptions(sheet="neg")), b"Name,RT", "csv"),
        key_of(replace(item, reading=ReadingOptions(header=False)), b"Name,RT", "csv"),
    ]
    monkeypatch.setattr("ganglioside.batch.ledger.__version__", "99.0")
    others.append(key_of(item, b"Name,RT", "csv"))
    assert len({known, *others}) == 8


def test_a_ledger_that_cannot_be_read_or_written_is_named(tmp_path: Path) -> None:
    (tmp_path / LEDGER).mkdir()
    with pytest.raises(BatchError, match=r"batch\.jsonl cannot be read"):
        Ledger(tmp_path).read()
    with pytest.raises(BatchError, match=r"batch\.jsonl cannot be written"):
        Ledger(tmp_path).add(Entry("a", "a.csv", "", ""))


@pytest.mark.parametrize("sign", ["\n", "\x85", "\u2028", "\x1e", "\udcff", "ä"])
def test_entries_of_any_name_come_back_each_in_one_line(sign: str, tmp_path: Path) -> None:
    """A line separator in a name, or a name in another encoding: no batch could be resumed."""
    ledger = Ledger(tmp_path)
    file = tmp_path / f"a{sign}b.csv"
    key = key_of(Item("a", file, "", Settings()), b"", "csv")
    entry = Entry("a", str(file), key, f"1{sign}2", error=f"{file} is empty")
    ledger.add(entry)
    ledger.add(Entry("b", "b.csv", "", ""))
    assert ledger.read()["a"] == entry
    assert ledger.path.read_bytes().count(b"\n") == 2


def test_a_ledger_of_before_with_line_separators_is_read(tmp_path: Path) -> None:
    entry = dataclasses.asdict(Entry("a", "a\u2028\x85b.csv", "", ""))
    line = json.dumps(entry, ensure_ascii=False)
    (tmp_path / LEDGER).write_text(f"{line}\n", encoding="utf-8")
    assert Ledger(tmp_path).read()["a"].file == "a\u2028\x85b.csv"
