"""The hub of compose.yml: people sign in with a password that the group shares, under their names.

For accounts of your institute (OIDC, LDAP, ...) install its authenticator in Containerfile.hub, and
name it here instead. Who belongs to which group is in hub/groups.toml.
"""

from pathlib import Path

from ganglioside.server import hub_config

load_subconfig(hub_config.__file__)  # type: ignore[name-defined]  # noqa: F821
c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.JupyterHub.authenticator_class = "shared-password"
for role in ("user", "admin"):
    password = Path(f"/run/secrets/hub_{role}_password").read_text().strip()
    setattr(c.SharedPasswordAuthenticator, f"{role}_password", password)
