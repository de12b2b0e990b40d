"""The help: first steps, verdicts, every word of the pages, keys. Served without a kernel."""

from __future__ import annotations

from typing import Any

from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from ganglioside.settings import Settings, setting_specs
from ganglioside.support import locations
from ganglioside.support.glossary import GROUPS, KEYS, TERMS, Term
from ganglioside_widgets.serving.documentation import PATH
from ganglioside_widgets.serving.start_page import framed
from ganglioside_widgets.state.thresholds import STEPS


def grouped_terms() -> dict[str, tuple[Term, ...]]:
    """Terms of the glossary by the heading of their group.

    Examples
    --------
    >>> [terms[0].term for terms in grouped_terms().values()]
    ['Name', 'Retention time (score)', 'Status', 'In-source fragment']
    """
    return {
        heading: tuple(term for term in TERMS if term.group == group)
        for group, heading in GROUPS.items()
    }


class HelpPage(JupyterHandler):
    """Serves the help."""

    @web.authenticated
    def get(self) -> None:
        """Answer with the page."""
        self.finish(self.render_template("help.html"))  # type: ignore[no-untyped-call]

    @property
    def template_namespace(self) -> dict[str, Any]:
        """Values for the page."""
        specs, usual = setting_specs(), Settings().values()
        return {
            **super().template_namespace,
            **framed(self),
            "documentation": PATH if locations.documentation() else None,
            "glossary": grouped_terms(),
            "keys": KEYS,
            "thresholds": [(specs[name], usual[name]) for name in STEPS],
        }
