"""The run at hand: its client, its log, and its errors, of which only a code leaves: Prefect keeps texts in clear."""

from collections.abc import Iterator
from contextlib import contextmanager

from prefect import get_run_logger
from prefect.client.orchestration import PrefectClient
from prefect.context import FlowRunContext

from domain.errors import KetenregieError, OutsideFailure
from integrations.log_silence import OURS


@contextmanager
def codes_only() -> Iterator[None]:
    """Turn any exception in the block into one with a code, without the exceptions behind it."""
    try:
        yield
    except KetenregieError as error:
        raise error.with_traceback(None) from None
    except Exception as error:
        raise OutsideFailure("KR-RONDE", what=type(error).__name__) from None


def say(text: str) -> None:
    """One line in the run's log: ids, codes and numbers only."""
    get_run_logger().info(text, extra=OURS)


def client_of_this_run() -> PrefectClient:
    """The client the engine works with: a new one would cost a connection and a certificate store."""
    context = FlowRunContext.get()
    if context is None or not isinstance(context.client, PrefectClient):
        raise OutsideFailure("KR-PREFECT", what="geen run")
    return context.client
