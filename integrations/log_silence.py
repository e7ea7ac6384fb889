"""Loggers of others that say too much, made silent in one place: addresses, URLs, and noise in the runs' own logs."""

import logging

from integrations.mail import quiet

OURS = {"ketenregie": True}  # the `extra` of a line we wrote ourselves
RUN_LOGGERS = ("prefect.flow_runs", "prefect.flow_runs.worker")


class OnlyOurs(logging.Filter):
    """In the log of a run: our own lines and real warnings. A suspension is no error, whatever its level."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "ketenregie", False):
            return True
        return record.levelno >= logging.WARNING and not record.getMessage().startswith("Finished in state Suspended")


ONLY_OURS = OnlyOurs()


def silence() -> None:
    """Silence `apprise` (addresses) and `httpx` (URLs) and keep the runs' logs to our own words. Safe to repeat."""
    quiet.silence()
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("httpx_retries").setLevel(logging.CRITICAL + 1)  # repeats a server's words, and addresses
    for name in RUN_LOGGERS:
        logger = logging.getLogger(name)
        if ONLY_OURS not in logger.filters:
            logger.addFilter(ONLY_OURS)
