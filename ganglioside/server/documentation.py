"""Documentation of the API: the document (OpenAPI 3.1) and two pages about it, all offline.

`ganglioside/server/openapi.json` is the document as a file; to write it again:

    python -m ganglioside.server.documentation > ganglioside/server/openapi.json
"""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any, Final

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import HTMLResponse, Response

from ganglioside.server.doorman import OPEN_TO_ALL
from ganglioside.server.problems import ProblemAnswer
from ganglioside.version import __version__

DESCRIPTION: Final = """
Judge the names of gangliosides in LC-MS feature tables from any program.

Send a table to `POST /sessions`; read its features, findings and explanations, or export it.
Every request brings a token: `Authorization: Bearer <token>`, or as the password of Basic
authentication. A person may make a certain number of requests a second and uploads a minute, and
exports and predictions that take long are counted besides: `429` says when to try again. Errors
are `application/problem+json` (RFC 9457): `detail` says what is wrong and what to do, `code` is for
programs.

Events are at `/sessions/{sid}/events` and `/jobs/{job}/events`: a list; server-sent events with
`Accept: text/event-stream`; or a WebSocket at the same address (`?after=<id of the last event>`).
"""

_TAGS: Final = (
    ("sessions", "Tables and their analyses."),
    ("results", "What was found: tables, summary, exports."),
    ("questions", "Explanations, suggestions, predictions."),
    ("overrides", "What analysts decided otherwise."),
    ("events", "Progress, live and stored."),
    ("jobs", "Work that goes on."),
    ("batches", "Many tables at once."),
    ("tokens", "Who may call the server."),
    ("log", "Who changed what when."),
    ("state", "Whether the server lives, and what it is."),
)

_FOLDER: Final = files("ganglioside.server")

#: Files of the pages, each with its media type; the licences lie beside them.
_ASSETS: Final = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "redoc.standalone.js": "text/javascript",
}

_SWAGGER: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Ganglioside API</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="stylesheet" href="docs/swagger-ui.css"></head>
<body><div id="page"></div>
<script src="docs/swagger-ui-bundle.js"></script><script src="docs/start.js"></script>
</body></html>
"""

_REDOC: Final = """<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>Ganglioside API</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><div id="page"></div>
<script src="../docs/redoc.standalone.js"></script><script src="../docs/start.js"></script>
</body></html>
"""

#: Starts whichever of the two a page has loaded. Within Jupyter, changes bring its XSRF token.
_START: Final = """
const api = new URL("openapi.json", new URL("../", document.currentScript.src)).href;
const page = document.getElementById("page");
const xsrf = () => (document.cookie.match(/(?:^|; )_xsrf=([^;]*)/) || [])[1];
if (window.SwaggerUIBundle) {
  SwaggerUIBundle({
    url: api, domNode: page, deepLinking: true, validatorUrl: null,
    requestInterceptor: (request) => {
      if (xsrf()) request.headers["X-XSRFToken"] = decodeURIComponent(xsrf());
      return request;
    },
  });
} else {
  Redoc.init(api, { hideDownloadButtons: false, disableSearch: true }, page);
}
"""

router: APIRouter = APIRouter(include_in_schema=False)


@router.get("/docs")
async def swagger() -> HTMLResponse:
    """Page on which every address can be tried."""
    return HTMLResponse(_SWAGGER)


@router.get("/docs/reference")
async def redoc() -> HTMLResponse:
    """Page to read."""
    return HTMLResponse(_REDOC)


@router.get("/docs/start.js")
async def start_script() -> Response:
    """Script that starts the pages."""
    return Response(_START, media_type="text/javascript")


def _add_asset(name: str, media_type: str) -> None:
    @router.get(f"/docs/{name}")
    def asset() -> Response:
        return Response(
            _asset(name), media_type=media_type, headers={"Cache-Control": "private, max-age=3600"}
        )


for _name, _type in _ASSETS.items():
    _add_asset(_name, _type)


@cache
def _asset(name: str) -> bytes:
    return (_FOLDER / "vendored" / name).read_bytes()


def document_of(app: FastAPI) -> dict[str, Any]:
    """OpenAPI document of an app."""
    document = get_openapi(
        title="Ganglioside",
        version=__version__,
        openapi_version="3.1.0",
        description=DESCRIPTION.strip(),
        routes=app.routes,
        tags=[{"name": name, "description": what} for name, what in _TAGS],
        license_info={"name": "MIT", "identifier": "MIT"},
        servers=[{"url": "../..", "description": "this server"}],
    )
    document["components"]["schemas"]["ProblemAnswer"] = ProblemAnswer.model_json_schema()
    for name, schema in document["components"]["schemas"].items():
        if name.startswith("Body_"):  # forms: other fields are refused
            schema["additionalProperties"] = False
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer"},
        "password": {"type": "http", "scheme": "basic", "description": "The token as password."},
    }
    document["security"] = [{"bearer": []}, {"password": []}]
    for path in OPEN_TO_ALL:
        document["paths"][path]["get"]["security"] = []
    return document


def stored_document() -> dict[str, Any]:
    """OpenAPI document in the file of the package."""
    document: dict[str, Any] = json.loads((_FOLDER / "openapi.json").read_text(encoding="utf-8"))
    return document


if __name__ == "__main__":
    from ganglioside.server.application import documented_app

    print(json.dumps(document_of(documented_app()), indent=1, ensure_ascii=False))
