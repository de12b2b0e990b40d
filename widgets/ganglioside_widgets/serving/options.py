"""Options with which JupyterLab and the web pages are served."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ganglioside.server.service_limits import ServiceLimits
from ganglioside_widgets.state.visitors import Access

if TYPE_CHECKING:
    from ganglioside.server.hub import HubService
    from ganglioside_widgets.serving.address import Address

#: The address that only this machine can reach.
HERE: Final = "127.0.0.1"

#: Kernels at once, spare ones included; each needs about 0.1 GB of memory.
MOST_KERNELS: Final = 20

#: Largest request and largest table, MB, where no other is asked for: that of the API.
USUAL_MEGABYTES: Final = ServiceLimits().megabytes

#: Minutes without use after which the kernel of a closed page is ended.
IDLE_MINUTES: Final = 10.0


@dataclass(frozen=True, kw_only=True)
class ServerOptions:
    """Where a server listens, and how it is started.

    Attributes
    ----------
    port : int
    host : str
        Address to listen at; by default only this machine can reach it.
    open_browser : bool
    certificate, key : pathlib.Path or None
        PEM files for TLS; None: plain HTTP.
    extra : sequence of str
        Further command line arguments for JupyterLab or Voila.

    Examples
    --------
    >>> options = ServerOptions(port=8888, open_browser=False)
    >>> options.host
    '127.0.0.1'
    """

    port: int
    host: str = HERE
    open_browser: bool = True
    certificate: Path | None = None
    key: Path | None = None
    extra: Sequence[str] = ()

    @property
    def address(self) -> Address:
        """The address to listen at, with its TLS files."""
        from ganglioside_widgets.serving.address import Address

        return Address(self.host, self.port, self.certificate, self.key)


@dataclass(frozen=True, kw_only=True)
class PageOptions(ServerOptions):
    """Options of the web pages: also who may visit them, and how many at once.

    Attributes
    ----------
    allow_hosts : sequence of str
        Further host names that visitors may use, such as that of a proxy.
    trusted_proxies : sequence of str
        Addresses or networks of proxies whose `X-Forwarded-Proto` header is believed.
    max_kernels : int
        Pages open at once, spare kernels included.
    max_megabytes : float
        Largest request and largest table, MB.
    idle_minutes : float
        Time without use after which the kernel of a closed page is ended.
    visitors_may_change : bool
        Whether visitors from other machines may change sessions and jobs of others.
    hub : HubService or None
        The hub that has started this server, at which people sign in.

    Examples
    --------
    >>> str(PageOptions(port=8866).access)
    'own'
    >>> str(PageOptions(port=8866, host="0.0.0.0").access)
    'shared'
    """

    allow_hosts: Sequence[str] = ()
    trusted_proxies: Sequence[str] = ()
    max_kernels: int = MOST_KERNELS
    max_megabytes: float = USUAL_MEGABYTES
    idle_minutes: float = IDLE_MINUTES
    visitors_may_change: bool = False
    hub: HubService | None = None

    @property
    def access(self) -> Access:
        """Who can open the pages, and what may be changed there.

        Behind a proxy or under a further name visitors come from other machines, even where the
        server itself listens on this machine only.

        =======================  ===================  ========
        visitors from elsewhere  visitors_may_change  access
        =======================  ===================  ========
        no                       either               `OWN`
        yes                      no                   `SHARED`
        yes                      yes                  `OPEN`
        =======================  ===================  ========

        Behind a hub it is `PEOPLE`.
        """
        from ganglioside.support.hosts import is_loopback

        if self.hub is not None:
            return Access.PEOPLE
        has_other_names = bool(self.allow_hosts or self.trusted_proxies)
        if is_loopback(self.host) and not has_other_names:
            return Access.OWN
        return Access.OPEN if self.visitors_may_change else Access.SHARED
