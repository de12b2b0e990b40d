"""Messages to people who do not watch: by e-mail or to a webhook, as a file of settings says."""

from __future__ import annotations

from ganglioside.notify.channels import Message, send
from ganglioside.notify.config import Email, Notifications, Webhook, config_path, read_config

__all__ = ["Email", "Message", "Notifications", "Webhook", "config_path", "read_config", "send"]
