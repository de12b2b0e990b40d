"""The commands that open the notebooks in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run

from ganglioside_widgets.serving.options import PageOptions, ServerOptions


def test_lab_and_app_pass_on_what_they_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[tuple[bool, ServerOptions]] = []

    def record(folder: Path, asked: ServerOptions) -> None:
        served.append((folder.is_dir(), asked))

    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", record)
    monkeypatch.setattr("ganglioside_widgets.app.serve_pages", record)
    run("lab", "--port", 8123, "--no-browser", "--", "--ServerApp.token=x")
    run("app", "--host", "0.0.0.0")
    run(
        "app", "--certfile", "c.pem", "--keyfile", "k.pem", "--allow-host", "lab", "--allow-host",
        "lab.example.org", "--trust-proxy", "10.0.0.1", "--max-kernels", 9,
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
                visitors_may_change=True,
            ),
        ),
    ]


def test_lab_elsewhere_copies_the_notebooks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", lambda *_, **__: None)
    result = run("lab", "--notebooks", tmp_path / "mine")
    assert (tmp_path / "mine").is_dir()
    assert str(tmp_path / "mine") in result.stderr
