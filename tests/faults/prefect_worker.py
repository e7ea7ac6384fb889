"""A worker in a process of its own, to be killed: `python -m tests.faults.prefect_worker HOME URL`."""

import asyncio
import sys
from pathlib import Path

from prefect.settings import PREFECT_WORKER_QUERY_SECONDS, temporary_settings

from deployments.embedded import client_settings
from deployments.prefect_server import be_quiet
from deployments.worker import KetenWorker


def main(home: Path, url: str) -> None:
    """Work until killed."""
    be_quiet()
    with client_settings(home, url), temporary_settings({PREFECT_WORKER_QUERY_SECONDS: 0.3}):
        asyncio.run(KetenWorker().start(printer=lambda *_: None))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
