from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")

def remembered(function: Callable[..., R]) -> Callable[..., R]: ...
