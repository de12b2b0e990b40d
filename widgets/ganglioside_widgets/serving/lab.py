"""JupyterLab with safe headers, and without Voila."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jupyter_server.serverapp import ServerApp
from jupyterlab.labapp import LabApp

from ganglioside_widgets.serving.headers import LAB_POLICY, SafeHeaders, write_policy
from ganglioside_widgets.serving.kernel_transport import choose_transport

#: Not served by JupyterLab: it writes a parameter of the address into its page unescaped, through
#: which others could run a script.
VOILA: Final = "voila.server_extension"

#: The API of the history.
API: Final = "ganglioside.server.jupyter"


class LabServer(ServerApp):
    """Jupyter's server with safe headers and without Voila, whatever its configuration says."""

    #: The token to use; empty: a new one.
    own_token = ""

    def init_configurables(self) -> None:
        """Create the parts of the server, and set the token if there is one of our own."""
        choose_transport(self.config, Path(self.runtime_dir))
        super().init_configurables()
        if self.own_token:
            self.identity_provider.token = self.own_token
            self.identity_provider.token_generated = False

    def init_server_extensions(self) -> None:
        """Load all extensions but Voila."""
        if self.jpserver_extensions.get(VOILA):
            self.log.info("Voila is not served beside JupyterLab: use `ganglioside app`.")
        self.jpserver_extensions = {**self.jpserver_extensions, VOILA: False, API: True}
        super().init_server_extensions()

    def init_webapp(self) -> None:
        """Create the web application, whose responses get the headers."""
        given: dict[str, Any] = dict(self.tornado_settings)
        policy = {"Content-Security-Policy": write_policy(LAB_POLICY)}
        self.tornado_settings = given | {
            "headers": policy | given.get("headers", {}),
            "transforms": [*given.get("transforms", []), SafeHeaders],
        }
        super().init_webapp()

    def start_app(self) -> None:
        """Start, and print the address with the token once, as logs hide it."""
        super().start_app()
        provider = self.identity_provider
        if provider.token and provider.token_generated:
            print(
                f"Open {self.connect_url}\nWhoever has this address can use JupyterLab.", flush=True
            )


class Lab(LabApp):  # type: ignore[misc]
    """JupyterLab on a `LabServer`."""

    serverapp_class = LabServer
