"""What the flows of all steps share: a Dutch name, no kept results, no kept prints, no retries of the whole."""

from collections.abc import Callable, Coroutine
from typing import Any

from prefect import Flow, State, flow

from domain.process import step_of

Life = Callable[[str], Coroutine[Any, Any, State[None]]]


def step_flow(word: str) -> Callable[[Life], Flow[[str], Coroutine[Any, Any, State[None]]]]:
    """Decorate the flow of the step with this word of the process table. Its runs are named by who starts them."""
    return flow(name=step_of(word).title, persist_result=False, log_prints=False, retries=0)
