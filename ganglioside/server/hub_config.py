"""Configuration of JupyterHub for a group: `jupyterhub -f "$(ganglioside hub-config)"`.

The hub is the front: people sign in there, and get to the pages and the API, which are one service
of it. Nobody starts a server of Jupyter's own. Who belongs to which group is in a file (TOML) that
`GANGLIOSIDE_GROUPS` names, else in `groups.toml` of the hub's folder:

    administrators = ["ada"]

    [groups]
    lipids = ["ann", "bob"]

Whoever is in no group can sign in, and is refused at every page. When the hub starts, the file
alone says who is in which group. People sign in with their accounts of the machine (PAM). For
another way, write a configuration of your own that begins with `load_subconfig` of this file, and
set `c.JupyterHub.authenticator_class` there.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tomllib
from contextlib import closing
from pathlib import Path
from typing import Any, Final

from platformdirs import user_data_path

from ganglioside.errors import ServerError
from ganglioside.server.hub import ADMINISTRATORS, VARIABLE

NAME: Final = "ganglioside"

#: Names the file with the groups.
GROUPS: Final = "GANGLIOSIDE_GROUPS"

#: Names the folder of the hub's own files.
FOLDER: Final = "GANGLIOSIDE_HUB_FOLDER"

#: Where the hub is reached by browsers or by a proxy with TLS, and where its service listens.
ADDRESS: Final = "GANGLIOSIDE_HUB_ADDRESS"
SERVICE: Final = "GANGLIOSIDE_HUB_SERVICE"

#: What else of the environment the service needs, besides all that is named `GANGLIOSIDE_...`.
_PASSED_ON: Final = (
    "XDG_DATA_HOME", "PYTHONPATH", "HOME", "TZ", "JUPYTER_PATH",
    "PGPASSWORD", "PGPASSWORD_FILE", "PGPASSFILE", "IPYTHONDIR", "JUPYTER_RUNTIME_DIR",
)  # fmt: skip


def hub_folder() -> Path:
    """Folder of the hub's own files, which only its user can read; it is made."""
    named = os.environ.get(FOLDER, "")
    folder = Path(named) if named else user_data_path("ganglioside", appauthor=False) / "hub"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder.resolve()


def read_groups(path: Path) -> dict[str, list[str]]:
    """People of each group, by its name; administrators are a group of that name.

    Raises
    ------
    ServerError
        If the file is not as it should be.
    """
    try:
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ServerError(
            f"There is no file {path}: write who belongs to which group into it, or name another "
            f"in {GROUPS}. The README shows one."
        ) from None
    except (OSError, ValueError) as error:
        raise ServerError(f"{path} cannot be read ({error}).") from error
    groups = {ADMINISTRATORS: found.pop("administrators", []), **found.pop("groups", {})}
    for name, people in groups.items():
        if not (isinstance(people, list) and all(isinstance(one, str) for one in people)):
            raise ServerError(f'{path}: {name} is no list of people: write ["ann", "bob"].')
    if found:
        raise ServerError(
            f"{path} holds {', '.join(found)}, which mean nothing: write `administrators` and "
            "`[groups]`."
        )
    return groups


def forget_former_members(database: Path, groups: dict[str, list[str]]) -> None:
    """Take those out of the hub's groups whom the file no longer names: the hub itself only adds.

    Parameters
    ----------
    database
        The hub's own, in which a new hub has nothing yet.
    groups
        As `read_groups` returns them.
    """
    named = {(group, one.lower()) for group, people in groups.items() for one in people}
    with closing(sqlite3.connect(database)) as hub, hub:
        if not hub.execute("SELECT 1 FROM sqlite_master WHERE name = 'user_group_map'").fetchall():
            return
        members = hub.execute(
            "SELECT groups.name, users.name, group_id, user_id FROM user_group_map"
            " JOIN groups ON groups.id = group_id JOIN users ON users.id = user_id"
        ).fetchall()
        hub.executemany(
            "DELETE FROM user_group_map WHERE group_id = ? AND user_id = ?",
            [ids for group, name, *ids in members if (group, name.lower()) not in named],
        )


def configure(c: Any, groups: dict[str, list[str]], folder: Path) -> None:
    """Set up a hub with the pages and the API as its one service.

    Parameters
    ----------
    c
        Configuration of JupyterHub.
    groups
        As `read_groups` returns them.
    folder
        For the hub's own files.
    """
    named = {k: v for k, v in os.environ.items() if k.startswith("GANGLIOSIDE_")}
    environment = named | {k: os.environ[k] for k in _PASSED_ON if k in os.environ}
    c.JupyterHub.bind_url = os.environ.get(ADDRESS, "http://127.0.0.1:8000")
    c.JupyterHub.db_url = f"sqlite:///{folder / 'hub.sqlite'}"
    c.JupyterHub.cookie_secret_file = str(folder / "cookie_secret")
    c.ConfigurableHTTPProxy.pid_file = str(folder / "proxy.pid")
    if (proxy := shutil.which("configurable-http-proxy")) is not None:
        c.ConfigurableHTTPProxy.command = [proxy]
    c.JupyterHub.default_url = f"/services/{NAME}/"
    c.JupyterHub.services = [
        {
            "name": NAME,
            "url": os.environ.get(SERVICE, "http://127.0.0.1:8866"),
            "command": [sys.executable, "-P", "-m", "ganglioside", "app", "--hub"],
            "environment": {VARIABLE: ADMINISTRATORS, **environment},
            "oauth_no_confirm": True,
        }
    ]
    forget_former_members(folder / "hub.sqlite", groups)
    c.JupyterHub.load_groups = {name: {"users": people} for name, people in groups.items()}
    c.Authenticator.allow_all = True
    c.JupyterHub.load_roles = [
        {
            "name": "ganglioside-people",
            "description": "Use the pages and the API of Ganglioside",
            "scopes": [f"access:services!service={NAME}"],
            "groups": list(groups),
        },
        {
            "name": "user",
            "description": "Sign in, and make tokens for scripts; start no server",
            "scopes": ["read:users!user", "tokens!user"],
        },
    ]


if "get_config" in globals():  # read by JupyterHub
    _folder = hub_folder()
    configure(
        get_config(),  # type: ignore[name-defined]  # noqa: F821
        read_groups(Path(os.environ.get(GROUPS, "") or _folder / "groups.toml")),
        _folder,
    )
