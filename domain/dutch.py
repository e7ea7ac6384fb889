"""Dutch as people read it: dates and moments, always in Amsterdam time, enumerations, and numbers of things."""

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
WEEKDAYS = ("ma", "di", "wo", "do", "vr", "za", "zo")


def day_text(day: date) -> str:
    """A day with its weekday, e.g. `di 28-04-2026`."""
    return f"{WEEKDAYS[day.weekday()]} {day:%d-%m-%Y}"


def moment_text(moment: datetime) -> str:
    """An aware moment as Amsterdam wall time, 24-hour clock, e.g. `di 28-04-2026 22:05`."""
    local = moment.astimezone(AMSTERDAM)
    return f"{day_text(local.date())} {local:%H:%M}"


def listing(words: Sequence[str]) -> str:
    """Words as a Dutch enumeration: `a`, `a en b`, `a, b en c`."""
    return " en ".join(part for part in (", ".join(words[:-1]), *words[-1:]) if part)


def amount(number: int, one: str, more: str) -> str:
    """A number with the words that go with it: `1 bericht wacht`, `0 berichten wachten`."""
    return f"{number} {one if number == 1 else more}"
