"""A moment as HTTP headers say it (Date, Retry-After: RFC 9110, 5.6.7)."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_date(said: str) -> datetime | None:
    """The moment, aware; None when the text is none, whatever it is."""
    try:
        found = parsedate_to_datetime(said)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (TypeError, ValueError, OverflowError):  # a year of eleven digits is one too many for the library
        return None
