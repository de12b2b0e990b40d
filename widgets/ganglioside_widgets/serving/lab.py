"""JupyterLab without what it must not serve beside notebooks."""

from __future__ import annotations

from typing import Any, Final

from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import LabApp

from ganglioside_widgets.serving.headers import LAB_POLICY, SafeHeaders, write_policy

#: Writes an argument of its address into its page, where a script of others could be.
VOILA: Final = "voila.server_extension"


class LabServer(ServerApp):
    """Jupyter's server with safe headers, and without Voila.

    Both whatever its configuration and its command line say.
    """

    #: The token to keep, if there is one.
    own_token = ""

    def init_configurables(self) -> None:
        """Make what the server consists of, with the token to keep."""
        super().init_configurables()
        if self.own_token:
            self.identity_provider.token = self.own_token
            self.identity_provider.token_generated = False

    def init_server_extensions(self) -> None:
        """Link all extensions but Voila."""
        if self.jpserver_extensions.get(VOILA):
            self.log.info("Voila is not served beside JupyterLab: use `ganglioside app`.")
        self.jpserver_extensions = {**self.jpserver_extensions, VOILA: False}
        super().init_server_extensions()

    def init_webapp(self) -> None:
        """Make the application, whose answers carry the headers."""
        given: dict[str, Any] = dict(self.tornado_settings)
        policy = {"Content-Security-Policy": write_policy(LAB_POLICY)}
        self.tornado_settings = given | {
            "headers": policy | given.get("headers", {}),
            "transforms": [*given.get("transforms", []), SafeHeaders],
        }
        super().init_webapp()

    def start_app(self) -> None:
        """Start, and print once where a browser finds the server: the log hides the token."""
        super().start_app()
        provider = self.identity_provider
        if provider.token and provider.token_generated:
            where = f"Open {self.connect_url}\nWhoever has this address can use JupyterLab."
            print(where, flush=True)


class Lab(LabApp):  # type: ignore[misc]
    """JupyterLab on that server."""

    serverapp_class = LabServer
