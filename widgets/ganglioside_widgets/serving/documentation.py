"""The documentation site, served as it was built (`make docs`)."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from ganglioside.support import locations

#: Where it is served, below the base URL.
PATH: Final = "documentation/"


class DocumentationFiles(JupyterHandler, web.StaticFileHandler):
    """Serves the files of one folder, to who is signed in; tornado refuses paths out of it."""

    @web.authenticated
    async def get(  # type: ignore[override]
        self, path: str, include_body: bool = True
    ) -> None:
        """Answer with a file; with its page for a folder."""
        await web.StaticFileHandler.get(self, path, include_body)

    @web.authenticated
    async def head(self, path: str) -> None:  # type: ignore[override]
        """Answer as `get`, without the file."""
        await web.StaticFileHandler.get(self, path, include_body=False)

    def parse_url_path(self, url_path: str) -> str:
        """Path of a file within the folder."""
        if "\0" in url_path:
            raise web.HTTPError(404)
        return super().parse_url_path(url_path)

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """Path of a file on this system, to where its links lead: outside it is refused."""
        return str(Path(root, path).resolve())

    def set_extra_headers(self, path: str) -> None:  # noqa: ARG002
        """Let browsers keep nothing without asking: a newer site has the same addresses."""
        self.set_header("Cache-Control", "no-cache")


def documentation_handlers(base_url: str) -> list[tuple[str, Any, dict[str, Any]]]:
    """Handler of the site; none where it was not built."""
    folder = locations.documentation()
    if folder is None:
        return []
    options = {"path": str(folder.resolve()), "default_filename": "index.html"}
    return [(url_path_join(base_url, f"{PATH}(.*)"), DocumentationFiles, options)]
