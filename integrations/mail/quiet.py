"""Loggers that print addresses, payloads and URLs with tokens say nothing here; Apprise's tells us what went wrong."""

import logging
import re
import sys
import threading

STATUS = re.compile(r"\berror=(\d{3})\b")


class Evidence:
    """What Apprise logged during one send: the last exception and the last HTTP status."""

    def __init__(self) -> None:
        self.error: BaseException | None = None
        self.status: int | None = None

    def note(self, record: logging.LogRecord) -> None:
        """Keep what tells the outcome. Apprise logs inside its `except`, so the exception itself is at hand."""
        self.error = sys.exc_info()[1] or self.error
        found = STATUS.search(record.getMessage())
        self.status = int(found[1]) if found else self.status


class Silence(logging.Filter):
    """On the logger itself, so that no handler, present or future, sees a record."""

    sends = threading.local()

    def filter(self, record: logging.LogRecord) -> bool:
        evidence: Evidence | None = getattr(self.sends, "evidence", None)
        if evidence is not None:
            evidence.note(record)
        return False


class Discretion(logging.Filter):
    """On the loggers of HTTP libraries: silent in a thread that sends, untouched for everything else in the process."""

    def filter(self, record: logging.LogRecord) -> bool:
        return not hasattr(Silence.sends, "evidence")


SILENCE, DISCRETION = Silence(), Discretion()
HTTP_LOGGERS = ("urllib3.connectionpool", "urllib3.connection", "urllib3.util.retry")


def silence() -> None:
    """Make the loggers silent; `apprise` at DEBUG, because only there it tells the exception. Safe to repeat."""
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.propagate = False
    logger.disabled = False
    logger.addFilter(SILENCE)
    for name in HTTP_LOGGERS:
        logging.getLogger(name).addFilter(DISCRETION)


def gather() -> Evidence:
    """Begin to gather what this thread's send logs."""
    silence()
    evidence = SILENCE.sends.evidence = Evidence()
    return evidence
