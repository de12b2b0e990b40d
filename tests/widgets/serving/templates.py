"""Templates of the web pages, drawn as the server draws them."""

from __future__ import annotations

from typing import Any

import jinja2

from ganglioside_widgets import app


def drawn(template: str, **values: Any) -> str:
    """HTML of a template; text is escaped, as Voila's own environment does."""
    folder = app.SHARE / "voila" / "templates" / "ganglioside"
    environment = jinja2.Environment(loader=jinja2.FileSystemLoader(folder), autoescape=True)
    return environment.get_template(template).render(base_url="/", **values)
