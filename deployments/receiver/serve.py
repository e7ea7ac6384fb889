"""`ketenregie receive`: the receiver as a process of its own, on this machine, until it is told to stop."""

import logging
import socket
import sys
from collections.abc import Callable
from contextlib import suppress

import uvicorn

from deployments.receiver.app import receiver_app
from deployments.receiver.front import MOST_HEADERS
from deployments.receiver.house import House
from deployments.receiver.protocol import Impatient
from domain.errors import OutsideFailure, StateRefusal
from integrations.ledger import Ledger
from integrations.ledger.upgrading import revision, revisions
from integrations.log_silence import silence
from integrations.partners import partners

FINISH_SECONDS = 15


def run_receiver(ledger: Ledger, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve until SIGTERM or Ctrl-C; `ready` is called with the address. Raises OutsideFailure KR-POORT."""
    silence()
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    logging.getLogger("ketenregie").setLevel(logging.INFO)
    check_ledger(ledger)
    app = receiver_app(House(ledger, partners()))
    config = uvicorn.Config(
        app,
        http=Impatient,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=1,
        timeout_graceful_shutdown=FINISH_SECONDS,
        h11_max_incomplete_event_size=MOST_HEADERS,
    )
    with _bound(host, port) as door:
        ready(f"http://{host}:{door.getsockname()[1]}")
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[door])


def check_ledger(ledger: Ledger) -> None:
    """Raises WrongUse KR-ADMINISTRATIE when it was never made, StateRefusal when it is of another version."""
    with ledger.reading() as session:
        found = revision(session.connection())
    if found != revisions()[-1]:
        raise StateRefusal("KR-ADMINISTRATIE-OUD" if found in revisions() else "KR-ADMINISTRATIE-NIEUWER")


def _bound(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError:
        raise OutsideFailure("KR-POORT", port=port) from None
