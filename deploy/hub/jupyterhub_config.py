"""The hub of compose.yml: people sign in with a password that the group shares, under their names.

For accounts of your institute (OIDC, LDAP, ...) install its authenticator in Containerfile.hub, and
name it here instead. Who belongs to which group is in hub/groups.toml.
"""

import os
from pathlib import Path

from ganglioside.server import hub_config

load_subconfig(hub_config.__file__)  # type: ignore[name-defined]  # noqa: F821
c = get_config()  # type: ignore[name-defined]  # noqa: F821
groups = hub_config.read_groups(Path(os.environ[hub_config.GROUPS]))
c.JupyterHub.authenticator_class = "shared-password"
# They sign in with a password of their own.
c.Authenticator.admin_users = set(groups[hub_config.ADMINISTRATORS])
for role in ("user", "admin"):
    password = Path(f"/run/secrets/hub_{role}_password").read_text().strip()
    setattr(c.SharedPasswordAuthenticator, f"{role}_password", password)
