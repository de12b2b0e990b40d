"""A choice comes as a message that names what was chosen, where and in which words."""

from __future__ import annotations

from ganglioside_widgets.elements.select import Select


def choices() -> Select:
    return Select(
        description="Verdict", options=[("As found", ""), ("valid", "v"), ("outlier", "o")]
    )


def test_a_choice_comes_by_a_message_and_nothing_else_does() -> None:
    field, chosen = choices(), []
    field.observe(lambda change: chosen.append(change["new"]), "value")
    for content in (
        {"chosen": 2, "words": "outlier"}, {"chosen": 1, "words": "valid"}, {"chosen": 2},
        {"chosen": 99, "words": "outlier"}, {"chosen": -1, "words": "outlier"}, {"value": "o"},
        None,
    ):  # fmt: skip
        field._receive(field, content, [])
    assert chosen == ["o", "v"]


def test_a_choice_from_a_list_of_before_is_not_taken() -> None:
    field, shown = choices(), []
    field.options = [("outlier", "o"), ("valid", "v"), ("undetermined", "u")]
    field.send_state = lambda key=None: shown.append(key)
    field._receive(field, {"chosen": 2, "words": "outlier"}, [])
    assert (field.value, shown) == ("o", ["index"])  # the browser shows again what holds


def test_what_is_disabled_takes_no_choice() -> None:
    field = choices()
    field.disabled = True
    field._receive(field, {"chosen": 2, "words": "outlier"}, [])
    assert field.value == ""
