"""Notifications by e-mail or webhook for users who do not watch, set up in a file."""

from __future__ import annotations

from ganglioside.notify.channels import Message, send
from ganglioside.notify.config import (
    Email,
    Notifications,
    Webhook,
    config_path,
    is_open_to_others,
    read_config,
)

__all__ = [
    "Email",
    "Message",
    "Notifications",
    "Webhook",
    "config_path",
    "is_open_to_others",
    "read_config",
    "send",
]
