"""The commands that open the notebooks in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import run


def test_lab_and_app_pass_on_what_they_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    served: list[tuple[object, ...]] = []

    def record(folder: Path, port: int, **told: object) -> None:
        served.append((folder.is_dir(), port, *told.values()))

    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", record)
    monkeypatch.setattr("ganglioside_widgets.app.serve_pages", record)
    run("lab", "--port", 8123, "--no-browser", "--", "--ServerApp.token=x")
    run("app", "--host", "0.0.0.0")
    run(
        "app", "--certfile", "c.pem", "--keyfile", "k.pem", "--allow-host", "lab", "--allow-host",
        "lab.example.org", "--trust-proxy", "10.0.0.1", "--max-kernels", 9,
        "--visitors-may-change",
    )  # fmt: skip
    names = ["lab", "lab.example.org"]
    assert served == [
        (True, 8123, "127.0.0.1", False, None, None, ["--ServerApp.token=x"]),
        (True, 8866, "0.0.0.0", True, None, None, (), (), 20, False, []),
        (True, 8866, "127.0.0.1", True, Path("c.pem"), Path("k.pem"), names, ["10.0.0.1"], 9,
         True, []),
    ]  # fmt: skip


def test_lab_elsewhere_copies_the_notebooks(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("ganglioside_widgets.app.serve_lab", lambda *_, **__: None)
    result = run("lab", "--notebooks", tmp_path / "mine")
    assert (tmp_path / "mine").is_dir()
    assert str(tmp_path / "mine") in result.stderr
