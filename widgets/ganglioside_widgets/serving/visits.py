"""Visits: which person makes a request to the pages, as the server itself has found out."""

from __future__ import annotations

from typing import Any

from ganglioside.history.sharing import Person

#: The setting of the web application with what makes a person of a user who has signed in.
SETTING = "ganglioside_person_of"


def person_of(handler: Any) -> Person | None:
    """Person who makes a request; None where nobody signs in, or nobody has.

    Parameters
    ----------
    handler
        Of Jupyter: its `current_user` comes from the server's identity provider.
    """
    make = handler.settings.get(SETTING)
    user = handler.current_user
    return None if make is None or user is None else make(user)


def is_theirs(handler: Any, kernel_id: str) -> bool:
    """Whether the person of a request may use a kernel."""
    return bool(handler.kernel_manager.may_use(kernel_id, person_of(handler)))
