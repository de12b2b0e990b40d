"""How often a program of ours looks for garbage."""

from __future__ import annotations

import gc

from ganglioside.support.garbage import EVERY, look_seldom


def test_garbage_is_looked_for_less_often_than_python_does() -> None:
    before = gc.get_threshold()
    try:
        look_seldom()
        assert gc.get_threshold()[0] == EVERY
    finally:
        gc.set_threshold(*before)
    assert EVERY > 700
