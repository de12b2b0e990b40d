"""Page for administrators: sessions, jobs, workers, tokens, retention, and who did what."""

from __future__ import annotations

import json
from typing import Final

import ipywidgets as w
import pandas as pd

from ganglioside.support.formatting import counted
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.elements.page import Page
from ganglioside_widgets.panels.base import Panel, box, button, guard_page, say, styled
from ganglioside_widgets.panels.history import HistoryPanel
from ganglioside_widgets.panels.jobs import JobsPanel
from ganglioside_widgets.panels.navigation import PAGES, welcome
from ganglioside_widgets.panels.workers import WorkersPanel
from ganglioside_widgets.state.admin import AdminState
from ganglioside_widgets.visitor_time import visitor_texts

_TOKENS: Final = (
    Column("person", "Person", 140),
    Column("scope", "May", 70),
    Column("groups", "Groups", 140),
    Column("label", "For", 160),
    Column("created", "Made", 96),
    Column("expires", "Until", 96),
    Column("state", "State", 220),
    Column("id", "Token", 110),
)

_LOG: Final = (
    Column("time_text", "Time", 150),
    Column("author", "Who", 140),
    Column("action", "What", 130),
    Column("subject", "Session or job", 140),
    Column("details", "Details", 360),
    Column("host", "Machine", 110),
)

#: Characters of the details of an entry that are shown.
_DETAILS: Final = 300


class TokensPanel(Panel):
    """Tokens of people, each of which can be revoked.

    Parameters
    ----------
    state : AdminState
    """

    def __init__(self, state: AdminState) -> None:
        self.state = state
        self.grid = Grid("Tokens", _TOKENS, key="id", lines=6, empty="No token has been made.")
        self.revoke = button("Revoke", self._revoke, kind="danger")
        line = w.HBox([self.revoke]).add_class("gg-buttons")
        super().__init__("Tokens", [self.grid, line], kind="tokens")
        state.observe(self._show, "tokens")
        self.grid.observe(self._show_action, "selected")
        self._show(None)

    def _show(self, _: object) -> None:
        self.grid.show(self.state.tokens)
        self._show_action(None)

    def _show_action(self, _: object) -> None:
        self.revoke.disabled = not self._chosen()

    def _chosen(self) -> str:
        """Id of the chosen token, or empty."""
        known = set(self.state.tokens.get("id", ()))
        return str(self.grid.selected) if self.grid.selected in known else ""

    def _revoke(self) -> None:
        if token := self._chosen():
            self.state.revoke(token)


class RetentionPanel(Panel):
    """What is cleaned up after how long.

    Parameters
    ----------
    state : AdminState
    """

    def __init__(self, state: AdminState) -> None:
        self.state = state
        self._now = box()
        self.age = Field("Older than", "such as 90d or 2y; empty: never")
        self.every = Field("Every", "such as 1d")
        look = button("Count", lambda: state.preview(self.age.value), tip="How many are that old?")
        keep = button(
            "Set retention",
            lambda: state.clean_after(self.age.value, self.every.value),
            kind="danger",
        )
        line = w.HBox([self.age, self.every, look, keep]).add_class("gg-line")
        super().__init__("Retention", [self._now, line], kind="retention")
        state.observe(self._show, "retention")
        self._show(None)

    def _show(self, _: object) -> None:
        self._now.value = say(self.state.retention)


class LogPanel(Panel):
    """Who did what, and when.

    Parameters
    ----------
    state : AdminState
    """

    def __init__(self, state: AdminState) -> None:
        self.state = state
        self.fields = {
            name: Field(label, words, is_live=True)
            for name, label, words in (
                ("author", "Who", "a name"),
                ("action", "What", "such as deleted"),
                ("subject", "About", "id of a session or job"),
            )
        }
        self._count = box(kind="count")
        self.grid = Grid("Log", _LOG, key="number", lines=14, empty="No entry is like this.")
        line = w.HBox([*self.fields.values()]).add_class("gg-line")
        super().__init__("Who did what", [line, self._count, self.grid], kind="log-of-people")
        for name, field in self.fields.items():
            field.observe(lambda change, name=name: setattr(state, name, change["new"]), "value")
        state.observe(self._show, ["log", *self.fields])
        self._show(None)

    def _show(self, _: object) -> None:
        found = self.state.found()
        self._count.value = f"<span role='status'>{counted(len(found), 'entry', 'entries')}</span>"
        self.grid.show(_for_display(found))


class AdminPage(w.VBox):  # type: ignore[misc]
    """Web page for administrators."""

    def __init__(self) -> None:
        guard_page()
        self.page = Page("Administration", PAGES)
        self.state = AdminState()
        self._message = box()
        self._place = w.VBox().add_class("gg-admin")
        refresh = button("Refresh all", self.state.refresh, tip="Read everything again")
        line = w.HBox([refresh]).add_class("gg-buttons")
        super().__init__([styled(self.page, line, self._message, self._place)])
        self.page.on_open(lambda _: self._visit())
        self.state.observe(self._say, ["error", "notice"])
        self._open()

    def _visit(self) -> None:
        """Read everything again, and follow the jobs, once somebody has opened the page."""
        self._open()
        if self._place.children:
            self.history.state.refresh()
            self.jobs.state.watch()

    def _open(self) -> None:
        """Show everything to an administrator, and to others why not."""
        welcome(self.page, self.state.visitor)
        self.state.refresh()
        self._say(None)
        if self.state.why_not or self._place.children:
            return
        self.history = HistoryPanel(page=self.page)
        self.jobs = JobsPanel(page=self.page)
        self.workers = WorkersPanel(self.state, self.jobs.choose)
        self.jobs.state.observe(lambda _: self.state.look_at_workers(), "lines")
        self._place.children = (
            self.history,
            self.jobs,
            self.workers,
            TokensPanel(self.state),
            RetentionPanel(self.state),
            LogPanel(self.state),
        )

    def _say(self, _: object) -> None:
        self._message.value = say(self.state.error, "error") or say(self.state.notice)


def _for_display(entries: pd.DataFrame) -> pd.DataFrame:
    """Entries with the column `time_text`, their details cut."""
    if entries.empty:
        return entries
    return entries.assign(
        time_text=visitor_texts(entries["time"], "%Y-%m-%d %H:%M:%S"),
        details=entries["details"].map(_in_words, na_action="ignore").str.slice(0, _DETAILS),
        subject=entries["subject"].fillna(""),
    )


def _in_words(details: str) -> str:
    """Details of an entry, which the log keeps as JSON, as words."""
    try:
        parts = json.loads(details)
    except ValueError:
        return details  # `verify` says that such an entry was changed
    if not isinstance(parts, dict):
        return details
    return ", ".join(
        f"{key.replace('_', ' ')}: {value if isinstance(value, str) else json.dumps(value)}"
        for key, value in parts.items()
    )
