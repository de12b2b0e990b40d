"""Values come as messages, which nothing overtakes, and are not sent back."""

from __future__ import annotations

from typing import Any

import pytest

from ganglioside_widgets.elements.chart import Chart
from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.grid import Column, Grid
from ganglioside_widgets.elements.select import Select
from ganglioside_widgets.elements.slider import Slider
from ganglioside_widgets.elements.switches import CheckBox, Toggle


def listen(widget: Any) -> list[Any]:
    """All that a widget sends from now on."""
    sent: list[Any] = []
    widget.comm.send = lambda data=None, **_: sent.append(data)
    return sent


@pytest.mark.parametrize(
    ("widget", "content", "name"),
    [
        (Field("Note"), {"typed": "a"}, "value"),
        (Slider("R2", 0.5, low=0, high=1, step=0.1), {"moved": 0.7}, "value"),
        (Select(options=["a", "b"]), {"chosen": 1, "words": "b"}, "index"),
        (CheckBox(description="A box"), {"switched": True}, "value"),
        (Toggle(description="A button"), {"switched": True}, "value"),
        (Chart(), {"selected": 3}, "selected"),
        (
            Grid("Things", [Column("a", "A", 50)], key="a"),
            {"request": "select", "key": 3},
            "selected",
        ),
    ],
    ids=lambda each: type(each).__name__,
)
def test_a_value_of_the_browser_is_not_sent_back_and_a_new_one_is(
    widget: Any, content: dict[str, object], name: str
) -> None:
    sent = listen(widget)
    before = getattr(widget, name)
    widget._receive(widget, content, [])
    assert getattr(widget, name) in content.values()
    assert sent == []  # it would overwrite what is typed meanwhile
    setattr(widget, name, before)
    assert [data["state"] for data in sent] == [{name: before}]
