"""JupyterLab and Voila are started with the settings that uploads and many pages need."""

from __future__ import annotations

from pathlib import Path

import jinja2
import pytest
from jupyter_server.serverapp import ServerApp
from voila.app import Voila
from voila.configuration import VoilaConfiguration
from voila.paths import collect_template_paths

from ganglioside.errors import JobError
from ganglioside_widgets import app

# Only the dict syntax keeps the size a number: see app.py.
pytestmark = pytest.mark.filterwarnings("ignore:--tornado_settings:DeprecationWarning")


def page(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("{}")
    return path


def test_lab_accepts_large_uploads_and_listens_on_this_machine_only(tmp_path: Path) -> None:
    server = ServerApp()
    server.parse_command_line(app.lab_arguments(tmp_path, 8901, open_browser=False))
    assert server.tornado_settings == {"websocket_max_message_size": 200 * 1024 * 1024}
    assert (server.ip, server.port, server.open_browser) == ("127.0.0.1", 8901, False)
    assert server.root_dir == str(tmp_path)
    limit = server.config.ZMQChannelsWebsocketConnection.iopub_data_rate_limit
    assert float(limit) == app.IOPUB_RATE


def test_pages_are_served_preheated_and_their_kernels_culled(tmp_path: Path) -> None:
    page(tmp_path, "workbench.ipynb")
    server = Voila()
    server.parse_command_line(app.page_arguments(tmp_path, 8902, open_browser=False))
    assert server.tornado_settings == {"websocket_max_message_size": 200 * 1024 * 1024}
    assert (server.ip, server.port, server.open_browser) == ("127.0.0.1", 8902, False)
    configured = VoilaConfiguration(config=server.config)
    assert configured.preheat_kernel
    assert configured.default_pool_size == app.POOL
    assert configured.template == "ganglioside"
    assert int(server.config.MappingKernelManager.cull_idle_timeout) == app.IDLE
    assert int(server.config.MappingKernelManager.cull_interval) == app.LOOK


def test_one_page_is_served_itself_and_several_as_a_folder(tmp_path: Path) -> None:
    page(tmp_path, "01_first.ipynb")
    only = page(tmp_path, "workbench.ipynb")
    assert app.web_pages(tmp_path) == [only]
    assert app.page_arguments(tmp_path, 8903)[0] == str(only)
    page(tmp_path, "compare.ipynb")
    assert app.page_arguments(tmp_path, 8903)[0] == str(tmp_path)


def test_no_page_to_serve_is_refused_with_advice(tmp_path: Path) -> None:
    page(tmp_path, "01_first.ipynb")
    with pytest.raises(JobError, match="ganglioside lab"):
        app.page_arguments(tmp_path, 8904)


def test_the_template_of_pages_is_found_and_unlinks_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(app.SHARE))
    folder = app.SHARE / "voila" / "templates" / "ganglioside"
    assert str(folder) in collect_template_paths(["voila", "nbconvert"], "ganglioside")
    link = '<link rel="stylesheet" href="https://example.org/a.css">'
    parent = "{% block notebook_css %}" + link + "<style>a</style>{% endblock %}"
    templates = {
        "voila/templates/lab/index.html.j2": parent,
        "index.html.j2": (folder / "index.html.j2").read_text(),
    }
    environment = jinja2.Environment(loader=jinja2.DictLoader(templates))
    rendered = environment.get_template("index.html.j2").render()
    assert "<style>a</style>" in rendered
    assert "href" not in rendered
