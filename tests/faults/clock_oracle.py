"""The calendar a second time, in whole numbers only: no datetime, no zoneinfo, no library of holidays.

A day is its number since 1 March of the year 0; a moment is a number of seconds since 1970 in UTC. Written from the
Algemene termijnenwet and the rule of summer time, not from the product.
"""

from bisect import bisect_left, bisect_right

DAY, HOUR = 86_400, 3_600
FIRST, LAST = 2023, 2056
LONG = {1: 31, 3: 31, 4: 30, 5: 31, 6: 30, 7: 31, 8: 31, 9: 30, 10: 31, 11: 30, 12: 31}


def number(year: int, month: int, day: int) -> int:
    """The number of a day."""
    y, m = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return 365 * y + y // 4 - y // 100 + y // 400 + (153 * m + 2) // 5 + day - 1


EPOCH = number(1970, 1, 1)


def length(year: int, month: int) -> int:
    """How many days a month has."""
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return LONG.get(month, 29 if leap else 28)


def weekday(day: int) -> int:
    """0 is Monday; 1 January 1970 was a Thursday."""
    return (day - EPOCH + 3) % 7


def easter(year: int) -> int:
    """Easter Sunday by the rule itself: the Sunday after the first full moon of the church on or after 21 March."""
    century = year // 100
    moon = (19 * (year % 19) + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    moon -= moon // 28 * (1 - 29 // (moon + 1) * ((21 - year % 19) // 11))
    full = number(year, 3, 21) + moon
    return full + 1 + (6 - weekday(full + 1))


def recognised(year: int) -> set[int]:
    """The holidays of ATW art. 3(1) in this year."""
    king = number(year, 4, 27)
    fixed = {number(year, month, day) for month, day in ((1, 1), (5, 5), (12, 25), (12, 26))}
    moving = {easter(year) + later for later in (0, 1, 39, 49, 50)}
    return fixed | moving | {king - 1 if weekday(king) == 6 else king}


class Oracle:
    """Terms by looking up: all days that count and all days on which a term may end, once in a row each."""

    def __init__(self, decrees: list[tuple[int, int, int]], *, lenient: bool) -> None:
        off = set().union(*(recognised(year) for year in range(FIRST, LAST + 1)))
        equal = {number(*day) for day in decrees} | {easter(year) - 2 for year in range(FIRST, LAST + 1)}
        days = [day for day in range(number(FIRST, 1, 1), number(LAST, 12, 31)) if weekday(day) < 5 and day not in off]
        self.ends = [day for day in days if day not in equal]
        self.counted = self.ends if lenient else days

    def end(self, day: int, amount: int, unit: str, *, rolls: bool) -> int:
        """The day on which so many units from this day end."""
        match unit:
            case "working_days":
                day = self.counted[bisect_right(self.counted, day) + amount - 1]
            case "days" | "weeks":
                day += amount * (7 if unit == "weeks" else 1)
            case "months" | "years":
                day = _months_on(day, amount * (12 if unit == "years" else 1))
        return self.ends[bisect_left(self.ends, day)] if rolls else day


def ymd(day: int) -> tuple[int, int, int]:
    """Year, month and day of a number."""
    year = (day - number(0, 1, 1)) * 400 // 146_097
    year += number(year + 1, 1, 1) <= day
    year -= number(year, 1, 1) > day
    month = max(month for month in range(1, 13) if number(year, month, 1) <= day)
    return year, month, day - number(year, month, 1) + 1


def _months_on(day: int, months: int) -> int:
    year, month, of_month = ymd(day)
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return number(year, month, min(of_month, length(year, month)))


def change(year: int, month: int) -> int:
    """The second at which summer time begins (month 3) or ends (10): the last Sunday of the month, 01:00 UTC."""
    last = number(year, month, 31)
    return (last - (weekday(last) + 1) % 7 - EPOCH) * DAY + HOUR


def offset(second: int) -> int:
    """How many seconds Amsterdam is ahead of UTC at this second."""
    year = ymd(second // DAY + EPOCH)[0]
    return 2 * HOUR if change(year, 3) <= second < change(year, 10) else HOUR


def local_day(second: int) -> int:
    """The day it is in Amsterdam at this second."""
    return (second + offset(second)) // DAY + EPOCH


def day_over(day: int) -> int:
    """The second at which the clock of Amsterdam says 23:59:59 of this day; no change ever falls in that hour."""
    wall = (day - EPOCH) * DAY + DAY - 1
    return wall - offset(wall - HOUR)
