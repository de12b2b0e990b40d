"""Keys of a page call what they stand for, and nothing else."""

from __future__ import annotations

from ganglioside_widgets.elements.keys import Keys


def test_known_keys_act_and_others_do_not() -> None:
    heard: list[str] = []
    keys = Keys(
        {"a": lambda: heard.append("accept")},
        {"/": "gg-search"},
        {"gg-new-name": lambda: heard.append("rename")},
    )
    assert keys._keys == ["a"]
    for content in (
        {"pressed": "a"}, {"pressed": "b"}, {"pressed": "/"}, {"pressed": ["a"]},
        {"entered": "gg-new-name"}, {"entered": "a"}, {"pressed": "gg-new-name"}, {}, None,
    ):  # fmt: skip
        keys._receive(keys, content, [])
    assert heard == ["accept", "rename"]


def test_only_listed_keys_act_again_while_they_are_held() -> None:
    assert Keys({"a": print, "n": print}, repeated=["n"])._repeated == ["n"]
    assert Keys({"a": print})._repeated == []
