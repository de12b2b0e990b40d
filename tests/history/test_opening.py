"""What is recorded of a session when it begins."""

from __future__ import annotations

from datetime import datetime
from importlib.metadata import version
from typing import Annotated

import pytest
from builders import build_analysis, build_table
from pydantic import StringConstraints, TypeAdapter, ValidationError

from ganglioside.errors import TextError
from ganglioside.history import History
from ganglioside.history.judging_code import judging_code
from ganglioside.history.opening import JUDGING_CODE, LONGEST_NAME, Opening, environment, new_id
from ganglioside.reading.raw_table import Source
from ganglioside.server import patterns
from ganglioside.settings import Settings
from ganglioside.support.printed import is_printed

_SOURCE = Source.from_bytes("liver.csv", b"Name,RT\n")


def test_the_environment_holds_the_code_and_the_libraries_that_compute_a_result() -> None:
    found = environment()
    assert set(found) == {JUDGING_CODE, "python", "numpy", "pandas", "pyarrow", "machine"}
    assert found[JUDGING_CODE] == judging_code()
    assert found["pyarrow"] == version("pyarrow")


def test_ids_sort_by_their_moment_and_differ_within_it() -> None:
    early, late = datetime(2024, 3, 1, 12), datetime(2024, 3, 1, 12, 0, 0, 1_000)
    assert new_id(early) < new_id(late)
    assert len({new_id(early) for _ in range(20)}) > 1
    assert all(len(new_id(moment)) == 14 for moment in (early, late))


def test_a_session_is_named_by_its_input_unless_it_has_a_name() -> None:
    assert Opening.now(_SOURCE, Settings(), None).name == "liver.csv"
    opening = Opening.now(_SOURCE, Settings(rt_tolerance=0.02), "Mouse 3", rerun_of="0123")
    assert (opening.name, opening.rerun_of, opening.sha256) == ("Mouse 3", "0123", _SOURCE.sha256)
    assert Settings.from_dict(opening.settings) == Settings(rt_tolerance=0.02)
    assert opening.process.last_sign == opening.created


def test_ids_sort_by_time_and_differ(history: History) -> None:
    sids = [history.save(build_analysis(1)) for _ in range(5)]
    assert sorted(set(sids)) == sids
    assert {len(sid) for sid in sids} == {14}


@pytest.mark.parametrize(
    "name",
    ["a\0b", "a\tb", "a\nb", "\x1b[2J", "a\x7f", "\x9b2J", "a\u202eb", "a\u2028b", "a\ud800"],
)
def test_no_name_that_is_given_holds_control_characters(history: History, name: str) -> None:
    analysis = build_analysis(1)
    sid = history.save(analysis, "plain")
    for give in (
        lambda: history.rename(sid, name),
        lambda: history.save(analysis, name),
        lambda: history.run(build_table(), name=name),
        lambda: history.run_at_once(build_table(), name=name),
        lambda: history.begin(_SOURCE, Settings(), name),
        lambda: history.queue(_SOURCE, Settings(), name),
    ):
        with pytest.raises(TextError, match="control character"):
            give()
    assert history.sessions()["name"].tolist() == ["plain"]


def test_the_api_takes_just_the_names_that_are_kept() -> None:
    """It let in names which the history then refused, and its document was wrong about them."""
    takes = TypeAdapter(Annotated[str, StringConstraints(pattern=patterns.PRINTED)])
    refused = set()
    for code in range(0x3000):
        try:
            takes.validate_python(f"a{chr(code)}b")
        except ValidationError:
            refused.add(chr(code))
    assert refused == {chr(code) for code in range(0x3000) if not is_printed(chr(code))}
    assert {"\n", "\x1b", "\x9b", "\u202e", "\u2066"} <= refused


def test_no_name_is_longer_than_an_import_takes(history: History) -> None:
    sid = history.save(build_analysis(1), "plain")
    history.rename(sid, "x" * LONGEST_NAME)
    with pytest.raises(TextError, match="more than 1,000 characters: shorten it"):
        history.rename(sid, "x" * (LONGEST_NAME + 1))
