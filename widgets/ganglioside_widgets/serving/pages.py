"""Voila behind a door, with pages that keep to a policy and analyses that outlive them."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import re
import webbrowser
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import tornado.ioloop
from jupyter_server.auth.identity import PasswordIdentityProvider
from tornado import web
from tornado.httpserver import HTTPServer
from traitlets import Instance
from voila.app import Voila
from voila.request_info_handler import RequestInfoSocketHandler
from voila.shutdown_kernel_handler import VoilaShutdownKernelHandler
from voila.static_file_handler import AllowListFileHandler, TemplateStaticFileHandler
from voila.tornado.handler import TornadoVoilaHandler
from voila.tornado.kernel_websocket_handler import VoilaKernelWebsocketHandler

from ganglioside.history import default_path
from ganglioside_widgets.serving.address import Address
from ganglioside_widgets.serving.door import Door, Guarded, Refusal, TurnedAway
from ganglioside_widgets.serving.headers import PageHeaders
from ganglioside_widgets.serving.kernels import RETRY
from ganglioside_widgets.serving.logs import log_request
from ganglioside_widgets.serving.sockets import KernelSocket
from ganglioside_widgets.state.running_sessions import Journal

#: The template of the pages, whose folder holds the only files of templates that are served.
TEMPLATE: Final = "ganglioside"

#: Seconds between two looks at a kernel that still works after its page was closed.
_LOOK: Final = 1.0

_NOWHERE: Final = Refusal(HTTPStatus.NOT_FOUND, "There is no page at this address.")

#: Opens the browser by a file, as an address among a program's arguments is seen by every user.
_OPENING: Final = """<!DOCTYPE html>
<title>Opening Ganglioside</title>
<meta name="referrer" content="no-referrer">
<meta http-equiv="refresh" content="0; url={address}">
"""


class LetFinish(VoilaShutdownKernelHandler):  # type: ignore[misc]
    """Ends the kernel of a page that is closed or reloaded, once its analysis is done."""

    def check_xsrf_cookie(self) -> None:
        """Ask for no token: a page that closes sends none, and the id of its kernel is secret."""

    @web.authenticated
    async def post(self, kernel_id: str) -> None:
        """Answer at once, and end the kernel when nothing runs in it."""
        if kernel_id not in self.kernel_manager:
            raise web.HTTPError(404, "The kernel has ended already.")
        self.set_status(204)
        self.finish()
        process = getattr(self.kernel_manager.get_kernel(kernel_id).provisioner, "pid", None)
        journal = Journal.beside(default_path())
        while process is not None and journal.is_busy(process):
            await asyncio.sleep(_LOOK)
        if kernel_id in self.kernel_manager:
            await self.kernel_manager.shutdown_kernel(kernel_id)


class PageHandler(TornadoVoilaHandler):  # type: ignore[misc]
    """Serves a page, if there is such a page and room for its kernel."""

    @web.authenticated
    async def get(self, path: str | None = None) -> None:
        """Answer with the page."""
        pages = {page.name for page in Path(self.contents_manager.root_dir).iterdir()}
        if path not in pages:
            raise web.HTTPError(404, reason="There is no such page")
        if not self.kernel_manager.has_room(path):
            raise self.kernel_manager.refusal()
        await super().get(path)
        # Voila keeps the address of each visit for kernels that ask for it, which ours do not.
        RequestInfoSocketHandler._cache.clear()

    def write_error(self, status_code: int, **named: Any) -> None:
        """Answer with an error, and when to try again."""
        if status_code == HTTPStatus.SERVICE_UNAVAILABLE:
            self.set_header("Retry-After", str(RETRY))
        super().write_error(status_code, **named)


class TemplateFiles(TemplateStaticFileHandler):  # type: ignore[misc]
    """Serves the static files of the pages' template, and of no other."""

    def parse_url_path(self, path: str) -> str:
        """Return the path of a file on this system."""
        if re.fullmatch(rf"{TEMPLATE}/static/[^/].*", path) is None:
            raise web.HTTPError(404)
        return str(super().parse_url_path(path))


class Keys(PasswordIdentityProvider):
    """Lets in who has the token, by address, header, form or cookie."""

    async def get_user_token(self, handler: Any) -> Any:
        """Return the visitor who brings the token; None for every other."""
        given = self.get_token(handler) or ""
        if not hmac.compare_digest(given.encode(), self.token.encode()):
            return None
        return await super().get_user_token(handler)


#: What stands in for handlers of Voila; None: not served.
REPLACED: Final[dict[type, type | None]] = {
    VoilaShutdownKernelHandler: LetFinish,
    VoilaKernelWebsocketHandler: KernelSocket,
    TornadoVoilaHandler: PageHandler,
    TemplateStaticFileHandler: TemplateFiles,
    # Nobody needs these: one asks for no token, the other serves files beside the pages.
    RequestInfoSocketHandler: None,
    AllowListFileHandler: None,
}


class Pages(Voila):  # type: ignore[misc]
    """Serves the web pages.

    Attributes
    ----------
    door : Door
        Whom to let in.
    address : Address
        Where to listen.
    workplace : pathlib.Path
        A folder that only this user can read, for the time of serving.
    """

    door = Instance(Door)
    address = Instance(Address)
    workplace = Instance(Path)

    def init_settings(self) -> dict[str, Any]:
        """Return Voila's settings, with a door, and templates of our own for errors too."""
        # Here, as the command line and configuration files must not take the token away.
        self.token = self.door.token
        self.identity_provider_class = Keys
        self.cookie_secret = hashlib.sha256(f"cookies of {self.door.token}".encode()).digest()
        settings: dict[str, Any] = super().init_settings()
        settings["identity_provider"].allow_password_change = False
        return settings | {
            "door": self.door,
            "jinja2_env": settings["voila_jinja2_env"],
            "log_function": log_request,
            "default_handler_class": TurnedAway,
            "default_handler_args": {"refusal": _NOWHERE},
        }

    def init_handlers(self) -> list[Any]:
        """Return Voila's handlers, with some replaced and some left out."""
        rules = super().init_handlers()
        placed = [(rule[0], REPLACED.get(rule[1], rule[1]), *rule[2:]) for rule in rules]
        return [rule for rule in placed if rule[1] is not None]

    def start(self) -> None:
        """Serve until interrupted.

        Raises
        ------
        JobError
            If there is no such address, or it is taken.
        """
        sockets = self.address.bind()
        tls = self.address.tls_context()
        self.ioloop = tornado.ioloop.IOLoop.current()
        self.connection_dir = str(self.workplace / "kernels")
        Path(self.connection_dir).mkdir(mode=0o700)
        self.app = Guarded(transforms=[PageHeaders], **self.init_settings())
        self.app.settings.update(self.tornado_settings)
        self.app.add_handlers(".*$", self.init_handlers())
        server = HTTPServer(self.app, ssl_options=tls)
        server.add_sockets(sockets)
        if self.open_browser:
            self.launch_browser()
        self.log.info("The web pages are served at %s", self.address.url())
        try:
            self.ioloop.start()
        except KeyboardInterrupt:
            self.log.info("Stopping ...")
        finally:
            server.stop()
            self.stop()

    def launch_browser(self) -> None:
        """Open a browser with the token."""
        page = self.workplace / "open.html"
        page.touch(mode=0o600)
        page.write_text(_OPENING.format(address=self.address.url(self.door.token)))
        webbrowser.open(page.as_uri())
