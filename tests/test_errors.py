"""Errors: one base for all that an analyst can act on, and what each carries."""

from __future__ import annotations

import inspect

import pandas as pd
import pytest

from ganglioside import errors
from ganglioside.errors import Cancelled, FeatureError, GangliosideError, GivenBack, NameFormError

CLASSES = [kind for _, kind in inspect.getmembers(errors, inspect.isclass)]
CLASSES = [kind for kind in CLASSES if kind.__module__ == errors.__name__]


@pytest.mark.parametrize("kind", CLASSES)
def test_all_but_a_request_to_stop_have_one_base(kind: type[Exception]) -> None:
    assert issubclass(kind, GangliosideError) == (kind not in (Cancelled, GivenBack))
    assert kind.__doc__


def test_a_missing_feature_is_a_lookup_error_too() -> None:
    with pytest.raises(LookupError, match="no feature 9"):
        raise FeatureError("There is no feature 9.")


def test_a_name_form_error_carries_code_and_advice() -> None:
    error = NameFormError("No.", "unknown-head", "Write GM1.")
    assert (str(error), error.code, error.advice) == ("No.", "unknown-head", "Write GM1.")


def test_a_validation_error_carries_its_problems_and_headers() -> None:
    problems = pd.DataFrame({"code": ["no-column"]})
    error = errors.ValidationError("No column RT.", problems, ("Name", "Time"))
    assert error.problems is problems
    assert error.headers == ("Name", "Time")
    assert errors.ValidationError("No rows.", problems).headers == ()
