"""Logs that hold no token."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any, Final

from tornado import web
from tornado.log import access_log

#: A token in an address, as it is or encoded once more inside another address.
_GIVEN: Final = re.compile(r"(token(?:=|%3D))[^&\s'\"\\<>]+?(?=%26|[&\s'\"\\<>]|$)", re.IGNORECASE)

_HIDDEN: Final = "[secret]"


def hide_tokens(text: str, token: str = "") -> str:
    """Return a text in which tokens are replaced.

    >>> hide_tokens("GET /tree?token=abc&x=1")
    'GET /tree?token=[secret]&x=1'
    """
    hidden = _GIVEN.sub(rf"\g<1>{_HIDDEN}", text)
    return hidden.replace(token, _HIDDEN) if token else hidden


def keep_out_of_logs(token: str = "") -> None:
    """Hide tokens in every record that any logger of this process makes from now on."""
    make = logging.getLogRecordFactory()

    def record(*arguments: Any, **named: Any) -> logging.LogRecord:
        made = make(*arguments, **named)
        text = made.getMessage()
        hidden = hide_tokens(text, token)
        if hidden != text:
            made.msg, made.args = hidden, None
        if made.exc_info and made.exc_info[0] is not None:
            # A formatter takes the text that is there instead of writing the traceback itself.
            made.exc_text = hide_tokens("".join(traceback.format_exception(*made.exc_info)), token)
            made.exc_text = made.exc_text.rstrip("\n")
        return made

    logging.setLogRecordFactory(record)


def log_request(handler: web.RequestHandler) -> None:
    """Write a finished request to the log, without what follows its path."""
    status = handler.get_status()
    level = logging.INFO if status < 400 else logging.WARNING if status < 500 else logging.ERROR
    request = handler.request
    access_log.log(
        level, "%d %s %s (%s) %.2fms",
        status, request.method, request.path, request.remote_ip, 1000 * request.request_time(),
    )  # fmt: skip
