"""Settings of notifications: read from `notify.toml`.

after = 60                      # s; shorter jobs are not reported

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

Passwords, secrets and addresses of webhooks, which are secrets too, appear in no message and no
`repr`.
"""

from __future__ import annotations

import math
import os
import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args
from urllib.parse import SplitResult, urlsplit, urlunsplit

from platformdirs import user_config_path

from ganglioside.errors import NotificationError

Security = Literal["starttls", "tls", "none"]

#: Environment variables that keep secrets out of the file.
_SECRETS: Final = {
    ("email", "password"): "GANGLIOSIDE_SMTP_PASSWORD",
    ("webhook", "secret"): "GANGLIOSIDE_WEBHOOK_SECRET",
}

#: What everybody may do with a file: read it and write to it.
_OTHERS: Final = stat.S_IROTH | stat.S_IWOTH

#: An e-mail address, checked only as far as is needed here: no space, no end of line.
_MAIL: Final = re.compile(r"[^\s\x00-\x1f\x7f<>,;]+@[^\s\x00-\x1f\x7f<>,;@]+")

#: Characters of the path and query of an address (RFC 3986); others are written as %XX.
_PATH: Final = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*")

_HOST: Final = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """Mail server and recipients.

    Attributes
    ----------
    host : str
    port : int
    security : {"starttls", "tls", "none"}
        How the connection is protected; the server's certificate is checked.
    user, password : str
        Empty if the server requires no login.
    sender : str
    to : tuple of str
    """

    host: str
    sender: str
    to: tuple[str, ...]
    port: int = 587
    security: Security = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _require_text(self, "host", "sender")
        _require_plain_text(self, "user", "password")
        object.__setattr__(self, "host", _host(self.host, "host"))
        if isinstance(self.port, bool) or not isinstance(self.port, int):
            raise NotificationError(f"port = {self.port!r}: a whole number is needed.")
        _require_port(self.port, "port")
        if not isinstance(self.to, list | tuple) or not self.to:
            raise NotificationError(f"to = {self.to!r}: a list of addresses is needed.")
        object.__setattr__(self, "to", tuple(map(str, self.to)))
        for address in (self.sender, *self.to):
            if not _MAIL.fullmatch(address):
                raise NotificationError(
                    f"{address!r} is no address of mail: one such as lab@example.org is needed."
                )
        if self.security not in get_args(Security):
            raise NotificationError(
                f"security = {self.security!r}: use one of {', '.join(get_args(Security))}."
            )

    @property
    def label(self) -> str:
        """Name of the channel in events and messages."""
        return f"e-mail ({self.host}:{self.port})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """Web address that takes messages as JSON.

    Attributes
    ----------
    url : str
        http or https. Anyone who knows it can write there.
    secret : str
        Where given, the header `X-Ganglioside-Signature` holds `sha256=` and the HMAC of the body.
    """

    url: str = field(repr=False)
    secret: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        _require_plain_text(self, "url", "secret")
        object.__setattr__(self, "url", urlunsplit(_web_address(self.url)))

    @property
    def label(self) -> str:
        """Name of the channel in events and messages, without the secret part of its address."""
        return f"webhook ({urlsplit(self.url).netloc})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notifications:
    """Channels that report the end of a job.

    Attributes
    ----------
    after : float
        s; shorter jobs are not reported.
    email : Email or None
    webhook : Webhook or None
    """

    after: float = 60.0
    email: Email | None = None
    webhook: Webhook | None = None

    def __post_init__(self) -> None:
        if isinstance(self.after, bool) or not isinstance(self.after, int | float):
            raise NotificationError(f"after = {self.after!r}: a number of seconds is needed.")
        if not (math.isfinite(self.after) and self.after >= 0):
            raise NotificationError(f"after = {self.after!r}: a number of seconds is needed.")


def config_path() -> Path:
    """File of the settings: `GANGLIOSIDE_NOTIFY`, or in the user's configuration folder."""
    if named := os.environ.get("GANGLIOSIDE_NOTIFY"):
        return Path(named).expanduser()
    return user_config_path("ganglioside", appauthor=False) / "notify.toml"


