"""JupyterLab and Voila are started with the settings that uploads and many pages need."""

from __future__ import annotations

import logging
import warnings
from pathlib import Path

import jinja2
import pytest
from jupyter_server.serverapp import ServerApp
from nbformat import v4
from traitlets import Dict
from voila.configuration import VoilaConfiguration
from voila.execute import VoilaExecutor
from voila.paths import collect_template_paths
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler

from ganglioside.errors import JobError
from ganglioside.server.jupyter import ApiLimits
from ganglioside.server.service_limits import ServiceLimits
from ganglioside_widgets import app
from ganglioside_widgets.panels import navigation
from ganglioside_widgets.serving import start_page
from ganglioside_widgets.serving.kernels import BoundedKernels
from ganglioside_widgets.serving.options import (
    IDLE_MINUTES,
    MOST_KERNELS,
    PageOptions,
    ServerOptions,
)
from ganglioside_widgets.serving.pages import LetFinish, Pages

# Only the dict syntax keeps the size a number: see app.py.
pytestmark = pytest.mark.filterwarnings("ignore:--tornado_settings:DeprecationWarning")

LARGE = {"websocket_max_message_size": 200 * 1024 * 1024}


def page(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("{}")
    return path


def test_lab_accepts_large_uploads_and_listens_on_this_machine_only(tmp_path: Path) -> None:
    server = ServerApp()
    server.parse_command_line(
        app.lab_arguments(tmp_path, ServerOptions(port=8901, open_browser=False))
    )
    assert server.tornado_settings == LARGE
    assert (server.ip, server.port, server.open_browser) == ("127.0.0.1", 8901, False)
    assert server.root_dir == str(tmp_path)
    limit = server.config.ZMQChannelsWebsocketConnection.iopub_data_rate_limit
    assert float(limit) == app.IOPUB_RATE


def test_lab_opens_the_first_lesson_where_there_is_one(tmp_path: Path) -> None:
    assert not any(
        "default_url" in a for a in app.lab_arguments(tmp_path, ServerOptions(port=8901))
    )
    page(tmp_path, "00_start_here.ipynb")
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in app.lab_arguments(
        tmp_path, ServerOptions(port=8901)
    )


def test_pages_are_served_preheated_and_their_kernels_culled(tmp_path: Path) -> None:
    server = Pages()
    server.parse_command_line(
        app.page_arguments(tmp_path, PageOptions(port=8902, open_browser=False))
    )
    assert server.tornado_settings == LARGE
    assert (server.ip, server.port, server.open_browser) == ("127.0.0.1", 8902, False)
    configured = VoilaConfiguration(config=server.config)
    assert configured.preheat_kernel
    assert configured.template == "ganglioside"
    pools = server.config.VoilaKernelManager.kernel_pools_config.get_value(Dict())
    assert {name: pool["pool_size"] for name, pool in pools.items()} == app.PAGES
    assert int(server.config.MappingKernelManager.cull_idle_timeout) == 60 * IDLE_MINUTES
    assert int(server.config.MappingKernelManager.cull_interval) == app.CULL_INTERVAL
    executor = VoilaExecutor(nb=v4.new_notebook(), config=server.config)
    assert executor.iopub_timeout == executor.startup_timeout == app.PATIENCE


def test_limits_come_from_options(tmp_path: Path) -> None:
    server = Pages()
    arguments = app.page_arguments(tmp_path, PageOptions(port=8902, max_megabytes=7))
    server.parse_command_line([*arguments, "--ApiLimits.job_seconds=60"])
    assert ApiLimits(parent=server).limits() == ServiceLimits(megabytes=7, job_seconds=60)


def test_what_an_address_asks_for_is_not_written_into_pages(tmp_path: Path) -> None:
    server = Pages()
    server.parse_command_line(
        app.page_arguments(tmp_path, PageOptions(port=8903, open_browser=False))
    )
    configured = VoilaConfiguration(config=server.config)
    assert configured.allow_theme_override == "NO"
    assert configured.allow_template_override == "NO"


def test_kernels_are_bounded_and_leave_some_for_visitors(tmp_path: Path) -> None:
    server = Pages()
    server.parse_command_line(app.page_arguments(tmp_path, PageOptions(port=8904, max_kernels=7)))
    configured = VoilaConfiguration(config=server.config)
    kernels = configured.multi_kernel_manager_class
    assert issubclass(kernels, BoundedKernels)
    assert kernels(config=server.config).max_kernels == 7
    assert BoundedKernels().max_kernels == MOST_KERNELS
    spare = sum(app.PAGES.values())
    with pytest.raises(JobError, match=f"--max-kernels at least {spare + 1}"):
        app.page_arguments(tmp_path, PageOptions(port=8904, max_kernels=spare))


@pytest.mark.parametrize("extra", ["--token=abc", "--Voila.token=", "--IdentityProvider.token=a"])
def test_a_token_among_the_arguments_is_refused(extra: str, tmp_path: Path) -> None:
    with pytest.raises(JobError, match="every user of this machine"):
        app.serve_pages(tmp_path, PageOptions(port=8905, open_browser=False, extra=(extra,)))


def test_nothing_but_the_pages_is_served(tmp_path: Path) -> None:
    folder, target = tmp_path / "notebooks", tmp_path / "served"
    folder.mkdir()
    target.mkdir()
    for name in (*app.PAGES, "01_first.ipynb", "notes.csv"):
        page(folder, name)
    app.copy_pages(folder, target)
    assert sorted(path.name for path in target.iterdir()) == sorted(app.PAGES)


def test_no_page_to_serve_is_refused_with_advice(tmp_path: Path) -> None:
    page(tmp_path, "01_first.ipynb")
    with pytest.raises(JobError, match="ganglioside lab"):
        app.copy_pages(tmp_path, tmp_path)


def test_the_kernel_of_a_closed_page_may_finish_its_analysis(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    plain = [
        ("/a", VoilaShutdownKernelHandler),
        ("/b", object, {"x": 1}),
        ("/c", RequestInfoSocketHandler),
    ]
    monkeypatch.setattr("voila.app.Voila.init_handlers", lambda self: plain)
    handlers = Pages().init_handlers()
    paths = [path for path, *_ in handlers]
    served = handlers[paths.index("/a") :]
    assert served[:2] == [("/a", LetFinish), ("/b", object, {"x": 1})]
    assert "/metrics" in paths[: paths.index("/a")]  # and the API
    assert RequestInfoSocketHandler not in {handler for _, handler, *_ in handlers}


def test_the_templates_of_pages_are_found_and_link_nothing_of_the_network(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(app.SHARE))
    folder = app.SHARE / "voila" / "templates" / "ganglioside"
    assert str(folder) in collect_template_paths(["voila", "nbconvert"], "ganglioside")
    for page in folder.glob("*.html"):
        assert "http:" not in page.read_text(encoding="utf-8")
        assert "https:" not in page.read_text(encoding="utf-8")


def test_links_to_the_network_in_the_page_of_a_notebook_are_taken_out() -> None:
    link = '<link rel="stylesheet" href="https://example.org/a.css">'
    parent = "{% block notebook_css %}" + link + "<style>a</style>{% endblock %}"
    folder = app.SHARE / "voila" / "templates" / "ganglioside"
    templates = {
        "voila/templates/lab/index.html.j2": parent,
        "spinner.macro.html.j2": "",
        "index.html.j2": (folder / "index.html.j2").read_text(),
    }
    environment = jinja2.Environment(loader=jinja2.DictLoader(templates))
    rendered = environment.get_template("index.html.j2").render()
    assert "<style>a</style>" in rendered
    assert "href" not in rendered


def test_each_page_has_a_label_and_a_card() -> None:
    labels = navigation.PAGES | navigation.FOR_ADMINISTRATORS
    assert set(app.PAGES) == set(labels) == set(start_page.CARDS)
    assert labels == {name: title for name, (title, _) in start_page.CARDS.items()}
    assert set(navigation.FOR_ADMINISTRATORS) == start_page.FOR_ADMINISTRATORS


def test_the_address_is_the_last_line(capsys: pytest.CaptureFixture[str]) -> None:
    for has_own_token in (True, False):
        app.show_address("http://127.0.0.1:8866/", has_own_token=has_own_token)
        assert "Open http://127.0.0.1:8866/" in capsys.readouterr().out.splitlines()[-1]


def test_a_terminal_is_kept_quiet_and_a_log_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    server = Pages()
    server.parse_command_line(app._quiet())
    assert server.log_level == logging.ERROR
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    assert app._quiet() == []


def test_arguments_that_are_dicts_warn_nobody() -> None:
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        app._keep_dicts()
        ServerApp().parse_command_line(app.lab_arguments(Path(), ServerOptions(port=8901)))
    assert [one for one in told if "dict-traits" in str(one.message)] == []
