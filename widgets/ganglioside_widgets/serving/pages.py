"""Voila behind a door: pages keep to a policy, and a running analysis outlives its page."""

from __future__ import annotations

import hmac
import logging
import os
import re
import socket
import ssl
import sys
import webbrowser
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import tornado.ioloop
from jinja2 import Environment, FileSystemBytecodeCache
from jupyter_server.auth.identity import PasswordIdentityProvider
from jupyter_server.services.kernels.handlers import KernelHandler
from jupyter_server.utils import url_path_join
from tornado import web
from traitlets import Bool, Callable, Instance, List, default
from voila import notebook_renderer
from voila.app import Voila
from voila.exporter import VoilaExporter
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import AllowListFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler
from voila.tornado.treehandler import TornadoVoilaTreeHandler

from ganglioside.server.bodies import IDLE_SECONDS, SECONDS, SMALL
from ganglioside.server.hub import HubService
from ganglioside.server.jupyter import ApiLimits, handlers, jupyter_app
from ganglioside.server.service_limits import VARIABLE
from ganglioside.watching.alarms import watch
from ganglioside_widgets.serving.address import Address
from ganglioside_widgets.serving.connections import BoundedServer
from ganglioside_widgets.serving.cookies import cookie_secret
from ganglioside_widgets.serving.documentation import documentation_handlers
from ganglioside_widgets.serving.door import Door, Guarded, Refusal, TurnedAway
from ganglioside_widgets.serving.headers import PageHeaders
from ganglioside_widgets.serving.help_page import HelpPage
from ganglioside_widgets.serving.idle import until_idle
from ganglioside_widgets.serving.kernel_transport import choose_transport
from ganglioside_widgets.serving.kernels import RETRY, VisitorsKernels
from ganglioside_widgets.serving.logs import log_request
from ganglioside_widgets.serving.sockets import KernelSocket
from ganglioside_widgets.serving.start_page import (
    FOR_ADMINISTRATORS,
    FilesRead,
    Recent,
    StartPage,
    may_administer,
)
from ganglioside_widgets.serving.visits import SETTING, is_theirs, person_of

#: The template of the pages; only files of its folder are served.
TEMPLATE: Final = "ganglioside"

#: What starts kernels, as Jupyter knows it (`prepared_kernels.py`).
PROVISIONER: Final = "ganglioside-prepared"

_NOWHERE: Final = Refusal(HTTPStatus.NOT_FOUND, "There is no page at this address.")

#: Content of a file that leads the browser to the server. Every user of the machine could read an
#: address among the browser's arguments.
_OPENING: Final = """<!DOCTYPE html>
<title>Opening Ganglioside</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
"""


