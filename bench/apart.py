"""Contestants in processes of their own: for settings that hold for a whole process, which others would profit from."""

from __future__ import annotations

import contextlib
import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from bench.timing import wait_for_quiet

CALL, QUIET = "call", "quiet"


def serve(connection: Connection, make: Callable[..., Callable[[], Any]], arguments: tuple[Any, ...]) -> None:
    """Make the function, say so, and call it whenever asked, until nobody is left to ask."""
    answers: dict[str, Callable[[], Any]] = {QUIET: wait_for_quiet}

    def prepared() -> None:
        answers[CALL] = make(*arguments)

    def answer(call: Callable[[], Any]) -> None:
        try:
            connection.send((call(), None))
        except Exception as error:
            connection.send((None, error))

    with contextlib.suppress(EOFError, BrokenPipeError):
        answer(prepared)
        while True:
            answer(answers[connection.recv()])


class Apart:
    """``make(*arguments)()`` in a new process, which ends when this object does. What goes in and out is pickled."""

    def __init__(self, make: Callable[..., Callable[[], Any]], *arguments: Any) -> None:
        """Start the process and wait until its function is there."""
        context = multiprocessing.get_context("spawn")
        self.connection, other = context.Pipe()
        self.process = context.Process(target=serve, args=(other, make, arguments), daemon=True)
        self.process.start()
        other.close()
        self.result()

    def result(self) -> Any:
        """What the process answers; its exception is raised here."""
        value, error = self.connection.recv()
        if error is not None:
            raise error
        return value

    def __call__(self) -> Any:
        """What the function returns there."""
        self.connection.send(CALL)
        return self.result()

    def wait_for_quiet(self) -> None:
        """Until the threads of that process sleep."""
        self.connection.send(QUIET)
        self.result()

    def close(self) -> None:
        """Let the process end."""
        self.connection.close()

    def __del__(self) -> None:
        """As ``close``."""
        if hasattr(self, "connection"):
            self.close()
