"""The time by which runs in Prefect act. Everything below the flows is given it."""

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, in UTC."""
    return datetime.now(UTC)
