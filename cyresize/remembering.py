"""Keeps what functions found out about arguments, for calls that come again with the same ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, TypeVar

from cyresize.engine.plain import is_plain

R = TypeVar("R")


def remembered(function: Callable[..., R]) -> Callable[..., R]:
    """``function``, called by position; its results depend on the arguments alone, and nobody changes them.

    Kept is what plain arguments gave. 1, True and 1.0 are equal but not the same, as a check may refuse some of them.
    Errors are not kept.
    """
    kept = lru_cache(maxsize=256, typed=True)(function)

    @wraps(function)
    def asked(*given: Any) -> R:
        return kept(*given) if is_plain(given) else function(*given)

    return asked
