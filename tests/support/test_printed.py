"""What is printed: lines that no terminal obeys."""

from __future__ import annotations

import json

import pytest

from ganglioside.support.printed import is_printed, printable, printable_json


@pytest.mark.parametrize(
    "sign", ["\0", "\n", "\x1b", "\x9b", "\u061c", "\u2028", "\u202e", "\ud800"]
)
def test_what_controls_is_shown_as_its_code(sign: str) -> None:
    text = f"a{sign}b"
    assert not is_printed(text)
    assert is_printed(printable(text))
    document = printable_json(json.dumps(text, ensure_ascii=False))
    assert is_printed(document)
    assert json.loads(document) == text


@pytest.mark.parametrize("text", ["mouse 3", "Mäuse\u00a03", "鼠", "👩\u200d🔬"])
def test_what_can_be_read_stays(text: str) -> None:
    assert is_printed(text)
    assert printable(text) == printable_json(text) == text
