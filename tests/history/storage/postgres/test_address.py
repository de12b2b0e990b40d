"""Addresses of databases: what is shown of them never holds the password."""

from __future__ import annotations

from pathlib import Path

import pytest
from psycopg.conninfo import conninfo_to_dict

from ganglioside.errors import HistoryError
from ganglioside.history.storage.postgres.address import Address


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("postgresql://ada:secret@lab.example/gangliosides", "postgresql://lab.example/gangliosides"),
        ("postgres://ada:secret@lab.example:5433/g?sslmode=verify-full", "postgresql://lab.example:5433/g"),
        ("postgresql://ada@/g?host=/run/postgresql&password=secret", "postgresql:///g?host=/run/postgresql"),
        ("postgresql:///g?host=/run/pg&port=5544", "postgresql:///g?host=/run/pg&port=5544"),
        ("postgresql:///g", "postgresql://localhost/g"),
        ("postgresql://ada:secret@lab.example", "postgresql://lab.example/ada"),
    ],
)  # fmt: skip
def test_the_name_is_server_and_database(url: str, name: str) -> None:
    address = Address.of(url)
    assert address.name == name
    assert "secret" not in repr(address)
    assert address.url == url


@pytest.mark.parametrize(
    "url", ["postgresql://ada:secret@[lab/g", "postgresql://ada:secret@lab/g?no=1"]
)
def test_a_url_that_cannot_be_read_is_not_repeated(url: str) -> None:
    with pytest.raises(HistoryError, match="percent code") as refused:
        Address.of(url)
    assert "secret" not in str(refused.value)
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_what_stands_beside_is_in_a_folder_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    one = Address.of("postgresql://ada:secret@lab/g")
    assert one.folder.parent == tmp_path / "ganglioside" / "postgresql"
    assert one.folder == Address.of("postgresql://bob@lab/g").folder
    assert one.folder != Address.of("postgresql://lab/g-").folder


def test_the_options_of_a_url_stay() -> None:
    found = Address.of("postgresql://lab/g?options=-cwork_mem%3D8MB&sslmode=require").conninfo(7)
    assert "work_mem=8MB" in found
    assert "search_path=ganglioside" in found
    assert "lock_timeout=7000" in found
    assert "sslmode=require" in found


def test_a_connection_that_is_cut_off_fails_after_a_while_unless_the_url_says_when() -> None:
    url = "postgresql://lab/g"
    usual = conninfo_to_dict(Address.of(url).conninfo(7))
    assert (usual["keepalives_idle"], usual["tcp_user_timeout"]) == ("20", "60000")
    patient = conninfo_to_dict(Address.of(url).conninfo(300))
    assert patient["tcp_user_timeout"] == "600000"  # a server may read nothing while it waits
    own = Address.of(f"{url}?tcp_user_timeout=5000&keepalives_idle=7").conninfo(7)
    given = conninfo_to_dict(own)
    assert (given["keepalives_idle"], given["tcp_user_timeout"]) == ("7", "5000")


def test_a_password_may_be_in_a_file_and_the_url_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("from a file\n")
    monkeypatch.delenv("PGPASSWORD", raising=False)
    monkeypatch.setenv("PGPASSWORD_FILE", str(tmp_path / "password"))
    address = Address.of("postgresql://ada@lab/g")
    assert conninfo_to_dict(address.conninfo(7))["password"] == "from a file"
    given = Address.of("postgresql://ada:given@lab/g")
    assert conninfo_to_dict(given.conninfo(7))["password"] == "given"
    monkeypatch.delenv("PGPASSWORD_FILE")
    assert "password" not in conninfo_to_dict(address.conninfo(7))


def test_what_is_shown_of_a_socket_is_a_url_whose_folder_stays() -> None:
    """It was shown as `/run/pg:5544`, and its folder is called after that."""
    address = Address.of("postgresql://ada:secret@/g?host=/run/pg&port=5544")
    assert conninfo_to_dict(address.name) == {"dbname": "g", "host": "/run/pg", "port": "5544"}
    assert address.folder.name == "g-host-run-pg-5544-4f680575"
