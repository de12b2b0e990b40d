"""JupyterHub before the pages and the API: one service of a hub, where people sign in.

The hub starts `ganglioside app --hub`, and says in the environment where it listens and how it asks
who somebody is. Who may come in at all is a scope of the hub (`access:services`), which it gives to
groups of people; an outsider is refused by Jupyter before anything here is asked.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from ganglioside.errors import ServerError
from ganglioside.history.sharing import Person, Scope
from ganglioside.server.problems import Problem
from ganglioside.support.printed import LONGEST, is_name, printable
from ganglioside.support.quoting import quoted

#: Names the group of the hub whose members are administrators.
VARIABLE: Final = "GANGLIOSIDE_ADMINISTRATORS"

ADMINISTRATORS: Final = "administrators"

#: What the hub says in the environment of its services.
_PREFIX: Final = "JUPYTERHUB_SERVICE_PREFIX"
_URL: Final = "JUPYTERHUB_SERVICE_URL"

#: Secrets of the service, which the processes that it starts do not need.
_SECRETS: Final = ("JUPYTERHUB_API_TOKEN", "JPY_API_TOKEN")


@dataclass(frozen=True, slots=True)
class HubService:
    """One service of a hub: these pages and the API.

    Attributes
    ----------
    prefix : str
        Path at which the hub serves it.
    host, port
        Where it listens for the hub's proxy.
    administrators : str
        Group whose members are administrators.

    Examples
    --------
    >>> told = {"JUPYTERHUB_SERVICE_PREFIX": "/services/ganglioside/",
    ...         "JUPYTERHUB_SERVICE_URL": "http://127.0.0.1:8866"}
    >>> HubService.from_environment(told).port
    8866
    """

    prefix: str
    host: str
    port: int
    administrators: str = ADMINISTRATORS

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> HubService:
        """Service that a hub has started.

        Raises
        ------
        ServerError
            If no hub has.
        """
        prefix, url = environment.get(_PREFIX, ""), urlsplit(environment.get(_URL, ""))
        if not prefix or url.hostname is None or url.port is None:
            raise ServerError(
                "No hub has started this: JupyterHub starts `ganglioside app --hub` as its "
                "service. See `A server for a group` in the README."
            )
        group = environment.get(VARIABLE, "").strip() or ADMINISTRATORS
        return cls(prefix, url.hostname, url.port, group)

    def person_of(self, user: Any) -> Person:
        """Person of a user whom the hub knows: with the groups that they have there.

        Parameters
        ----------
        user
            `JupyterHubUser`. Groups whose names no history could list are left out.

        Raises
        ------
        Problem
            If their name is none that a history could list.
        """
        about: Mapping[str, Any] = user.hub_user
        name = str(about["name"])
        if not is_name(name):
            raise Problem(
                403,
                "unusable-name",
                f"The hub names you {quoted(printable(name))}. A name here has 1 to {LONGEST} "
                "printable characters: ask the hub's administrators for another.",
            )
        groups = tuple(sorted(filter(is_name, map(str, about.get("groups") or ()))))
        is_administrator = self.administrators in groups or about.get("admin") is True
        scope: Scope = "admin" if is_administrator else "write"
        return Person(name, scope, groups, shares="own")

    def identity_provider(self) -> type[Any]:
        """Class of Jupyter's that finds out by the hub who makes a request.

        Raises
        ------
        ServerError
            If jupyterhub is not installed.
        """
        try:
            from jupyterhub.singleuser.extension import JupyterHubIdentityProvider
        except ImportError as error:
            raise ServerError(
                "Pages of a hub need the package jupyterhub: pip install 'ganglioside[hub]'."
            ) from error
        return JupyterHubIdentityProvider  # type: ignore[no-any-return]

    @staticmethod
    def take_secrets(provider: Any) -> None:
        """Remove the secrets of the service from the environment, which kernels inherit.

        Parameters
        ----------
        provider
            Of the class `identity_provider`: it has read them then.
        """
        if not provider.token:
            raise ServerError("The hub gave no token: see `A server for a group` in the README.")
        for name in _SECRETS:
            os.environ.pop(name, None)
