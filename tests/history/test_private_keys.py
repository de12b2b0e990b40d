"""Keys of a user: made once, read by nobody else, and missed with the cure."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from ganglioside.errors import JobError
from ganglioside.history.private_keys import PrivateKey


def key_at(path: Path) -> PrivateKey:
    return PrivateKey(path, "key for tests", "the next test", "Nothing is lost.", "TEST_KEY")


def test_a_missing_key_is_made_once_and_for_its_user(tmp_path: Path) -> None:
    key = key_at(tmp_path / "folder" / "own.key")
    assert key.read() is None
    made = key.read_or_make()
    assert (key.read(), key.read_or_make(), len(made)) == (made, made, 32)
    assert stat.S_IMODE(key.path.stat().st_mode) == 0o600 or sys.platform == "win32"
    assert list(key.path.parent.iterdir()) == [key.path]
    assert key_at(tmp_path / "other.key").read_or_make() != made


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="modes of POSIX")
def test_a_key_of_others_or_none_is_refused_with_the_cure(tmp_path: Path) -> None:
    key = key_at(tmp_path / "own.key")
    key.read_or_make()
    key.path.chmod(0o640)
    with pytest.raises(JobError, match=r"open to others: remove it, and the next test makes"):
        key.read_or_make()
    key.path.chmod(0o600)
    key.path.write_bytes(b"short")
    with pytest.raises(JobError, match=r"is no key for tests: .* Nothing is lost\."):
        key.read_or_make()
    (tmp_path / "file").write_text("x")
    with pytest.raises(JobError, match="TEST_KEY"):
        key_at(tmp_path / "file" / "own.key").read_or_make()
