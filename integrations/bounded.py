"""A bound on work with the outside: libraries bound each wait, and a server that drips makes the whole endless."""

import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")


def within(seconds: float, work: Callable[[], Answer]) -> Answer | None:
    """What `work` returns within so many seconds; None beyond them, while it goes on in a thread that holds up nothing.

    What it raises is raised here. Work that has to stop must be cut off by the caller.
    """
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            answers.append(work())
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True, name="ketenregie-outside")
    thread.start()
    thread.join(seconds)
    if errors:
        raise errors[0]
    return answers[0] if answers else None
