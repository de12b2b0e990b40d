"""The configuration of a hub: groups from a file, one service, no servers of people's own."""

from __future__ import annotations

import runpy
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from ganglioside.errors import ServerError
from ganglioside.server import hub_config

GROUPS = 'administrators = ["ada"]\n[groups]\nlipids = ["ann", "bob"]\n'


class Config(defaultdict[str, Any]):
    """Stands for traitlets' configuration: any section, any value."""

    def __init__(self) -> None:
        super().__init__(Config)

    def __getattr__(self, name: str) -> Any:
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The file as JupyterHub reads it."""
    (tmp_path / "groups.toml").write_text(GROUPS)
    monkeypatch.setenv("GANGLIOSIDE_HUB_FOLDER", str(tmp_path / "hub"))
    monkeypatch.setenv("GANGLIOSIDE_GROUPS", str(tmp_path / "groups.toml"))
    monkeypatch.setenv("GANGLIOSIDE_HISTORY", "/somewhere/history.duckdb")
    found = Config()
    runpy.run_path(hub_config.__file__, {"get_config": lambda: found})
    return found


def test_pages_and_api_are_one_service_of_those_in_groups(config: Config) -> None:
    (service,) = config.JupyterHub.services
    assert service["command"][-2:] == ["app", "--hub"]
    assert service["environment"]["GANGLIOSIDE_HISTORY"] == "/somewhere/history.duckdb"
    assert config.JupyterHub.load_groups == {
        "administrators": {"users": ["ada"]},
        "lipids": {"users": ["ann", "bob"]},
    }
    roles = {role["name"]: role for role in config.JupyterHub.load_roles}
    access = roles["ganglioside-people"]
    assert access["scopes"] == ["access:services!service=ganglioside"]
    assert access["groups"] == ["administrators", "lipids"]


def test_who_left_the_file_has_left_the_hubs_groups(config: Config, tmp_path: Path) -> None:
    """JupyterHub adds people to groups when it starts, and takes nobody out."""
    orm = pytest.importorskip("jupyterhub.orm")
    session = orm.new_session_factory(config.JupyterHub.db_url)()
    people = {name: orm.User(name=name) for name in ("ada", "ann", "bob", "eve")}
    before = {"administrators": ["ada", "eve"], "lipids": ["ann", "bob"], "former": ["bob"]}
    for name, members in before.items():
        session.add(orm.Group(name=name, users=[people[one] for one in members]))
    session.commit()
    now = {"administrators": ["Ada"], "lipids": ["bob", "new"]}
    hub_config.configure(Config(), now, tmp_path / "hub")
    session.expire_all()
    left = {group.name: [user.name for user in group.users] for group in session.query(orm.Group)}
    assert left == {"administrators": ["ada"], "lipids": ["bob"], "former": []}
    session.close()


def test_nobody_starts_a_server_of_his_own(config: Config) -> None:
    """What people may do without a group holds neither servers nor services."""
    roles = {role["name"]: role for role in config.JupyterHub.load_roles}
    assert not [s for s in roles["user"]["scopes"] if "server" in s or "access" in s or s == "self"]


def test_the_folder_of_the_hub_is_private(config: Config, tmp_path: Path) -> None:
    assert (tmp_path / "hub").stat().st_mode & 0o077 == 0
    assert str(tmp_path / "hub") in config.JupyterHub.cookie_secret_file


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('administrators = "ada"', "administrators is no list"),
        ("[groups]\nlipids = [1]", "lipids is no list"),
        ("[group]\nlipids = []", "holds group"),
        ("= nothing", "cannot be read"),
        (None, "There is no file"),
    ],
)
def test_a_wrong_file_of_groups_is_refused(text: str | None, why: str, tmp_path: Path) -> None:
    file = tmp_path / "groups.toml"
    if text is not None:
        file.write_text(text)
    with pytest.raises(ServerError, match=why):
        hub_config.read_groups(file)
