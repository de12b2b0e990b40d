"""Visits: which person makes a request to the pages, as the server itself has found out."""

from __future__ import annotations

from typing import Any

from tornado import web

from ganglioside.history.sharing import Person
from ganglioside.server.problems import Problem

#: The setting of the web application with what makes a person of a user who has signed in.
SETTING = "ganglioside_person_of"


def person_of(handler: Any) -> Person | None:
    """Person who makes a request; None where nobody signs in, or nobody has.

    Parameters
    ----------
    handler
        Of Jupyter: its `current_user` comes from the server's identity provider.

    Raises
    ------
    tornado.web.HTTPError
        If somebody has whom the hub gives a name that is none here.
    """
    make = handler.settings.get(SETTING)
    user = handler.current_user
    if make is None or user is None:
        return None
    try:
        return make(user)  # type: ignore[no-any-return]
    except Problem as problem:
        raise web.HTTPError(problem.status, "%s", problem.detail) from problem


def is_theirs(handler: Any, kernel_id: str) -> bool:
    """Whether the person of a request may use a kernel."""
    return bool(handler.kernel_manager.may_use(kernel_id, person_of(handler)))
