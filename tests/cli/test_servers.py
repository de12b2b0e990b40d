"""The commands that serve: pages in a browser, the API, a hub."""

from __future__ import annotations

from inspect import signature
from pathlib import Path
from typing import get_args

import pytest
from command_line import run

from ganglioside.cli import servers
from ganglioside.history import History
from ganglioside.server.service_limits import MOST_MEGABYTES, ServiceLimits
from ganglioside.server.standalone import ServeOptions
from ganglioside.settings import Settings, setting_specs
from ganglioside.support import locations
from ganglioside_widgets.app import FIRST
from ganglioside_widgets.serving.options import PageOptions, ServerOptions


def test_lab_and_app_pass_on_what_they_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path)
    served: list[tuple[bool, ServerOptions]] = []

    def record(folder: Path, asked: ServerOptions) -> None:
        served.append((folder.is_dir(), asked))

    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", record)
    monkeypatch.setattr("ganglioside_widgets.app.serve_pages", record)
    run("lab", "--port", 8123, "--no-browser", "--", "--ServerApp.token=x")
    run("app", "--host", "0.0.0.0")
    run(
        "app", "--certfile", "c.pem", "--keyfile", "k.pem", "--allow-host", "lab", "--allow-host",
        "lab.example.org", "--trust-proxy", "10.0.0.1", "--max-kernels", 9, "--max-megabytes", 99,
        "--visitors-may-change",
    )  # fmt: skip
    assert served == [
        (True, ServerOptions(port=8123, open_browser=False, extra=("--ServerApp.token=x",))),
        (True, PageOptions(port=8866, host="0.0.0.0")),
        (
            True,
            PageOptions(
                port=8866,
                certificate=Path("c.pem"),
                key=Path("k.pem"),
                allow_hosts=("lab", "lab.example.org"),
                trusted_proxies=("10.0.0.1",),
                max_kernels=9,
                max_megabytes=99,
                visitors_may_change=True,
            ),
        ),
    ]


def test_lab_works_in_the_users_own_folder_never_in_the_projects(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[Path] = []
    monkeypatch.setattr("platformdirs.user_documents_path", lambda: tmp_path)
    monkeypatch.setattr(
        "ganglioside_widgets.app.serve_lab", lambda folder, _: served.append(folder)
    )
    run("lab")
    assert served == [tmp_path / "ganglioside"]
    assert (served[0] / FIRST).read_bytes() == (locations.notebooks() / FIRST).read_bytes()


def test_lab_elsewhere_copies_the_notebooks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", lambda *_, **__: None)
    result = run("lab", "--notebooks", tmp_path / "mine")
    assert (tmp_path / "mine").is_dir()
    assert str(tmp_path / "mine") in result.stderr


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[tuple[ServeOptions, str]]:
    """What servers of the API were started with; none of them listens."""
    found: list[tuple[ServeOptions, str]] = []

    class Recorded:
        url = "http://127.0.0.1:1/api/v1"

        def __init__(self, history: History, options: ServeOptions, token: str) -> None:
            found.append((options, token))

        def run(self) -> None:
            pass

    monkeypatch.setattr("ganglioside.server.standalone.RunningServer", Recorded)
    return found


def test_serve_passes_on_what_it_is_told(started: list[tuple[ServeOptions, str]]) -> None:
    run("serve", "--port", 8123, "--requests", 0, "--uploads", 5, "--max-megabytes", 7,
        "--host", "0.0.0.0", "--trust-proxy", "10.0.0.1")  # fmt: skip
    limits = ServiceLimits(requests_per_second=0, uploads_per_minute=5, megabytes=7)
    options = ServeOptions(host="0.0.0.0", port=8123, trusted_proxies=("10.0.0.1",), limits=limits)
    assert started == [(options, "")]


def test_the_first_start_prints_a_token_and_the_next_does_not(
    started: list[tuple[ServeOptions, str]],
) -> None:
    first = run("serve").output
    secret = first.partition("shown here only: ")[2].split()[0]
    assert History.open().tokens.find(secret) is not None
    assert "http://127.0.0.1:1/api/v1/docs" in first
    assert "token" not in run("serve").output


def test_a_token_of_ones_own_is_taken_from_the_environment(
    started: list[tuple[ServeOptions, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANGLIOSIDE_TOKEN", "own-token-of-the-server")
    assert "own-token" not in run("serve").output
    assert started[0][1] == "own-token-of-the-server"
    assert History.open().tokens.all() == []


def test_a_server_that_others_could_listen_to_is_refused() -> None:
    assert "--certfile" in run("serve", "--host", "0.0.0.0", code=1).output


def test_a_service_of_a_hub_listens_where_the_hub_says(monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[PageOptions] = []
    monkeypatch.setattr(
        "ganglioside_widgets.app.serve_pages", lambda _, asked: served.append(asked)
    )
    assert "No hub has started this" in run("app", "--hub", code=1).output
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/services/ganglioside/")
    monkeypatch.setenv("JUPYTERHUB_SERVICE_URL", "http://127.0.0.1:8123")
    run("app", "--hub", "--idle-minutes", "2")
    (options,) = served
    assert (options.host, options.port, options.open_browser) == ("127.0.0.1", 8123, False)
    assert (str(options.access), options.idle_minutes) == ("people", 2.0)


def test_the_configuration_of_a_hub_is_found() -> None:
    assert Path(run("hub-config").stdout.strip()).name == "hub_config.py"


def test_requests_are_as_large_as_tables_may_be() -> None:
    table = setting_specs()["max_megabytes"]
    assert ServiceLimits().megabytes == Settings().max_megabytes
    assert table.high == MOST_MEGABYTES
    for command in (servers.serve_app, servers.serve):
        taken = signature(command).parameters["max_megabytes"]
        assert taken.default == ServiceLimits().megabytes
        (option,) = get_args(servers.MaxMegabytes)[1:]
        assert (option.min, option.max) == (table.low, MOST_MEGABYTES)
