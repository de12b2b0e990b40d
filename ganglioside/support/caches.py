"""Results that are kept for as long as the object that they were computed from."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast
from weakref import WeakKeyDictionary

Owner = TypeVar("Owner")
Further = ParamSpec("Further")
Result = TypeVar("Result")


def kept_with_first(
    function: Callable[Concatenate[Owner, Further], Result],
) -> Callable[Concatenate[Owner, Further], Result]:
    """Function that keeps its last result for each first argument, while that lives.

    Other arguments are compared; where they differ, the result is computed anew. The first
    argument is known by identity, and nothing is kept once it is gone.

    >>> class Table: ...
    >>> calls = []
    >>> @kept_with_first
    ... def size(table: Table, scale: int) -> int:
    ...     calls.append(scale)
    ...     return scale
    >>> table = Table()
    >>> size(table, 2), size(table, 2), size(table, 3), calls
    (2, 2, 3, [2, 3])
    """
    kept: WeakKeyDictionary[Owner, tuple[object, Result]] = WeakKeyDictionary()

    @wraps(function)
    def wrapper(owner: Owner, *args: Further.args, **kwargs: Further.kwargs) -> Result:
        key = (args, tuple(sorted(kwargs.items())) if kwargs else ())
        found = kept.get(owner)
        if found is not None and found[0] == key:
            return found[1]
        result = function(owner, *args, **kwargs)
        kept[owner] = (key, result)
        return result

    return cast(Callable[Concatenate[Owner, Further], Result], wrapper)
