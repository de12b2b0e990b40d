"""Options of the servers: defaults that keep others out, and who can open the pages."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from ganglioside_widgets.serving.address import Address
from ganglioside_widgets.serving.options import PageOptions, ServerOptions


def test_by_default_only_this_machine_reaches_a_server() -> None:
    for options in (ServerOptions(port=1), PageOptions(port=1)):
        assert options.address.is_here
        assert options.open_browser
    assert not PageOptions(port=1).visitors_may_change


def test_the_address_has_host_port_and_tls_files() -> None:
    options = ServerOptions(port=8, host="lab", certificate=Path("c.pem"), key=Path("k.pem"))
    assert options.address == Address("lab", 8, Path("c.pem"), Path("k.pem"))


def test_options_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        PageOptions(port=1).host = "0.0.0.0"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("host", "may_change", "access"),
    [("127.0.0.1", False, "own"), ("::1", True, "own"), ("localhost", False, "own"),
     ("0.0.0.0", False, "shared"), ("10.0.0.7", True, "open"), ("example.org", False, "shared")],
)  # fmt: skip
def test_a_page_is_shared_where_others_reach_it(host: str, may_change: bool, access: str) -> None:
    options = PageOptions(port=1, host=host, visitors_may_change=may_change)
    assert options.access == access


def test_a_proxy_or_another_name_brings_visitors_to_this_machine() -> None:
    assert PageOptions(port=1, allow_hosts=["lab.example.org"]).access == "shared"
    proxied = PageOptions(port=1, trusted_proxies=["10.0.0.1"], visitors_may_change=True)
    assert proxied.access == "open"
