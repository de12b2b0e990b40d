"""Uploads: what a form says about a file."""

from __future__ import annotations

import io
from contextlib import suppress

import pytest
from fastapi import UploadFile
from hypothesis import given
from hypothesis import strategies as st

from ganglioside.errors import SettingsError
from ganglioside.server.problems import Problem
from ganglioside.server.uploads import LONGEST_NAME, file_name, source_of, wanted


def upload(name: str | None, content: bytes = b"") -> UploadFile:
    return UploadFile(io.BytesIO(content), filename=name)


@given(st.text(max_size=400))
def test_a_file_name_is_plain_or_refused(name: str) -> None:
    found = ""
    with suppress(Problem):
        found = file_name(upload(name))
    if not found:
        return
    assert found.isprintable()
    assert 0 < len(found) <= LONGEST_NAME
    assert not set("/\\") & set(found)
    assert found not in (".", "..")


@pytest.mark.parametrize("name", [None, "", "/", "..", ". .", "\r\n", "a/"])
def test_a_file_without_a_name_is_refused(name: str | None) -> None:
    with pytest.raises(Problem, match="has no name"):
        file_name(upload(name))


def test_an_upload_is_an_input_with_its_options() -> None:
    said = wanted('{"sample_type": "mouse"}', '{"Name": "Mine"}', "sheet 2", "s", False)
    source = source_of(upload("dir/liver.csv", b"abc"), said.options)
    assert (source.name, source.content) == ("liver.csv", b"abc")
    assert source.options.named == {"Name": "Mine"}
    assert (source.options.sheet, source.options.unit, source.options.header) == (
        "sheet 2", "s", False,
    )  # fmt: skip
    assert said.settings.sample_type == "mouse"


@pytest.mark.parametrize("text", ["{", "[]", "1", '"x"', "[" * 100_000])
def test_what_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="settings is no JSON"):
        wanted(text, "", "", "", True)


@pytest.mark.parametrize("text", ['{"Name":"\\ud800"}', '{"\\udfff":"Mine"}'])
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="columns is no JSON"):
        wanted("", text, "", "", True)


@pytest.mark.parametrize(
    "settings",
    ['{"sample_type":"%s"}', '{"rt_tolerance":"%s"}', '{"max_rows":"%s"}', '{"%s":1}'],
)
def test_a_long_value_is_not_quoted_whole(settings: str) -> None:
    with pytest.raises(SettingsError) as caught:
        wanted(settings % ("x" * 1_000_000), "", "", "", True)
    assert len(str(caught.value)) < 500