class LetFinish(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the kernel of a closed or reloaded page once its analysis is done."""

    def check_xsrf_cookie(self) -> None:
        """Require no XSRF token: a closing page sends none, and the id of its kernel is secret."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """Answer at once, and end the kernel when no analysis runs in it."""
        if kernel_id not in self.kernel_manager or not is_theirs(self, kernel_id):
            raise web.HTTPError(404, "The kernel has ended already.")
        self.set_status(204)
        self.finish()
        process = getattr(self.kernel_manager.get_kernel(kernel_id).provisioner, "pid", None)
        if process is not None:
            await until_idle(process)
        if kernel_id in self.kernel_manager:
            await self.kernel_manager.shutdown_kernel(kernel_id)


class OwnKernel(KernelHandler):
    """Answers about a kernel to who may use it."""

    async def prepare(self) -> None:  # type: ignore[override]
        """Prepare an answer; a kernel of somebody else is as if it were not there."""
        await super().prepare()
        if self.current_user is not None and not is_theirs(self, self.path_kwargs["kernel_id"]):
            raise web.HTTPError(404, "There is no such kernel.")


class PageHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """Serves a page, if it exists and there is room for its kernel.

    Where people sign in, the kernel is told by the server who has: see `VisitorsKernels`.
    """

    has_left = False

    @property
    def kernel_manager(self) -> Any:
        """Kernels of the server, as the visitor gets them."""
        return VisitorsKernels(super().kernel_manager, person_of(self))

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page."""
        pages = {page.name for page in Path(self.contents_manager.root_dir).iterdir()}
        if path not in pages or (path in FOR_ADMINISTRATORS and not may_administer(self)):
            raise web.HTTPError(404, reason="There is no such page")
        if not self.kernel_manager.has_room(path):
            raise self.kernel_manager.refusal()
        async with self.kernel_manager.turn(path):
            if not self.has_left:
                await super().get(path)
        # Voila keeps the address of each visit for kernels to request; ours never do.
        RequestInfoSocketHandler._cache.clear()

    def on_connection_close(self) -> None:
        """Note that the visitor has left: whoever left before his turn needs no kernel."""
        super().on_connection_close()
        self.has_left = True

    def write_error(self, status_code: int, **named: Any) -> None:
        """Answer with an error; one of a full server says when to try again."""
        if status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.set_header("Retry-After", str(RETRY))
        super().write_error(status_code, **named)


class TemplateFiles(TemplateStaticFileHandler):  # type: ignore[misc]
    """Serves the static files of the pages' template only."""

    def parse_url_path(self, path: str) -> str:
        """Path of a file on this system."""
        if re.fullmatch(rf"{TEMPLATE}/static/[^/].*", path) is None:
            raise web.HTTPError(404)
        return str(super().parse_url_path(path))


class TokenProvider(PasswordIdentityProvider):
    """Lets in visitors who bring the token in an address, header, form or cookie."""

    async def get_user_token(self, handler: Any) -> Any:
        """User of a request that brings the token; None without it."""
        given = self.get_token(handler) or ""
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return None
        return await super().get_user_token(handler)


#: Replacements of handlers of Voila; None: not served.
REPLACED: Final[dict[type, type | None]] = {
    KernelHandler: OwnKernel,
    VoilaShutdownKernelHandler: LetFinish,
    VoilaKernelWebsocketHandler: KernelSocket,
    TornadoVoilaHandler: PageHandler,
    TornadoVoilaTreeHandler: StartPage,
    TemplateStaticFileHandler: TemplateFiles,
    # Not needed, and unsafe: one requires no token, the other serves files beside the pages.
    RequestInfoSocketHandler: None,
    AllowListFileHandler: None,
}


class PageExporter(VoilaExporter):  # type: ignore[misc]
    """Makes pages of notebooks, with templates that are compiled once, not for each page."""

    compiled: FileSystemBytecodeCache | None = None

    def _create_environment(self) -> Environment:
        environment: Environment = super()._create_environment()
        environment.bytecode_cache = self.compiled
        return environment


class Pages(Voila):  # type: ignore[misc]
    """Serves the web pages.

    Attributes
    ----------
    door : Door
        Rules by which requests are let in.
    address : Address
        The address at which the server listens.
    sockets : list of socket.socket
        What it listens to, already bound.
    tls : ssl.SSLContext or None
        TLS settings of the connections.
    workplace : pathlib.Path
        Temporary folder that only this user can read.
    guests : bool
        Whether visitors from other machines come, who may change only what is theirs.
    hub : HubService or None
        The hub at which people sign in; None: they bring the token.
    announce : callable
        Called once the server listens: it tells people the address.
    """

    door = Instance(Door)
    address = Instance(Address)
    sockets = List(Instance(socket.socket))
    tls = Instance(ssl.SSLContext, allow_none=True)
    workplace = Instance(Path)
    guests = Bool(False)
    hub = Instance(HubService, allow_none=True)
    announce = Callable(lambda: None)

    @default("config_file_paths")
    def _folders_of_configuration(self) -> list[str]:
        """Jupyter's own folders: Voila also runs a `voila.py` of the current one, anybody's."""
        known: list[str] = self._config_file_paths_default()
        return [folder for folder in known if Path(folder) != Path.cwd()]

    def init_settings(self) -> dict[str, Any]:
        """Voila's settings with our door, sign-in and error pages."""
        # Set here, so that neither command line nor configuration files can remove the token.
        if self.hub is None:
            self.token, self.identity_provider_class = self.door.token, TokenProvider
        else:
            self.auto_token = True
            self.identity_provider_class = self.hub.identity_provider()
        self.cookie_secret = cookie_secret()
        settings: dict[str, Any] = super().init_settings()
        if self.hub is None:
            settings["identity_provider"].allow_password_change = False
        else:
            settings[SETTING] = self.hub.person_of
            self.hub.take_secrets(settings["identity_provider"])
        return settings | {
            "door": self.door,
            "jinja2_env": settings["voila_jinja2_env"],
            "log_function": log_request,
            "default_handler_class": TurnedAway,
            "default_handler_args": {"refusal": _NOWHERE},
        }

    def init_handlers(self) -> list[Any]:
        """Handlers of Voila, some replaced and some left out (`REPLACED`)."""
        served = []
        own = dict(self._own_handlers())
        for pattern, handler, *rest in super().init_handlers():
            pattern = own.get(pattern, pattern)
            replacement = REPLACED.get(handler, handler)
            if replacement is not None:
                served.append((pattern, replacement, *rest))
        api = jupyter_app(
            self, guests=self.guests, person_of=None if self.hub is None else self.hub.person_of
        )
        documentation = documentation_handlers(self.base_url)
        return [*handlers(self.base_url, api), *self._plain_pages(), *documentation, *served]

    def _plain_pages(self) -> list[tuple[str, Any]]:
        """Pages without a kernel, beside the start page itself."""
        served = {"help": HelpPage, "start/recent": Recent, "start/files": FilesRead}
        return [(url_path_join(self.base_url, path), page) for path, page in served.items()]

    def _own_handlers(self) -> list[tuple[str, str]]:
        """Patterns of the identity provider, which Voila adds as they are, with the base URL."""
        if self.hub is None:
            return []
        patterns = [pattern for pattern, *_ in self.identity_provider.get_handlers()]
        return [(pattern, url_path_join(self.base_url, pattern)) for pattern in patterns]

    def start(self) -> None:
        """Serve until interrupted."""
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.connection_dir = str(self.workplace / "kernels")
        Path(self.connection_dir).mkdir(mode=0o700)
        choose_transport(self.config, Path(self.connection_dir))
        if sys.platform == "linux":  # no other system has such copies, or bears them
            self.config.KernelProvisionerFactory.setdefault("default_provisioner_name", PROVISIONER)
        self._spare_the_loop()
        os.environ[VARIABLE] = ApiLimits(parent=self).limits().to_json()  # kernels inherit it
        self.app = Guarded(transforms=[PageHeaders], **self.init_settings())
        self.app.settings.update(self.tornado_settings)
        self.app.add_handlers(".*$", self.init_handlers())
        # Handlers of the API alone take more, of whoever is signed in.
        server = BoundedServer(
            self.app, ssl_options=self.tls, max_body_size=SMALL, body_timeout=SECONDS,
            idle_connection_timeout=IDLE_SECONDS,
        )  # fmt: skip
        server.add_sockets(self.sockets)
        self.announce()
        if self.open_browser:
            self.launch_browser()
        self.log.info("The web pages are served at %s", self.address.url())
        rounds = watch()
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.info("Stopping ...")
        finally:
            rounds.end()
            server.stop()
            self.stop()

    def _spare_the_loop(self) -> None:
        """Do without work for each kernel or message that nobody needs: the API waits meanwhile."""
        # Records below the level of all handlers would be made, and dropped.
        self.log.setLevel(min(self.log_level, logging.INFO))
        # Each kernel would read a schema of events, to which nobody listens.
        self.config.ServerKernelManager.core_event_schema_paths = []
        PageExporter.compiled = FileSystemBytecodeCache(str(self.workplace))
        notebook_renderer.VoilaExporter = PageExporter

    def launch_browser(self) -> None:
        """Open a browser, signed in by the token."""
        page = self.workplace / "open.html"
        page.touch(mode=0o600)
        page.write_text(_OPENING.format(address=self.address.url(self.door.token)))
        webbrowser.open(page.as_uri())
