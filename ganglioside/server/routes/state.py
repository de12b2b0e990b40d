"""State of the server: whether it lives, is ready, and what it is."""

from __future__ import annotations

import platform
import shutil
from typing import Final

from fastapi import APIRouter
from pydantic import Field

from ganglioside.errors import GangliosideError
from ganglioside.exporting.formats import FORMATS
from ganglioside.history.sharing import Person
from ganglioside.server.answers import Strict
from ganglioside.server.callers import Reader
from ganglioside.server.problems import Problem, answers
from ganglioside.server.service import Served
from ganglioside.settings import SAMPLE_TYPES, setting_specs
from ganglioside.version import __version__

router = APIRouter(tags=["state"])

#: Smallest share of the disk that is free.
_LEAST_FREE: Final = 0.02


class HealthAnswer(Strict):
    """The server lives."""

    status: str = Field("ok", examples=["ok"])


@router.get("/health")
async def health() -> HealthAnswer:
    """Tell that the process answers; no token is needed."""
    return HealthAnswer(status="ok")


@router.get("/ready", responses=answers())
def ready(served: Served) -> HealthAnswer:
    """Tell whether work can be taken: the history opens, the disk has room; no token is needed."""
    try:
        served.whole.query("SELECT 1")
    except GangliosideError:
        raise Problem(503, "not-ready", "The history does not answer.") from None
    usage = shutil.disk_usage(served.work)
    if usage.free < _LEAST_FREE * usage.total:
        raise Problem(503, "not-ready", "The disk is almost full.")
    return HealthAnswer(status="ok")


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
