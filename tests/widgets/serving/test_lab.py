"""JupyterLab serves no Voila, sends the safe headers, and keeps a token that it is given."""

from __future__ import annotations

from pathlib import Path

import pytest
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.serverapp import ServerApp

from ganglioside_widgets.serving.headers import SafeHeaders
from ganglioside_widgets.serving.kernel_transport import kernel_transport
from ganglioside_widgets.serving.lab import API, VOILA, Lab, LabServer


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> LabServer:
    """A server of which only our own part does something."""

    def configure(self: ServerApp) -> None:
        self.identity_provider = PasswordIdentityProvider(token="generated")
        self.identity_provider.token_generated = True

    monkeypatch.setattr(ServerApp, "init_configurables", configure)
    for name in ("init_server_extensions", "init_webapp", "start_app"):
        monkeypatch.setattr(ServerApp, name, lambda self: None)
    monkeypatch.setattr(LabServer, "own_token", "")
    return LabServer()


def test_voila_is_not_served_whatever_the_configuration(server: LabServer) -> None:
    for enabled in (True, False):
        server.jpserver_extensions = {VOILA: enabled, "jupyterlab": True}
        server.init_server_extensions()
        assert server.jpserver_extensions == {VOILA: False, API: True, "jupyterlab": True}
    server.jpserver_extensions = {}
    server.init_server_extensions()
    assert server.jpserver_extensions == {VOILA: False, API: True}


def test_headers_are_added_to_settings_that_are_there(server: LabServer) -> None:
    server.tornado_settings = {"websocket_max_message_size": 5, "headers": {"X-Other": "1"}}
    server.init_webapp()
    settings = server.tornado_settings
    assert settings["websocket_max_message_size"] == 5
    assert settings["headers"]["X-Other"] == "1"
    assert "frame-ancestors 'self'" in settings["headers"]["Content-Security-Policy"]
    assert settings["transforms"] == [SafeHeaders]


def test_a_token_to_keep_is_used_and_not_printed(
    server: LabServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(LabServer, "own_token", "abcdefgh-01234567")
    server.init_configurables()
    assert server.identity_provider.token == "abcdefgh-01234567"
    server.start_app()
    assert capsys.readouterr().out == ""


def test_a_new_token_is_printed_with_the_address(
    server: LabServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.init_configurables()
    assert server.identity_provider.token == "generated"
    server.start_app()
    printed = capsys.readouterr().out
    assert "token=generated" in printed
    assert "Whoever has this address can use JupyterLab." in printed


def test_kernels_are_reached_as_their_folder_allows(server: LabServer, tmp_path: Path) -> None:
    server.runtime_dir = str(tmp_path)
    server.init_configurables()
    assert server.config.KernelManager.transport == kernel_transport(tmp_path)


def test_jupyterlab_starts_this_server() -> None:
    assert Lab.serverapp_class is LabServer
