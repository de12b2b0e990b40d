"""Boxes to tick and buttons that stay pressed come as messages."""

from __future__ import annotations

from typing import Any

import pytest

from ganglioside_widgets.elements.switches import CheckBox, Toggle


@pytest.mark.parametrize("kind", [CheckBox, Toggle])
def test_a_switch_comes_by_a_message_and_nothing_else_does(kind: Any) -> None:
    switch, states = kind(description="All"), []
    switch.observe(lambda change: states.append(change["new"]), "value")
    for content in ({"switched": True}, {"switched": 0}, {"value": False}, None):
        switch._receive(switch, content, [])
    switch._receive(switch, {"switched": False}, [])
    assert states == [True, False]


@pytest.mark.parametrize("kind", [CheckBox, Toggle])
def test_a_switch_that_is_disabled_takes_nothing(kind: Any) -> None:
    switch = kind(description="All", disabled=True)
    switch._receive(switch, {"switched": True}, [])
    assert not switch.value
