from collections.abc import Callable
from typing import TypeVar

_R = TypeVar("_R")

def remembered(function: Callable[..., _R]) -> Callable[..., _R]: ...
