"""A moment as people type it: Amsterdam wall time unless an offset is given, and it must exist exactly once."""

from datetime import UTC, datetime

from domain.dutch import AMSTERDAM
from domain.errors import InputRefusal


def parse_moment(text: str) -> datetime:
    """The aware moment (Amsterdam) for `2026-04-20T22:05` or `2026-04-20T22:05+02:00`; a bare date is its midnight.

    Raises InputRefusal KR-TIJD-ONGELDIG: no such moment, or in the hour that summer time skips or repeats.
    """
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None:
            moment = _in_amsterdam(moment)
        return moment.astimezone(AMSTERDAM)
    except (ValueError, OverflowError):
        raise InputRefusal("KR-TIJD-ONGELDIG") from None


def _in_amsterdam(wall: datetime) -> datetime:
    first, second = wall.replace(tzinfo=AMSTERDAM, fold=0), wall.replace(tzinfo=AMSTERDAM, fold=1)
    exists = first.astimezone(UTC).astimezone(AMSTERDAM).replace(tzinfo=None) == wall
    if not exists or first.utcoffset() != second.utcoffset():
        raise InputRefusal("KR-TIJD-ONGELDIG")
    return first