def read_config(path: Path | None = None) -> Notifications:
    """Channels that the file sets up; none if there is no file.

    Raises
    ------
    NotificationError
        If the file cannot be read, or a setting is unknown or wrong.
    """
    file = path or config_path()
    values = _values(file)
    try:
        return _notifications(values)
    except NotificationError as error:
        raise NotificationError(f"{file}: {error}") from error


def _values(file: Path) -> dict[str, Any]:
    """What a file of settings says; nothing if there is none."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except tomllib.TOMLDecodeError as error:
        raise NotificationError(f"{file}: {error}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise NotificationError(f"{file} cannot be read: {error}.") from error


def is_open_to_others(file: Path) -> bool:
    """Whether everybody on this machine can read or change settings that hold a secret.

    A group may: that of a service, whose settings root keeps.

    Raises
    ------
    NotificationError
        If the file cannot be read.
    """
    if os.name != "posix" or not file.is_file() or not file.stat().st_mode & _OTHERS:
        return False
    values = _values(file)
    return "webhook" in values or "password" in values.get("email", ())


def _notifications(values: dict[str, Any]) -> Notifications:
    channels: dict[str, Any] = {}
    for section, kind in (("email", Email), ("webhook", Webhook)):
        if section in values:
            channels[section] = _section(section, kind, values[section])
    return _build(Notifications, {**values, **channels}, "the file")


_Kind = TypeVar("_Kind")


def _section(section: str, kind: type[_Kind], values: object) -> _Kind:
    if not isinstance(values, dict):
        kind_given = type(values).__name__
        raise NotificationError(f"{section} = ({kind_given}): a section [{section}] is needed.")
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


def _require_plain_text(settings: object, *names: str) -> None:
    """Require text on one line, for what may be secret: the message does not repeat it."""
    for name in names:
        value = getattr(settings, name)
        if not isinstance(value, str):
            raise NotificationError(f"{name} is no text but {type(value).__name__}: quote it.")
        if any(ord(character) < 32 or ord(character) == 127 for character in value):
            raise NotificationError(f"{name} holds a control character: write it on one line.")


def _web_address(url: str) -> SplitResult:
    """Parts of an http or https address, its host in ASCII.

    Raises
    ------
    NotificationError
        If it is not one. The message repeats no more of it than its scheme.
    """
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        raise NotificationError("url has a wrong port or bracket: use https://host/...") from None
    if parts.scheme not in ("http", "https"):
        found = f"url begins with {parts.scheme}://" if parts.scheme else "url has no scheme"
        raise NotificationError(f"{found}: an address of http or https is needed.")
    if "@" in parts.netloc:
        raise NotificationError("url holds a user or password, which is not sent: leave it out.")
    if parts.fragment or not _PATH.fullmatch(parts.path + parts.query):
        raise NotificationError("url holds a character that no address has: write it as %XX.")
    host = _host(parts.hostname or "", "url")
    if port is not None:
        _require_port(port, "url")
    netloc = f"[{host}]" if ":" in host else host
    if port is not None:
        netloc = f"{netloc}:{port}"
    return parts._replace(netloc=netloc)


def _host(host: str, setting: str) -> str:
    """Host in ASCII letters as the network uses it: `bücher.example` as `xn--...`."""
    try:
        known = host.encode("idna").decode() if not host.isascii() else host
    except UnicodeError:
        known = ""
    if not _HOST.fullmatch(known) or not all(
        0 < len(part) < 64 for part in known.rstrip(".").split(".")
    ):
        raise NotificationError(f"{setting} has no host that a network could know: {host!r}.")
    return known


def _require_port(port: int, setting: str) -> None:
    if not 0 < port < 65536:
        raise NotificationError(f"{setting}: port {port} does not exist; they go from 1 to 65535.")
