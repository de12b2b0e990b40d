"""Where notifications go: read from `notify.toml`.

after = 60                      # s; shorter jobs are not told of

[email]
host = "smtp.example.org"
port = 587
security = "starttls"           # or "tls", or "none"
user = "lab"
password = "..."                # or in GANGLIOSIDE_SMTP_PASSWORD
sender = "lab@example.org"
to = ["anna@example.org"]

[webhook]
url = "https://chat.example.org/hooks/1"
secret = "..."                  # signs the message; or in GANGLIOSIDE_WEBHOOK_SECRET
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args
from urllib.parse import urlsplit

from platformdirs import user_config_path

from ganglioside.errors import NotificationError

Security = Literal["starttls", "tls", "none"]

#: Environment variables that keep secrets out of the file.
_SECRETS: Final = {
    ("email", "password"): "GANGLIOSIDE_SMTP_PASSWORD",
    ("webhook", "secret"): "GANGLIOSIDE_WEBHOOK_SECRET",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """A mail server, and whom to write to.

    Attributes
    ----------
    host : str
    port : int
    security : {"starttls", "tls", "none"}
        How the connection is protected; the server's certificate is checked.
    user, password : str
        Empty where the server asks for none.
    sender : str
    to : tuple of str
    """

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = ""

    def __post_init__(self) -> None:
        _require_text(self, "host", "sender")
        if isinstance(self.port, bool) or not isinstance(self.port, int):
            raise NotificationError(f"port = {self.port!r}: a whole number is needed.")
        if not isinstance(self.to, list | tuple) or not self.to:
            raise NotificationError(f"to = {self.to!r}: a list of addresses is needed.")
        object.__setattr__(self, "to", tuple(map(str, self.to)))
        if self.security not in get_args(Security):
            raise NotificationError(
                f"security = {self.security!r}: use one of {', '.join(get_args(Security))}."
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that takes messages as JSON.

    Attributes
    ----------
    url : str
        http or https.
    secret : str
        Where given, the header `X-Ganglioside-Signature` holds `sha256=` and the HMAC of the body.
    """

    url: str
    secret: str = ""

    def __post_init__(self) -> None:
        _require_text(self, "url")
        if urlsplit(self.url).scheme not in ("http", "https"):
            raise NotificationError(f"url = {self.url!r}: an address of http or https is needed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """Who is told that a job has ended.

    Attributes
    ----------
    after : float
        s; jobs that took less are not told of.
    email : Email or None
    webhook : Webhook or None
    """

    after: float = 60.0
    email: Email | None = None
    webhook: Webhook | None = None

    def __post_init__(self) -> None:
        if isinstance(self.after, bool) or not isinstance(self.after, int | float):
            raise NotificationError(f"after = {self.after!r}: a number of seconds is needed.")


def config_path() -> Path:
    """Return where the settings are: `GANGLIOSIDE_NOTIFY`, or the user's configuration folder."""
    if named := os.environ.get("GANGLIOSIDE_NOTIFY"):
        return Path(named).expanduser()
    return user_config_path("ganglioside", appauthor=False) / "notify.toml"


def read_config(path: Path | None = None) -> Notifications:
    """Return the settings; where there is no file, nobody is told.

    Raises
    ------
    NotificationError
        If the file cannot be read, or a setting is unknown or wrong.
    """
    place = path or config_path()
    try:
        text = place.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Notifications()
    except (OSError, UnicodeDecodeError) as error:
        raise NotificationError(f"{place} cannot be read: {error}.") from error
    try:
        return _notifications(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, NotificationError) as error:
        raise NotificationError(f"{place}: {error}") from error


def _notifications(values: dict[str, Any]) -> Notifications:
    channels: dict[str, Any] = {}
    for section, kind in (("email", Email), ("webhook", Webhook)):
        if section in values:
            channels[section] = _section(section, kind, values[section])
    return _build(Notifications, {**values, **channels}, "the file")


_Kind = TypeVar("_Kind")


def _section(section: str, kind: type[_Kind], values: object) -> _Kind:
    if not isinstance(values, dict):
        raise NotificationError(f"{section} = {values!r}: a section [{section}] is needed.")
    kept = {n: os.environ[v] for (s, n), v in _SECRETS.items() if s == section and v in os.environ}
    return _build(kind, {**kept, **values}, f"[{section}]")


def _build(kind: type[_Kind], values: Mapping[str, Any], where: str) -> _Kind:
    known = fields(kind)  # type: ignore[arg-type] # a dataclass, all of them
    names = [field.name for field in known]
    if unknown := sorted(set(values) - set(names)):
        raise NotificationError(
            f"{where}: {', '.join(unknown)} is unknown; it may hold {', '.join(names)}."
        )
    if missing := [f.name for f in known if f.default is MISSING and f.name not in values]:
        raise NotificationError(f"{where} lacks {', '.join(missing)}.")
    return kind(**values)


def _require_text(settings: object, *names: str) -> None:
    for name in names:
        value = getattr(settings, name)
        if not isinstance(value, str) or not value.strip():
            raise NotificationError(f"{name} = {value!r}: text is needed.")
