"""Logs hold no token, whoever writes them."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from ganglioside.support.printed import is_printed
from ganglioside_widgets.serving.logs import hide_tokens, keep_out_of_logs

TOKEN = "abcdefgh-01234567"


@pytest.fixture(autouse=True)
def _factory() -> Iterator[None]:
    before = logging.getLogRecordFactory()
    keep_out_of_logs(TOKEN)
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("GET /a?token=xyz", "GET /a?token=[secret]"),
        ("GET /a?x=1&token=xyz&y=2 (::1)", "GET /a?x=1&token=[secret]&y=2 (::1)"),
        ("'/l?next=%2Fa%3Ftoken%3Dxyz%26b%3D1'", "'/l?next=%2Fa%3Ftoken%3D[secret]%26b%3D1'"),
        ("two token=a and TOKEN=b", "two token=[secret] and TOKEN=[secret]"),
        (f"the word {TOKEN} itself", "the word [secret] itself"),
        ("no such thing", "no such thing"),
    ],
)  # fmt: skip
def test_tokens_are_hidden(text: str, hidden: str) -> None:
    assert hide_tokens(text, TOKEN) == hidden


def test_no_logger_writes_what_a_terminal_obeys(caplog: pytest.LogCaptureFixture) -> None:
    """Jupyter tells of a foreign host, and of a file, as they are named."""
    for name in ("ServerApp", "any.other"):
        logging.getLogger(name).warning("Blocking %s", "evil\x9b2J\x1b]0;x\x07")
        try:
            raise ValueError("\x1b[2J")
        except ValueError:
            logging.getLogger(name).exception("failed")
    assert caplog.text.count(r"Blocking evil\x9b2J\x1b]0;x\x07") == 2
    assert all(map(is_printed, caplog.text.splitlines()))


def test_no_logger_writes_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("tornado.access", "tornado.general", "tornado.application", "any.other"):
        logging.getLogger(name).warning("%s %r", 404, f"/a?token={TOKEN}")
        logging.getLogger(name).error({"referer": TOKEN})
        try:
            raise ValueError(f"bad address /a?token={TOKEN}")
        except ValueError:
            logging.getLogger(name).exception("failed")
    assert "[secret]" in caplog.text
    assert "ValueError: bad address" in caplog.text
    assert TOKEN not in caplog.text
