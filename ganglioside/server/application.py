"""The app: every address of the API, behind the doorman."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp

from ganglioside.history import History
from ganglioside.jobs.sent_batches import folder_of
from ganglioside.server import documentation
from ganglioside.server.doorman import Doorman, Identify
from ganglioside.server.problems import answer_problems
from ganglioside.server.rates import RateLimits
from ganglioside.server.routes import (
    batches,
    events,
    jobs,
    overrides,
    questions,
    results,
    sessions,
    state,
    tokens,
)
from ganglioside.server.service import Service
from ganglioside.server.service_limits import ServiceLimits
from ganglioside.version import __version__
from ganglioside.watching.metrics import Metrics

#: Where the API begins; another version would stand beside it.
PREFIX: Final = "/api/v1"

_ROUTERS: Final = (
    sessions.router,
    results.router,
    questions.router,
    overrides.router,
    events.router,
    jobs.router,
    batches.router,
    tokens.router,
    state.router,
    documentation.router,
)


def create_app(
    history: History,
    identify: Identify,
    limits: ServiceLimits | None = None,
    work: Path | None = None,
    kernels: Callable[[], int] | None = None,
) -> ASGIApp:
    """ASGI app of the API.

    Parameters
    ----------
    history
        The sessions.
    identify
        Finds out who makes a request.
    limits
        Defaults where None.
    work
        Folder for uploads and results of batches; one beside the history where None.
    kernels
        Number of kernels of the server, for its metrics; None where it has none.
    """
    chosen = limits or ServiceLimits()
    rates = RateLimits(chosen)
    folder = work or folder_of(history)
    folder.mkdir(exist_ok=True, mode=0o700)
    app = documented_app()
    metrics = Metrics(history, kernels)
    app.state.service = Service.new(history, chosen, rates, folder, metrics)
    return Doorman(app, identify, rates, chosen, metrics)


def documented_app() -> FastAPI:
    """The app without a history: what the documentation is made of."""
    app = FastAPI(title="Ganglioside", version=__version__, openapi_url=None, docs_url=None,
                  redoc_url=None)  # fmt: skip
    for router in _ROUTERS:
        app.include_router(router, prefix=PREFIX)
    app.include_router(state.short)
    answer_problems(app)

    async def openapi(_: Request) -> JSONResponse:
        return JSONResponse(documentation.stored_document())

    app.add_route(f"{PREFIX}/openapi.json", openapi, include_in_schema=False)
    return app
