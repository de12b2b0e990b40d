"""State of the server: whether it lives, is ready, and what it is."""

from __future__ import annotations

import platform

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import PlainTextResponse

from ganglioside.errors import GangliosideError
from ganglioside.exporting.formats import FORMATS
from ganglioside.history.sharing import Person
from ganglioside.jobs.launcher import left_to_workers
from ganglioside.server.answers import Strict
from ganglioside.server.callers import Reader
from ganglioside.server.problems import Problem, answers
from ganglioside.server.service import Served
from ganglioside.settings import SAMPLE_TYPES, setting_specs
from ganglioside.version import __version__
from ganglioside.watching.metrics import CONTENT_TYPE
from ganglioside.watching.state import Disk

router = APIRouter(tags=["state"])

#: The same at the addresses where programs that watch servers look for it.
short = APIRouter(include_in_schema=False)


class HealthAnswer(Strict):
    """The server lives."""

    status: str = Field("ok", examples=["ok"])


@short.get("/health")
@short.head("/health")
@router.head("/health", include_in_schema=False)
@router.get("/health")
async def health() -> HealthAnswer:
    """Tell that the process answers; no token is needed."""
    return HealthAnswer(status="ok")


@short.get("/ready")
@short.head("/ready")
@router.head("/ready", include_in_schema=False)
@router.get("/ready", responses=answers())
def ready(served: Served) -> HealthAnswer:
    """Tell whether work can be taken; no token is needed.

    The history opens, the disk has room, analyses come to their end, and a worker takes jobs where
    they are left to workers.
    """
    try:
        lacks_worker = left_to_workers() and not served.whole.workers.beating()
        served.whole.query("SELECT 1")
    except GangliosideError:
        raise Problem(503, "not-ready", "The history does not answer.") from None
    if Disk.of(served.work).is_nearly_full:
        raise Problem(503, "not-ready", "The disk is almost full.")
    if served.desks.stuck():
        raise Problem(
            503, "not-ready", "Analyses or exports do not come to their end: restart the server."
        )
    if lacks_worker:
        raise Problem(503, "not-ready", "No worker takes jobs: start one.")
    return HealthAnswer(status="ok")


@short.get("/metrics")
@router.get("/metrics", response_class=PlainTextResponse, responses=answers())
def metrics(served: Served, _: Reader) -> PlainTextResponse:
    """Tell the metrics of the server, as Prometheus reads them."""
    return PlainTextResponse(served.metrics.text(), media_type=CONTENT_TYPE)


class VersionAnswer(Strict):
    """What the server is, and who you are to it."""

    version: str = Field(examples=[__version__])
    api: str = Field(examples=["v1"])
    python: str
    person: str
    scope: str
    groups: list[str]
    shares: str = Field(description="Who sees your new sessions: you (own), a group, everybody.")
    exports: list[str]
    sample_types: list[str]


@router.get("/version", responses=answers())
async def version(person: Reader) -> VersionAnswer:
    """Tell the version of the server, and whose token this is."""
    who: Person = person
    return VersionAnswer(
        version=__version__,
        api="v1",
        python=platform.python_version(),
        person=who.name,
        scope=who.scope,
        groups=list(who.groups),
        shares=who.shares,
        exports=list(FORMATS),
        sample_types=list(SAMPLE_TYPES),
    )


class SettingAnswer(Strict):
    """One setting."""

    label: str
    unit: str
    low: float
    high: float
    help: str
    source: str


@router.get("/settings", responses=answers())
async def settings(_: Reader) -> dict[str, SettingAnswer]:
    """Tell the settings of an analysis, with their ranges."""
    return {
        name: SettingAnswer(
            label=spec.label,
            unit=spec.unit,
            low=spec.low,
            high=spec.high,
            help=spec.help,
            source=spec.source,
        )
        for name, spec in setting_specs().items()
    }
