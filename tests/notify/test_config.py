"""Settings of notifications: read, refused by name, secrets never repeated."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from ganglioside.errors import NotificationError
from ganglioside.notify import (
    Email,
    Notifications,
    Webhook,
    config_path,
    is_open_to_others,
    read_config,
)


def address(port: int, **more: Any) -> Email:
    given: dict[str, Any] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "lab@example.org",
        "to": ["a@example.org", "b@example.org"],
    }
    return Email(**(given | more))


SECRET = "T0SECRETB0"


SETTINGS = """
after = 5
[email]
host = "smtp.example.org"
sender = "lab@example.org"
to = ["anna@example.org"]
[webhook]
url = "https://chat.example.org/1"
"""


def test_settings_are_read_and_secrets_may_stay_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "notify.toml"
    monkeypatch.setenv("GANGLIOSIDE_NOTIFY", str(path))
    assert read_config() == Notifications()
    path.write_text(SETTINGS)
    monkeypatch.setenv("GANGLIOSIDE_SMTP_PASSWORD", "p")
    read = read_config()
    assert read.after == 5
    assert read.email == Email(
        host="smtp.example.org", sender="lab@example.org", to=("anna@example.org",), password="p"
    )
    assert read.webhook == Webhook(url="https://chat.example.org/1")
    monkeypatch.delenv("GANGLIOSIDE_NOTIFY")
    assert config_path().name == "notify.toml"


@pytest.mark.parametrize(
    ("before", "after", "named"),
    [
        ("after = 5", 'after = "soon"', "soon"),
        ("after = 5", "afterwards = 5", "afterwards"),
        ("host =", "hots =", "hots"),
        ('host = "smtp.example.org"\n', "", "lacks host"),
        ('host = "smtp.example.org"', "host = 3", "host = 3"),
        ('to = ["anna@example.org"]', 'to = "anna@example.org"', "to ="),
        ("[webhook]", 'security = "ssl"\n[webhook]', "'ssl'"),
        ("[webhook]", 'port = "25"\n[webhook]', "port"),
        ("[webhook]", "port = 70000\n[webhook]", "70000"),
        ("[webhook]", "password = 5\n[webhook]", "password"),
        ("after = 5", "after = nan", "nan"),
        ("after = 5", "after = -1", "-1"),
        ('"smtp.example.org"', '"smtp..example.org"', "host"),
        ('"smtp.example.org"', '"smtp.example.org\\r\\nX: y"', "host"),
        ('"lab@example.org"', '"lab@example.org\\r\\nBcc: x@y.z"', "Bcc"),
        ('"lab@example.org"', '"lab"', "'lab'"),
        ('["anna@example.org"]', '["anna@example.org\\nBcc: x@y.z"]', "Bcc"),
        ('["anna@example.org"]', "[5]", "'5'"),
        ("https://", "ftp://", "ftp://"),
        ("[webhook]", "[webhook", "line"),
        (SETTINGS, "webhook = 3", "webhook = (int)"),
    ],
)
def test_a_wrong_setting_is_named_with_its_file(
    before: str, after: str, named: str, tmp_path: Path
) -> None:
    path = tmp_path / "notify.toml"
    assert before in SETTINGS
    path.write_text(SETTINGS.replace(before, after))
    with pytest.raises(NotificationError) as refusal:
        read_config(path)
    assert named in str(refusal.value)
    assert "notify.toml" in str(refusal.value)


#: What may stand in place of an address, and why it is refused before anything is sent.
BAD_URLS = {
    f"https://chat.example.org:port/{SECRET}": "port",
    f"https://chat.example.org:99999/{SECRET}": "port",
    f"https://chat.example.org:0/{SECRET}": "port",
    f"https://[::1/{SECRET}": "bracket",
    f"https:///{SECRET}": "host",
    f"https://chat..example.org/{SECRET}": "host",
    f"https://{'a' * 64}.example.org/{SECRET}": "host",
    f"https://chat example.org/{SECRET}": "host",
    f"https://lab:{SECRET}@chat.example.org/x": "user or password",
    f"https://lab@chat.example.org/{SECRET}": "user or password",
    f"https://chat.example.org/{SECRET}\r\nX-Other: 1": "control character",
    f"https://chat.example.org/{SECRET}\0": "control character",
    f"https://chat.example.org/{SECRET} x": "%XX",
    f"https://chat.example.org/{SECRET}/ü": "%XX",
    f"https://chat.example.org/{SECRET}#part": "%XX",
    f"file:///{SECRET}": "file://",
    f"ftp://chat.example.org/{SECRET}": "ftp://",
    f"data:text/plain,{SECRET}": "data://",
    f"chat.example.org/{SECRET}": "no scheme",
}


@pytest.mark.parametrize(("url", "named"), BAD_URLS.items())
def test_a_malformed_address_is_refused_with_words_and_not_repeated(url: str, named: str) -> None:
    with pytest.raises(NotificationError, match=re.escape(named)) as refusal:
        Webhook(url=url)
    assert SECRET not in str(refusal.value)


def test_a_host_of_any_language_is_known_by_its_letters_on_the_network() -> None:
    assert Webhook(url="https://bücher.example:8443/x?y=1").url == (
        "https://xn--bcher-kva.example:8443/x?y=1"
    )
    assert Webhook(url="http://[::1]:80/x").label == "webhook ([::1]:80)"
    assert address(25, host="bücher.example").label == "e-mail (xn--bcher-kva.example:25)"


def test_nothing_secret_is_in_the_repr() -> None:
    settings = Notifications(
        email=address(25, user="lab", password=SECRET),
        webhook=Webhook(url=f"https://chat.example.org/{SECRET}", secret=SECRET),
    )
    assert "smtp" in repr(address(25, host="smtp.example.org"))
    assert SECRET not in repr(settings)


@pytest.mark.parametrize(
    "text",
    [
        f'webhook = "https://chat.example.org/{SECRET}"',
        f'[webhook]\nurl = ["https://chat.example.org/{SECRET}"]',
        f'[webhook]\nurl = "https://x.org/"\nsecret = ["{SECRET}"]',
        f'email = "{SECRET}"',
        f'[email]\nhost = "h"\nsender = "a@b.c"\nto = ["a@b.c"]\npassword = ["{SECRET}"]',
    ],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(text: str, tmp_path: Path) -> None:
    path = tmp_path / "notify.toml"
    path.write_text(text)
    with pytest.raises(NotificationError) as refusal:
        read_config(path)
    assert SECRET not in str(refusal.value)


@pytest.mark.skipif(os.name != "posix", reason="has no modes")
@pytest.mark.parametrize(
    ("text", "mode", "is_open"),
    [
        (SETTINGS, 0o644, True),
        (SETTINGS, 0o602, True),
        (SETTINGS, 0o640, False),
        (SETTINGS.split("[webhook]")[0], 0o644, False),
        (SETTINGS.split("[webhook]")[0] + 'password = "p"\n', 0o644, True),
    ],
)
def test_a_secret_that_everybody_can_read_is_found(
    tmp_path: Path, text: str, mode: int, is_open: bool
) -> None:
    path = tmp_path / "notify.toml"
    assert not is_open_to_others(path)
    path.write_text(text)
    path.chmod(mode)
    assert is_open_to_others(path) == is_open
