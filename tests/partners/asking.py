"""Asking a server of a test through the one way over HTTP."""

from pathlib import Path

from httpx_retries import Retry

from integrations.http import Connection, Door, Reply, Unanswered, door

CANARY = "PERSOON-KANARIE"
QUICK = Retry(
    total=door.RETRIES.total,
    backoff_factor=0.001,
    max_backoff_wait=0.05,
    respect_retry_after_header=door.RETRIES.respect_retry_after_header,
    allowed_methods=door.RETRIES.allowed_methods,
    status_forcelist=door.RETRIES.status_forcelist,
)
"""The retries as they are, with a shorter breath between them."""


def to(url: str, *, timeout: float = 20.0, bound: float = 60.0, **given: Path | None) -> Connection:
    return Connection(url=url, timeout=timeout, bound=bound, **given)


def asked(connection: Connection, method: str, path: str = "things") -> Unanswered | Reply:
    with Door(connection) as opened:
        try:
            return opened.ask(method, path, content={"a": CANARY} if method == "POST" else None)
        except Unanswered as unanswered:
            return unanswered
