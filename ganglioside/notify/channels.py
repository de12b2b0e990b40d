"""Sending of a message by SMTP and HTTP, with the standard library.

The client of a server (`client/transport.py`) uses httpx, for its streams and kept connections. A
webhook needs neither, and `urllib` fits better here and in `watching/doctor.py`: it trusts what
this machine trusts (httpx: the list of certifi, which knows no authority of a lab), reads no answer
that nobody wants, and follows no redirection with the handlers below.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException, responses
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from ganglioside.errors import NotificationError
from ganglioside.notify.config import Email, Notifications, Webhook
from ganglioside.version import __version__

#: Seconds that a server may take to answer.
TIMEOUT: Final = 15

#: Handlers that a webhook needs. A redirection is not a success: a POST that is sent on arrives as
#: an empty GET, or at an address that nobody chose. Files and other protocols are excluded.
_HANDLERS: Final = (
    ProxyHandler,
    HTTPHandler,
    HTTPSHandler,
    HTTPErrorProcessor,
    HTTPDefaultErrorHandler,
    UnknownHandler,
)


@dataclass(frozen=True, slots=True)
class Message:
    """Message to a user.

    Attributes
    ----------
    subject : str
        One line.
    text : str
    facts : mapping
        The same for programs; ready for JSON.

    Examples
    --------
    >>> from ganglioside.notify import Message, Notifications, send
    >>> send(Message("Done", "The batch has ended.", {"job": "18f"}), Notifications())
    ()
    """

    subject: str
    text: str
    facts: Mapping[str, Any]


def send(message: Message, to: Notifications) -> tuple[str, ...]:
    """Labels of the channels that have taken a message: all that are set up.

    Raises
    ------
    NotificationError
        If a channel does not take it, after all others were tried.
    """
    reached, refused = [], []
    for channel in (to.email, to.webhook):
        if channel is None:
            continue
        try:
            reached.append(_by(channel, message))
        except NotificationError as error:
            refused.append(str(error))
    if refused:
        raise NotificationError(" ".join(refused))
    return tuple(reached)


def _by(channel: Email | Webhook, message: Message) -> str:
    if isinstance(channel, Email):
        return _send_email(channel, message)
    return _send_webhook(channel, message)


def _send_email(email: Email, message: Message) -> str:
    letter = EmailMessage()
    letter["Subject"] = " ".join(message.subject.split())
    letter["From"] = email.sender
    letter["To"] = ", ".join(email.to)
    letter["Date"] = formatdate()
    letter["Message-ID"] = make_msgid()
    letter.set_content(message.text)
    try:
        with _connected(email) as server:
            if email.user:
                server.login(email.user, email.password)
            server.send_message(letter)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise NotificationError(
            f"The mail server {email.host}:{email.port} did not take the message "
            f"({_mail_reason(error)}): check the section [email] of the settings."
        ) from None  # what servers answer may repeat what was sent
    return email.label


def _mail_reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = {code for code, _ in error.recipients.values()}
        return f"it refused the recipients: {', '.join(map(str, sorted(codes)))}"
    if isinstance(error, OSError) and not isinstance(error, smtplib.SMTPException):
        return str(error) or type(error).__name__
    return type(error).__name__


def _connected(email: Email) -> smtplib.SMTP:
    context = ssl.create_default_context()
    if email.security == "tls":
        return smtplib.SMTP_SSL(email.host, email.port, timeout=TIMEOUT, context=context)
    server = smtplib.SMTP(email.host, email.port, timeout=TIMEOUT)
    if email.security == "starttls":
        try:
            server.starttls(context=context)
        except BaseException:
            server.close()
            raise
    return server


def _send_webhook(webhook: Webhook, message: Message) -> str:
    # Chat programs show "text"; programs read the rest.
    body = json.dumps({"text": f"{message.subject}\n{message.text}", **message.facts}).encode()
    headers = {
        "Content-Type": "application/json",
        "User-Agent": f"ganglioside/{__version__}",
    }
    if webhook.secret:
        signature = hmac.new(webhook.secret.encode(), body, hashlib.sha256).hexdigest()
        headers["X-Ganglioside-Signature"] = f"sha256={signature}"
    request = Request(webhook.url, data=body, headers=headers, method="POST")
    try:
        with _opener().open(request, timeout=TIMEOUT):
            return webhook.label
    except (OSError, HTTPException, ValueError) as error:
        raise NotificationError(
            f"The {webhook.label} did not take the message ({_web_reason(error)}): check the "
            "section [webhook] of the settings."
        ) from None  # its address, which is secret, may be in what was raised


def _opener() -> OpenerDirector:
    opener = OpenerDirector()
    for handler in _HANDLERS:
        opener.add_handler(handler())
    return opener


def _web_reason(error: Exception) -> str:
    if isinstance(error, HTTPError):
        if 300 <= error.code < 400:
            return f"it answered {error.code} and names another address, which is not followed"
        return f"it answered {error.code} {responses.get(error.code, '')}".rstrip()
    if isinstance(error, URLError):
        return str(error.reason)
    if isinstance(error, OSError):
        return str(error) or type(error).__name__
    return type(error).__name__
