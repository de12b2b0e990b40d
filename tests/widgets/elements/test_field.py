"""What is typed comes as messages, in the order in which it was typed and pressed."""

from __future__ import annotations

from ganglioside_widgets.elements.field import Field
from ganglioside_widgets.elements.messages import LONGEST


def test_a_text_comes_by_a_message_and_nothing_else_does() -> None:
    field, texts = Field("Note"), []
    field.observe(lambda change: texts.append(change["new"]), "value")
    for content in ({"typed": "a"}, {"typed": "ab"}, {"typed": 3}, {"value": "c"}, None):
        field._receive(field, content, [])
    field._receive(field, {"typed": "x" * (LONGEST + 1)}, [])
    assert texts == ["a", "ab"]


def test_a_field_that_is_disabled_takes_nothing() -> None:
    field = Field("Name")
    field.disabled = True
    field._receive(field, {"typed": "a"}, [])
    assert field.value == ""
