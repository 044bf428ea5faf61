"""Keeps what functions found out about arguments, for calls that come again with the same ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from cyresize.engine.plain import kinds_of

R = TypeVar("R")


def remembered(function: Callable[..., R]) -> Callable[..., R]:
    """``function``, called by position; its results depend on the arguments alone, and nobody changes them.

    Kept is what plain arguments gave, by value and type: 1, True and 1.0 are equal, but a check may refuse some of
    them. Errors are not kept.
    """

    @lru_cache(maxsize=256, typed=True)
    def kept(kinds: int, *given: Any) -> R:
        return function(*given)

    @wraps(function)
    def asked(*given: Any) -> R:
        kinds = kinds_of(given)
        return kept(kinds, *given) if kinds >= 0 else function(*given)

    return asked
