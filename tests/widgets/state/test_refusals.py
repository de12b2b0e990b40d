"""Refusals keep the message of an error, and its problems if there are any."""

from __future__ import annotations

import pytest

import ganglioside as gg
from ganglioside.columns import PROBLEMS
from ganglioside.errors import JobError, ValidationError
from ganglioside_widgets.state.refusals import Refusal


def test_a_message_alone_has_no_problems() -> None:
    for refusal in (Refusal.saying("No."), Refusal.of(JobError("No."))):
        assert refusal.message == "No."
        assert refusal.problems.empty
        assert list(refusal.problems) == list(PROBLEMS)
        assert refusal.headers == ()


def test_a_refused_table_keeps_its_problems_and_headers() -> None:
    with pytest.raises(ValidationError) as error:
        gg.read_features(b"Label,Minutes\nGM1(36:1;O2),9.5\n")
    refusal = Refusal.of(error.value)
    assert refusal.message == str(error.value)
    assert refusal.problems.equals(error.value.problems)
    assert not refusal.problems.empty
    assert refusal.headers == ("Label", "Minutes")
