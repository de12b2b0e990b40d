"""Logs without tokens, and without what a terminal obeys."""

from __future__ import annotations

import logging
import re
import traceback
from typing import Any, Final

from tornado import web
from tornado.log import access_log

from ganglioside.support.printed import printable_lines

#: A token in an address, plain or percent-encoded within another address.
_TOKEN: Final = re.compile(r"(token(?:=|%3D))[^&\s'\"\\<>]+?(?=%26|[&\s'\"\\<>]|$)", re.IGNORECASE)

_HIDDEN: Final = "[secret]"


def hide_tokens(text: str, token: str = "") -> str:
    """Text with every token replaced by `[secret]`.

    >>> hide_tokens("GET /tree?token=abc&x=1")
    'GET /tree?token=[secret]&x=1'
    """
    hidden = _TOKEN.sub(rf"\g<1>{_HIDDEN}", text)
    return hidden.replace(token, _HIDDEN) if token else hidden


def keep_out_of_logs(token: str = "") -> None:
    """Hide tokens in every later log record of this process, whichever logger makes it.

    Jupyter prints records in forms of its own: what controls a terminal is replaced here too.
    """
    make = logging.getLogRecordFactory()

    def shown(text: str) -> str:
        return printable_lines(hide_tokens(text, token))

    def record(*arguments: Any, **named: Any) -> logging.LogRecord:
        made = make(*arguments, **named)
        text = made.getMessage()
        hidden = shown(text)
        if hidden != text:
            made.msg, made.args = hidden, None
        if made.exc_info and made.exc_info[0] is not None:
            # Where `exc_text` is set, a formatter does not write the traceback itself.
            lines = traceback.format_exception(*made.exc_info)
            made.exc_text = shown("".join(lines)).rstrip("\n")
        return made

    logging.setLogRecordFactory(record)


def log_request(handler: web.RequestHandler) -> None:
    """Log a finished request, without the query of its address."""
    status = handler.get_status()
    if status < 400:
        level = logging.INFO
    elif status < 500:
        level = logging.WARNING
    else:
        level = logging.ERROR
    request = handler.request
    milliseconds = 1000 * request.request_time()
    access_log.log(
        level,
        "%d %s %s (%s) %.2fms",
        status,
        request.method,
        request.path,
        request.remote_ip,
        milliseconds,
    )
